import type { ApiError } from "@effect-connectors/core/ApiError"
import type { JobError } from "@effect-connectors/core/JobError"
import { Auth } from "@effect-connectors/core/Auth"
import type { ConnectionsApi } from "@effect-connectors/core/ConnectionsApi"
import { JobRef } from "@effect-connectors/core/JobRef"
import { VirtualClock } from "@effect-connectors/testing/VirtualClock"
import * as FetchHttpClient from "@effect/platform/FetchHttpClient"
import * as HttpClient from "@effect/platform/HttpClient"
import * as HttpClientError from "@effect/platform/HttpClientError"
import * as HttpClientRequest from "@effect/platform/HttpClientRequest"
import { assert, describe, it } from "@effect/vitest"
import * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Option from "effect/Option"
import * as Redacted from "effect/Redacted"
import * as Schema from "effect/Schema"
import { apiOver, baseUrl, type Options } from "../support/api.js"
import { callTags } from "../support/callTags.js"
import { answer, cut, fakeClient, hang, lost, type Reply, thrown } from "../support/fakeClient.js"
import { printed, recording } from "../support/sinks.js"

type Failure = ApiError | JobError

const closedList: ReadonlyArray<Failure["_tag"]> = [
  ...callTags,
  "JobFailed",
  "JobCancelled",
  "JobNotFound",
  "JobDeadlineExceeded"
]

const credentials = {
  "x-service-token": Redacted.make("CANARY-token"),
  cookie: Redacted.make("sid=CANARY-cookie"),
  "x-csrf-token": Redacted.make("CANARY-csrf"),
  "x-api-key": Redacted.make("CANARY-key"),
  authorization: Redacted.make("Bearer CANARY-bearer")
}
const extraHeaders = { "x-tenant": Redacted.make("CANARY-extra"), "x-plain": "CANARY-plain" }
const secretBody = { input: { password: "CANARY-body" } }
const secretAnswer = {
  json: { message: "CANARY-response", error: { token: "CANARY-error" } },
  headers: {
    "set-cookie": "sid=CANARY-setcookie",
    location: "https://elsewhere.example/x?token=CANARY-location#CANARY-hash",
    "www-authenticate": 'Bearer realm="CANARY-realm"'
  }
}
const page = { text: "<html>CANARY-page</html>", headers: { ...secretAnswer.headers, "content-type": "text/html" } }
const job = (state: object): ReadonlyArray<Reply> => [
  answer(200, { json: { job_id: "j1" }, headers: secretAnswer.headers }),
  answer(200, { json: { job: state }, headers: secretAnswer.headers })
]

type Run = (api: ConnectionsApi.Service) => Effect.Effect<unknown, Failure>
const get: Run = (api) => api.list({ relayId: "CANARY-query" })
const write: Run = (api) => api.actions.execute("crm", "a", secretBody)
const follow: Run = (api) =>
  api.jobs.result(api.actions.execute("crm", "a", secretBody, { async: true }), {
    deadline: "2 minutes",
    output: Schema.Struct({ id: Schema.Number })
  })

interface Case {
  readonly tag: Failure["_tag"]
  readonly name: string
  readonly run: Run
  readonly replies: readonly [Reply, ...Array<Reply>]
  readonly options?: Options
  readonly auth?: Effect.Effect<never, unknown>
}

const one = (tag: Case["tag"], name: string, run: Run, ...replies: Case["replies"]): Case => ({
  tag,
  name,
  run,
  replies
})
const both = (tag: Case["tag"], name: string, ...replies: Case["replies"]): ReadonlyArray<Case> => [
  one(tag, `${name}, read`, get, ...replies),
  one(tag, `${name}, write`, write, ...replies)
]
const jobCase = (tag: Case["tag"], name: string, [first, ...rest]: ReadonlyArray<Reply>): Case =>
  one(tag, name, follow, first ?? hang, ...rest)

const bad = answer(200, secretAnswer)
const angry: Reply = (request) =>
  Effect.fail(
    new HttpClientError.RequestError({
      request,
      reason: "Transport",
      cause: new TypeError('Headers.append: "CANARY-token" is an invalid header value', {
        cause: { code: "CANARY-code" }
      })
    })
  )

const cases: ReadonlyArray<Case> = [
  one(
    "InvalidRequest",
    "NaN with a secret",
    (api) => api.actions.execute("crm", "a", { input: { ...secretBody.input, a: NaN } }),
    bad
  ),
  one("InvalidRequest", "a slug with a control character", (api) => api.get("CANARY\n"), bad),
  one(
    "InvalidRequest",
    "a toJSON that throws",
    (api) =>
      api.sql.select("crm", {
        where: {
          toJSON: () => {
            throw new Error("CANARY-thrown")
          }
        }
      }),
    bad
  ),
  {
    ...one("InvalidRequest", "an idempotency key", write, bad),
    options: { idempotencyKey: { header: "k", make: Effect.succeed("CANARY\n") } }
  },
  ...both("Unauthorized", "401", answer(401, secretAnswer)),
  { ...one("Unauthorized", "no credentials", get, bad), auth: Effect.fail({ why: "CANARY-provider" }) },
  { ...one("Unauthorized", "credentials that die", get, bad), auth: Effect.die(new Error("CANARY-provider")) },
  ...both("Forbidden", "403", answer(403, secretAnswer)),
  ...both("NotFound", "404", answer(404, secretAnswer)),
  ...both("RateLimited", "429", answer(429, secretAnswer)),
  ...both("ApiRejected", "400", answer(400, secretAnswer)),
  ...both("ApiRejected", "422 with a page", answer(422, page)),
  ...both("ServerFailed", "503", answer(503, secretAnswer)),
  ...both("ServerFailed", "502, cut", cut(502, '{"a":"CANARY-cut', "ECONNRESET", secretAnswer.headers)),
  ...both("ServerFailed", "500 with a page", answer(500, page)),
  ...both("UnexpectedRedirect", "302", answer(302, secretAnswer)),
  one("UnexpectedBody", "a page", get, answer(200, page)),
  one("UnexpectedBody", "cut", get, cut(200, '{"a":"CANARY-cut', "ECONNRESET", secretAnswer.headers)),
  one(
    "UnexpectedBody",
    "a read that does not fit",
    get,
    answer(200, { json: { connections: "CANARY-response" }, headers: secretAnswer.headers })
  ),
  one(
    "UnexpectedBody",
    "a write that does not fit",
    (api) => api.subscribers.remove(1),
    answer(200, { json: ["CANARY-response"] })
  ),
  jobCase(
    "UnexpectedBody",
    "a result that does not fit its schema",
    job({ status: "done", result: { id: "CANARY-response" } })
  ),
  one("Unreachable", "reset", get, lost({ code: "ECONNRESET" })),
  one("Unreachable", "an error with every secret in it", get, angry),
  one("NotSent", "refused", write, lost({ sent: false, phase: "connect", code: "ECONNREFUSED" })),
  one("NotSent", "refused, by fetch", write, thrown("ECONNREFUSED", "connect")),
  one("OutcomeUnknown", "reset", write, lost({ code: "ECONNRESET" })),
  one("OutcomeUnknown", "an error with every secret in it", write, angry),
  one("OutcomeUnknown", "a page", write, answer(200, page)),
  one("OutcomeUnknown", "cut", write, cut(200, '{"a":"CANARY-cut', "ECONNRESET", secretAnswer.headers)),
  { ...one("OutcomeUnknown", "deadline", write, hang), options: { deadline: "1 second" } },
  { ...one("DeadlineExceeded", "read", get, hang), options: { deadline: "1 second" } },
  jobCase(
    "JobFailed",
    "with an error",
    job({ status: "failed", error: { message: "CANARY-error" }, message: "CANARY-message" })
  ),
  jobCase("JobCancelled", "with an error", job({ status: "cancelled", error: "CANARY-error" })),
  jobCase("JobNotFound", "404", [answer(200, { json: { job_id: "j1" } }), answer(404, secretAnswer)]),
  jobCase("JobDeadlineExceeded", "runs on", job({ status: "running", progress: 0.5, secret: "CANARY-state" }))
]

// fetch as the platform's client calls it, answered by the same replies
const fetchOver = (
  replies: Case["replies"]
): { readonly fetch: typeof globalThis.fetch; readonly headers: Array<Headers> } => {
  let count = 0
  const headers: Array<Headers> = []
  const fetch: typeof globalThis.fetch = async (input, init) => {
    headers.push(new Headers(init?.headers))
    const reply = replies[Math.min(count++, replies.length - 1)] ?? replies[0]
    const request = HttpClientRequest.make("GET")(String(input))
    const sent = { at: 0, method: "GET", url: String(input), headers: {}, body: "" }
    const exit = await Effect.runPromiseExit(reply(request, sent), init?.signal ? { signal: init.signal } : {})
    if (Exit.isFailure(exit)) {
      const error = Cause.failureOption(exit.cause)
      throw Option.isSome(error) ? error.value.cause : new DOMException("aborted", "AbortError")
    }
    const { body, status } = {
      body: await Effect.runPromise(Effect.orElseSucceed(exit.value.text, () => "")),
      status: exit.value.status
    }
    return new Response(body === "" ? null : body, { status, headers: exit.value.headers })
  }
  return { fetch, headers }
}

const transports = {
  fake:
    (replies: Case["replies"]) =>
    <A, E>(effect: Effect.Effect<A, E, HttpClient.HttpClient>) =>
      Effect.provideService(effect, HttpClient.HttpClient, fakeClient(...replies).client),
  fetch:
    (replies: Case["replies"]) =>
    <A, E>(effect: Effect.Effect<A, E, HttpClient.HttpClient>) =>
      effect.pipe(
        Effect.provide(FetchHttpClient.layer),
        Effect.provideService(FetchHttpClient.Fetch, fetchOver(replies).fetch)
      )
}

const failing = (it: Case) =>
  Effect.gen(function* () {
    const client = yield* HttpClient.HttpClient
    const auth = it.auth === undefined ? Auth.headers(credentials) : Auth.refreshing(it.auth)
    const api = yield* apiOver(client, { extraHeaders, ...it.options }, auth)
    return yield* it.run(api)
  })

describe("no secret leaves with an error", () => {
  const covered = new Set<string>()
  const errors = { count: 0, sinks: 0, found: 0 }

  for (const [transport, provide] of Object.entries(transports)) {
    for (const it_ of cases) {
      it(`${transport}: ${it_.tag}, ${it_.name}`, async () => {
        const logged = Effect.tapErrorCause(Effect.scoped(failing(it_)), (cause) =>
          Effect.all([
            Effect.logError("failed", cause),
            Effect.logError(Cause.squash(cause)),
            Effect.logError("failed", Cause.squash(cause)).pipe(Effect.annotateLogs("error", Cause.squash(cause)))
          ])
        )
        const { exit, recorded } = await Effect.runPromise(
          VirtualClock.run(recording(logged.pipe(provide(it_.replies))), { deadlockTurns: false })
        )
        if (Exit.isSuccess(exit)) throw new Error("expected a failure")
        const error: unknown = Cause.squash(exit.cause)
        if (typeof error !== "object" || error === null || !("_tag" in error))
          throw new Error("expected one of our errors", { cause: error })
        assert.strictEqual(error._tag, it_.tag)
        covered.add(it_.tag)
        const texts = {
          ...(await printed(error, exit.cause)),
          ...Object.fromEntries(
            Object.entries(recorded.lines).map(([name, lines]) => [`log.${name}`, lines.join("\n")])
          ),
          spans: recorded.spans.join("\n")
        }
        for (const [name, lines] of Object.entries(recorded.lines))
          assert.isAtLeast(lines.length, 3, `the ${name} logger has written`)
        const spans = it_.options?.idempotencyKey === undefined ? 2 : 0
        assert.isAtLeast(recorded.spans.length, spans, "the tracer has seen the call")
        const leaks = Object.entries(texts)
          .filter(([, text]) => /CANARY/i.test(text))
          .map(([name]) => name)
        errors.count++
        errors.sinks = Object.keys(texts).length
        errors.found += leaks.length
        assert.deepStrictEqual(leaks, [], `${it_.tag} leaks`)
      })
    }
  }

  it("the table is complete: each error of the closed list occurred", () => {
    assert.deepStrictEqual([...covered].sort(), [...closedList].sort())
    assert.strictEqual(errors.count, cases.length * 2)
    assert.strictEqual(errors.found, 0)
    console.log(`leak of Connections: ${errors.found} of ${errors.count} errors x ${errors.sinks} sinks`)
  })

  it("a job's reference holds nothing of the credentials, of what was sent or of the answer", async () => {
    for (const provide of Object.values(transports)) {
      const submit = Effect.gen(function* () {
        const client = yield* HttpClient.HttpClient
        const api = yield* apiOver(client, { extraHeaders }, Auth.headers(credentials))
        const execution = yield* api.actions.execute("crm", "a", secretBody, { async: true })
        if (execution._tag !== "Accepted") throw new Error("expected a job")
        return [JobRef.encode(execution.job), String(execution.job), execution.job.jobId]
      }).pipe(Effect.scoped)
      const reply = answer(202, { json: { job_id: "j1", ...secretAnswer.json }, headers: secretAnswer.headers })
      const shown = await Effect.runPromise(submit.pipe(provide([reply])))
      assert.strictEqual(shown[2], "j1")
      assert.notMatch(JSON.stringify(shown), /CANARY/i)
    }
  })

  it("the check itself works: the sinks show a platform error", async () => {
    const request = HttpClientRequest.post(`${baseUrl}/x?q=CANARY-query`).pipe(
      HttpClientRequest.setHeader("x-service-token", "CANARY-token")
    )
    const error = new HttpClientError.RequestError({ request, reason: "Transport", cause: new Error("CANARY-cause") })
    const texts = await printed(error, Cause.fail(error))
    const { recorded } = await Effect.runPromise(recording(Effect.logError(error).pipe(Effect.withSpan("CANARY-span"))))
    const all = { ...texts, ...recorded.lines, spans: recorded.spans }
    const found = Object.entries(all)
      .filter(([, text]) => /CANARY/.test(String(text)))
      .map(([name]) => name)
    for (const sink of [
      "error.json",
      "error.deeply",
      "exit.json",
      "pretty",
      "rejection.string",
      "logfmt",
      "json",
      "structured",
      "pretty",
      "spans"
    ]) {
      assert.include(found, sink)
    }
  })
})
