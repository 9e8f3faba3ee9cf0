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
import { echoedHeaders, echoing, echoOf, leaks } from "../support/echo.js"
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
const secretBody = {
  input: {
    password: "CANARY-body",
    target: { apiKey: ["CANARY-nested"], url: "https://u:CANARY-userinfo@h.example/?sig=CANARY-signature" }
  }
}
const submitted = ["CANARY-body", "CANARY-nested", "CANARY-userinfo", "CANARY-signature"]

const bodies: Readonly<Record<string, (echo: string, secret: string) => unknown>> = {
  "a message": (echo, secret) => ({ message: echo, code: secret, error: { token: "CANARY-error" } }),
  "an error": (echo, secret) => ({ error: { message: echo, code: secret, request_id: secret } }),
  "a list of details": (echo, secret) => ({
    detail: [{ loc: ["body", secret], msg: echo, input: "CANARY-input" }, echo]
  }),
  "errors by field": (echo, secret) => ({ error: echo, errors: { [secret]: [echo, { message: echo, field: secret }] } })
}

/** A response that gives back all that it was sent. */
const hostile = (status: number, body = "a message"): Reply =>
  echoing((secrets) =>
    answer(status, { json: bodies[body]?.(echoOf(secrets), secrets[0] ?? ""), headers: echoedHeaders(secrets) })
  )
const page = (status: number): Reply =>
  echoing((secrets) =>
    answer(status, {
      text: `<html>${echoOf(secrets)}</html>`,
      headers: { ...echoedHeaders(secrets), "content-type": `text/html; a=${secrets[0]}` }
    })
  )
const cutShort = (status: number): Reply =>
  echoing((secrets) => cut(status, `{"message":"${secrets[0]}`, "ECONNRESET", echoedHeaders(secrets)))
const holding = (json: unknown): Reply => echoing((secrets) => answer(200, { json, headers: echoedHeaders(secrets) }))
const job = (state: (echo: string, secret: string) => object): ReadonlyArray<Reply> => [
  holding({ job_id: "j1" }),
  echoing(
    (secrets) =>
      answer(200, { json: { job: state(echoOf(secrets), secrets[0] ?? "") }, headers: echoedHeaders(secrets) }),
    submitted
  )
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

const bad = hostile(200)
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
  ...both("Unauthorized", "401", hostile(401)),
  { ...one("Unauthorized", "no credentials", get, bad), auth: Effect.fail({ why: "CANARY-provider" }) },
  { ...one("Unauthorized", "credentials that die", get, bad), auth: Effect.die(new Error("CANARY-provider")) },
  ...both("Forbidden", "403", hostile(403)),
  ...both("NotFound", "404", hostile(404)),
  ...both("RateLimited", "429", hostile(429)),
  ...Object.keys(bodies).flatMap((body) => both("ApiRejected", `400 with ${body}`, hostile(400, body))),
  ...both("ApiRejected", "422 with a page", page(422)),
  ...both("ServerFailed", "503", hostile(503, "an error")),
  ...both("ServerFailed", "502, cut", cutShort(502)),
  ...both("ServerFailed", "500 with a page", page(500)),
  ...both("UnexpectedRedirect", "302", hostile(302)),
  one("UnexpectedBody", "a page", get, page(200)),
  one("UnexpectedBody", "one that says that it failed", get, hostile(200, "an error")),
  one(
    "UnexpectedBody",
    "a job id that is a credential",
    write,
    echoing((secrets) => answer(200, { json: { job_id: secrets[0] }, headers: echoedHeaders(secrets) }))
  ),
  one("UnexpectedBody", "cut", get, cutShort(200)),
  one("UnexpectedBody", "a read that does not fit", get, holding({ connections: "CANARY-response" })),
  one(
    "UnexpectedBody",
    "a write that does not fit",
    (api) => api.subscribers.remove(1),
    answer(200, { json: ["CANARY-response"] })
  ),
  jobCase(
    "UnexpectedBody",
    "a result that does not fit its schema",
    job(() => ({ status: "done", result: { id: "CANARY-response" } }))
  ),
  one("Unreachable", "reset", get, lost({ code: "ECONNRESET" })),
  one("Unreachable", "an error with every secret in it", get, angry),
  one("NotSent", "refused", write, lost({ sent: false, phase: "connect", code: "ECONNREFUSED" })),
  one("NotSent", "refused, by fetch", write, thrown("ECONNREFUSED", "connect")),
  one("OutcomeUnknown", "reset", write, lost({ code: "ECONNRESET" })),
  one("OutcomeUnknown", "an error with every secret in it", write, angry),
  one("OutcomeUnknown", "a page", write, page(200)),
  one("OutcomeUnknown", "cut", write, cutShort(200)),
  { ...one("OutcomeUnknown", "deadline", write, hang), options: { deadline: "1 second" } },
  { ...one("DeadlineExceeded", "read", get, hang), options: { deadline: "1 second" } },
  jobCase(
    "JobFailed",
    "with an error",
    job((echo, secret) => ({ status: "failed", error: { message: echo, code: secret }, message: echo }))
  ),
  jobCase(
    "JobFailed",
    "with a text",
    job((echo) => ({ status: "failed", message: echo }))
  ),
  jobCase(
    "JobCancelled",
    "with an error",
    job((echo) => ({ status: "cancelled", error: echo }))
  ),
  jobCase(
    "UnexpectedBody",
    "a job that is over, nobody knows how",
    job((echo, secret) => ({ status: `${secret} ${echo}`, error: echo, finished_at: "2026-01-01T00:00:00Z" }))
  ),
  jobCase("JobNotFound", "404", [answer(200, { json: { job_id: "j1" } }), hostile(404)]),
  jobCase(
    "JobDeadlineExceeded",
    "runs on",
    job(() => ({ status: "running", progress: 0.5, secret: "CANARY-state" }))
  ),
  jobCase(
    "JobDeadlineExceeded",
    "runs on, by an unknown word",
    job((echo, secret) => ({ status: `${secret}\n${echo}` }))
  )
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
    const body = init?.body instanceof Uint8Array ? new TextDecoder().decode(init.body) : String(init?.body ?? "")
    const sent = {
      at: 0,
      method: "GET",
      url: String(input),
      headers: Object.fromEntries(new Headers(init?.headers)),
      body
    }
    const exit = await Effect.runPromiseExit(reply(request, sent), init?.signal ? { signal: init.signal } : {})
    if (Exit.isFailure(exit)) {
      const error = Cause.failureOption(exit.cause)
      throw Option.isSome(error) ? error.value.cause : new DOMException("aborted", "AbortError")
    }
    const { text, status } = {
      text: await Effect.runPromise(Effect.orElseSucceed(exit.value.text, () => "")),
      status: exit.value.status
    }
    return new Response(text === "" ? null : text, { status, headers: exit.value.headers })
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
  const errors = { count: 0, sinks: 0, found: 0, reasons: 0 }

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
        const leaking = Object.entries(texts)
          .filter(([, text]) => leaks(text))
          .map(([name]) => name)
        errors.count++
        if (Object.values(texts).some((text) => text.includes("It says: no such [redacted]"))) errors.reasons++
        errors.sinks = Object.keys(texts).length
        errors.found += leaking.length
        assert.deepStrictEqual(leaking, [], `${it_.tag} leaks`)
      })
    }
  }

  it("the table is complete: each error of the closed list occurred", () => {
    assert.deepStrictEqual([...covered].sort(), [...closedList].sort())
    assert.strictEqual(errors.count, cases.length * 2)
    assert.strictEqual(errors.found, 0)
    assert.isAtLeast(errors.reasons, 40, "the reasons were shown, without the secrets in them")
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
      const reply = echoing((secrets) =>
        answer(202, { json: { job_id: "j1", message: echoOf(secrets) }, headers: echoedHeaders(secrets) })
      )
      const shown = await Effect.runPromise(submit.pipe(provide([reply])))
      assert.strictEqual(shown[2], "j1")
      assert.isFalse(leaks(JSON.stringify(shown)))
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
