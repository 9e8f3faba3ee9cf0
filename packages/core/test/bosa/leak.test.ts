import type { ApiError } from "@effect-connectors/core/ApiError"
import { Auth } from "@effect-connectors/core/Auth"
import type { BosaApi } from "@effect-connectors/core/BosaApi"
import type { BosaError } from "@effect-connectors/core/BosaError"
import * as Call from "@effect-connectors/core/Call"
import * as Action from "@effect-connectors/core/Action"
import * as ConnectorFile from "@effect-connectors/core/ConnectorFile"
import { VirtualClock } from "@effect-connectors/testing/VirtualClock"
import type * as HttpClient from "@effect/platform/HttpClient"
import * as HttpClientError from "@effect/platform/HttpClientError"
import { assert, describe, it } from "@effect/vitest"
import * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Redacted from "effect/Redacted"
import * as Schema from "effect/Schema"
import * as Stream from "effect/Stream"
import { bosaFake, bosaOver, dialects, inputs, integer, ok, optional, row, rows, text } from "../support/bosaKit.js"
import { callTags } from "../support/callTags.js"
import { answer, cut, fakeClient, hang, json, lost, type Reply, thrown } from "../support/fakeClient.js"
import { echoedHeaders, echoing, echoOf, leaks } from "../support/echo.js"
import { printed, recording } from "../support/sinks.js"

type Failure = ApiError | BosaError

const closedList: ReadonlyArray<Failure["_tag"]> = [
  ...callTags,
  "PaginationLoop",
  "IntegrationRequired",
  "SkillRejected"
]

const auth = Auth.bosa({ apiKey: Redacted.make("CANARY-key"), userToken: Redacted.make("CANARY-user") })
const token = Redacted.make("Bearer CANARY-token")
const secret = Redacted.make("CANARY-secret")
const callback = "https://app.example/back?state=CANARY-state#CANARY-hash"
const signed = Redacted.make("https://files.example/skill?signature=CANARY-signature")
const parameters = { n: 1, note: "CANARY-parameter" }
const options = { token, headers: { "x-own": "CANARY-header" } }

const bodyOf = (secrets: ReadonlyArray<string>) => ({
  error: {
    code: secrets[0] ?? "CODE",
    message: echoOf(secrets),
    request_id: secrets[0],
    recovery: { retryable: true },
    details: { token: "CANARY-detail" }
  },
  detail: [{ loc: ["body", secrets[0] ?? "x"], msg: echoOf(secrets) }],
  data: { secret: "CANARY-secret", token: "CANARY-token", url: "https://h/?t=CANARY-url" }
})

/** A response that gives back all that it was sent. */
const hostile = (status: number): Reply =>
  echoing((secrets) => answer(status, { json: bodyOf(secrets), headers: echoedHeaders(secrets) }))
const page = (status: number): Reply =>
  echoing((secrets) =>
    answer(status, {
      text: `<html>${echoOf(secrets)}</html>`,
      headers: { ...echoedHeaders(secrets), "content-type": `text/html; a=${secrets[0]}` }
    })
  )
const file: Reply = echoing((secrets) =>
  cut(200, `a,${secrets[0]}`, "ECONNRESET", {
    "content-type": "text/csv",
    "content-disposition": `attachment; filename="${secrets[0]}.csv"`
  })
)

type Run = (bosa: BosaApi.Service) => Effect.Effect<unknown, Failure>

const calls: Readonly<Record<string, Run>> = {
  execute: (bosa) => bosa.execute("demo", "act", parameters, options),
  items: (bosa) => Stream.runDrain(bosa.items("demo", "list", { q: "CANARY-q", cursor: "CANARY-start" }, options)),
  download: (bosa) => Effect.scoped(bosa.connect("demo").action("act").with({ options }).pipe(Action.download)),
  upload: (bosa) =>
    bosa.execute(
      "demo",
      "upload",
      { file: ConnectorFile.fromText("CANARY-file", { filename: "CANARY.txt" }) },
      options
    ),
  connectors: (bosa) => bosa.connectors,
  create: (bosa) => bosa.users.create("ann"),
  authenticate: (bosa) => bosa.users.authenticate("ann", secret),
  me: (bosa) => bosa.users.me(token),
  has: (bosa) => bosa.integrations.has("demo", token),
  initiate: (bosa) => bosa.integrations.initiate("demo", token, callback),
  configure: (bosa) => bosa.integrations.configure("demo", token, { api_token: "CANARY-configuration" }),
  select: (bosa) => bosa.integrations.select("demo", token, "ann"),
  get: (bosa) => bosa.integrations.get("demo", undefined, "ann"),
  remove: (bosa) => bosa.integrations.remove("demo", token, "ann"),
  client: (bosa) => bosa.clients.create("c", Redacted.make("CANARY-master")),
  search: (bosa) => bosa.catalog.search("CANARY-search", {}, token),
  skills: (bosa) => bosa.skills.list({}, token),
  artifact: (bosa) => bosa.skills.artifact(skill)
}

const skill = { id: "s1", name: "Reviewer", sourceType: "upload_md", downloadUrl: signed, contentSha256: undefined }

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

const faults: Readonly<Record<string, Reply>> = {
  "302": hostile(302),
  "400": hostile(400),
  "401": hostile(401),
  "403": hostile(403),
  "404": hostile(404),
  "429": hostile(429),
  "503": hostile(503),
  "500 with a page": page(500),
  "200 with a list": echoing((secrets) => answer(200, { json: ["CANARY-response"], headers: echoedHeaders(secrets) })),
  "200 with another answer": echoing((secrets) =>
    answer(200, {
      json: { data: { secret: "CANARY-secret", has_integration: "CANARY" } },
      headers: echoedHeaders(secrets)
    })
  ),
  "200 with a failure": hostile(200),
  "200, cut": echoing((secrets) => cut(200, `{"data":"${secrets[0]}`, "ECONNRESET", echoedHeaders(secrets))),
  "200, not JSON": echoing((secrets) => answer(200, { text: "{CANARY", headers: echoedHeaders(secrets) })),
  "200, a file that is cut": file,
  reset: lost({ code: "ECONNRESET" }),
  refused: lost({ sent: false, phase: "connect", code: "ECONNREFUSED" }),
  "refused, by fetch": thrown("ECONNREFUSED", "connect"),
  "an error that says all": angry,
  silence: hang
}

const world = {
  ...rows,
  act: row({ n: optional(integer), note: optional(text) }),
  upload: row({ file: { type: "string", format: "binary" } })
}

// the actions have a discovery before them that works, the other reads have none
const clientFor = (call: string, reply: Reply): HttpClient.HttpClient =>
  ["execute", "items", "download", "upload"].includes(call) ? bosaFake(world, reply).client : fakeClient(reply).client

interface Case {
  readonly name: string
  readonly run: Run
  readonly client: () => HttpClient.HttpClient
  readonly tag?: Failure["_tag"]
}

const bad = hostile(200)
const special: ReadonlyArray<Case & { readonly tag: Failure["_tag"] }> = [
  {
    tag: "InvalidRequest",
    name: "every parameter wrong",
    run: (bosa) =>
      bosa.execute("demo", "act", { n: "CANARY-n", note: { a: "CANARY-note" } }, { ...options, strict: true }),
    client: () => bosaFake(world, ok).client
  },
  {
    tag: "InvalidRequest",
    name: "a token with a line break",
    run: (bosa) => bosa.execute("demo", "act", {}, { token: Redacted.make("CANARY\n") }),
    client: () => bosaFake(world, ok).client
  },
  {
    tag: "InvalidRequest",
    name: "a callback that is none",
    run: (bosa) => bosa.integrations.initiate("demo", token, "CANARY-state"),
    client: () => fakeClient(ok).client
  },
  {
    tag: "InvalidRequest",
    name: "a path out of the origin",
    run: (bosa) => bosa.execute("demo", "act", {}, options),
    client: () => bosaFake({ act: row({}, { path: "https://h.example/?x=CANARY" }) }, ok).client
  },
  {
    tag: "DeadlineExceeded",
    name: "discovery that takes too long",
    run: (bosa) => bosa.execute("demo", "act", parameters, options).pipe(Call.withDeadline("1 second")),
    client: () => bosaFake(hang, ok).client
  },
  {
    tag: "Unreachable",
    name: "discovery that is lost",
    run: (bosa) => bosa.execute("demo", "act", parameters, options),
    client: () => bosaFake(angry, ok).client
  },
  {
    tag: "UnexpectedBody",
    name: "data that does not fit",
    run: (bosa) =>
      bosa.run("demo", "act", parameters, { ...options, output: Schema.Struct({ secret: Schema.Number }) }),
    client: () => bosaFake(world, bad).client
  },
  {
    tag: "PaginationLoop",
    name: "the same cursor, which is a credential",
    run: calls["items"] ?? (() => Effect.void),
    client: () =>
      bosaFake(
        world,
        echoing(([secret]) => json({ data: [], meta: { has_next: true, forwards_cursor: secret } }))
      ).client
  },
  {
    tag: "IntegrationRequired",
    name: "with the link",
    run: (bosa) => bosa.integrations.require("demo", token, callback),
    client: () =>
      fakeClient(json({ data: { has_integration: false } }), json({ data: { url: "https://login.example/authorize" } }))
        .client
  },
  {
    tag: "IntegrationRequired",
    name: "with a link that holds the user's token",
    run: (bosa) => bosa.integrations.require("demo", token, callback),
    client: () =>
      fakeClient(
        json({ data: { has_integration: false } }),
        echoing((secrets) => json({ data: { url: `https://login.example/?t=${secrets.join("&u=")}` } }))
      ).client
  },
  {
    tag: "SkillRejected",
    name: "another source",
    run: (bosa) => bosa.skills.artifact({ ...skill, sourceType: "elsewhere" }),
    client: () => fakeClient(ok).client
  }
]

const cases: ReadonlyArray<Case> = [
  ...Object.entries(calls).flatMap(([call, run]) =>
    Object.entries(faults).map(([fault, reply]) => ({
      name: `${call}, ${fault}`,
      run,
      client: () => clientFor(call, reply)
    }))
  ),
  ...special
]

const makeOptions: BosaApi.Options = {
  dialect: "gl",
  extraHeaders: { "x-tenant": Redacted.make("CANARY-extra") },
  createClient: { path: "/clients", header: "x-api-user" }
}

describe("no secret leaves with an error of BOSA", () => {
  const covered = new Set<string>()
  const seen = { errors: 0, sinks: 0, values: 0 }

  for (const one of cases) {
    it(one.name, async () => {
      const failing = Effect.flatMap(bosaOver(one.client(), makeOptions, auth), one.run)
      const logged = Effect.tapErrorCause(failing, (cause) =>
        Effect.all([Effect.logError("failed", cause), Effect.logError(Cause.squash(cause))])
      )
      const { exit, recorded } = await Effect.runPromise(VirtualClock.run(recording(logged), { deadlockTurns: false }))
      const logs = Object.entries(recorded.lines).map(([name, lines]) => [`log.${name}`, lines.join("\n")] as const)
      const texts: Record<string, string> = { ...Object.fromEntries(logs), spans: recorded.spans.join("\n") }
      if (Exit.isSuccess(exit)) {
        // what a call gives is the caller's; its logs and spans are not
        assert.isUndefined(one.tag)
        seen.values++
      } else {
        const error: unknown = Cause.squash(exit.cause)
        if (typeof error !== "object" || error === null || !("_tag" in error))
          throw new Error("expected one of our errors")
        if (one.tag !== undefined) assert.strictEqual(error._tag, one.tag)
        assert.include(closedList, error._tag)
        covered.add(String(error._tag))
        Object.assign(texts, await printed(error, exit.cause))
        for (const [name, lines] of logs) assert.isNotEmpty(lines, name)
        seen.errors++
        seen.sinks = Object.keys(texts).length
      }
      assert.deepStrictEqual(
        Object.entries(texts)
          .filter(([, text]) => leaks(text))
          .map(([name]) => name),
        []
      )
    })
  }

  it("every error was driven", () => {
    assert.deepStrictEqual([...covered].sort(), [...closedList].sort())
    assert.isAtLeast(seen.errors, 270)
    console.log(`leak of BOSA: 0 of ${seen.errors} errors x ${seen.sinks} sinks, ${seen.values} calls that went well`)
  })

  it("the secrets were there: each of them was sent, or given", async () => {
    const sent: Array<string> = []
    const reply: Reply = (request, one) => {
      sent.push(JSON.stringify([one.headers, one.body, one.url]))
      return json({}, 400)(request, one)
    }
    for (const run of Object.values(calls)) {
      for (const client of [bosaFake(world, reply).client, fakeClient(reply).client]) {
        await Effect.runPromise(Effect.exit(Effect.flatMap(bosaOver(client, makeOptions, auth), run)))
      }
    }
    for (const name of [
      "key",
      "user",
      "token",
      "secret",
      "state",
      "signature",
      "master",
      "configuration",
      "file",
      "parameter",
      "header",
      "extra"
    ])
      assert.include(sent.join("\n"), `CANARY-${name}`)
  })

  it("what is shown in a cursor or a parameter of the next page is the server's own word, and in no message", async () => {
    for (const dialect of dialects) {
      const fake = bosaFake(world, json({ data: [], meta: { has_next: true, forwards_cursor: "CANARY-cursor" } }))
      const error = await Effect.runPromise(
        Effect.flatMap(bosaOver(fake.client, { dialect }, auth), (bosa) =>
          Effect.flip(Stream.runDrain(bosa.pages("demo", "list")))
        )
      )
      assert.deepStrictEqual(inputs(fake.actions), [{}, { cursor: "CANARY-cursor" }])
      assert.deepStrictEqual([error._tag, error.message.includes("CANARY")], ["PaginationLoop", false])
    }
  })
})
