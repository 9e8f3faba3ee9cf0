import type { ApiError } from "@effect-connectors/core/ApiError"
import { Auth } from "@effect-connectors/core/Auth"
import { BosaApi } from "@effect-connectors/core/BosaApi"
import type { IntegrationRequired } from "@effect-connectors/core/BosaError"
import * as TokenStore from "@effect-connectors/core/TokenStore"
import * as UserAuth from "@effect-connectors/core/UserAuth"
import { VirtualClock } from "@effect-connectors/testing/VirtualClock"
import * as HttpClient from "@effect/platform/HttpClient"
import { assert, describe, it } from "@effect/vitest"
import * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import { inspect } from "node:util"
import { answer, cut, fakeClient, lost, type Reply } from "../support/fakeClient.js"
import { echoing, echoOf, leaks as hasLeak } from "../support/echo.js"
import { printed, recording } from "../support/sinks.js"
import { baseUrl, data, ids, issuedToken } from "../support/usersKit.js"

type Run = (bosa: BosaApi.Service) => Effect.Effect<unknown, ApiError | IntegrationRequired>

const canary = Redacted.make("CANARY-token")
const secret = Redacted.make("CANARY-secret")

const runs: Readonly<Record<string, Run>> = {
  create: (bosa) => bosa.users.create("ann"),
  authenticate: (bosa) => bosa.users.authenticate("ann", secret),
  me: (bosa) => bosa.users.me(canary),
  has: (bosa) => bosa.integrations.has("demo", canary),
  initiate: (bosa) => bosa.integrations.initiate("demo", canary, "https://app.example/?state=CANARY-state"),
  configure: (bosa) => bosa.integrations.configure("demo", canary, { api_token: "CANARY-configuration" }),
  select: (bosa) => bosa.integrations.select("demo", canary, "ann"),
  get: (bosa) => bosa.integrations.get("demo", canary, "ann"),
  remove: (bosa) => bosa.integrations.remove("demo", canary, "ann"),
  require: (bosa) => bosa.integrations.require("demo", canary, "https://app.example/"),
  client: (bosa) => bosa.clients.create("app", Redacted.make("CANARY-master"))
}

const answered = {
  id: ids.user,
  identifier: "ann",
  secret: "CANARY-secret",
  token: "CANARY-token",
  api_key: "CANARY-key",
  auth_string: "CANARY-auth"
}
const received = ["CANARY-secret", "CANARY-token", "CANARY-key", "CANARY-auth"]

// gives back what it was sent, and what it holds itself
const hostile = (status: number): Reply =>
  echoing((secrets) => {
    const said = { ...answered, message: echoOf([...secrets, ...received]) }
    return answer(status, { json: { error: said, ...said } })
  })

const failures: Readonly<Record<string, Reply>> = {
  "a 201 that does not fit": answer(201, { json: { data: { ...answered, id: 7, identifier: 7, token: 7 } } }),
  "a 201 that is not JSON": answer(201, { text: '{"data":{"secret":"CANARY-secret"' }),
  "a 201 as a page": answer(201, { text: "CANARY-secret", headers: { "content-type": "text/html" } }),
  "a 400 that repeats it all": hostile(400),
  "a 401": hostile(401),
  "a 503": hostile(503),
  "a cut answer": cut(200, '{"data":{"secret":"CANARY-secret"'),
  "a lost connection": lost({ sent: true })
}

const leaksIn = async (effect: Effect.Effect<unknown, unknown>) => {
  const logged = Effect.tapErrorCause(effect, (cause) =>
    Effect.all([Effect.logError("failed", cause), Effect.logError(Cause.squash(cause))])
  )
  const { exit, recorded } = await Effect.runPromise(VirtualClock.run(recording(logged)))
  const lines = Object.fromEntries(Object.entries(recorded.lines).map(([name, all]) => [`log.${name}`, all.join("\n")]))
  const texts: Record<string, string> = { ...lines, spans: recorded.spans.join("\n") }
  if (Exit.isFailure(exit)) {
    const error: unknown = Cause.squash(exit.cause)
    if (typeof error !== "object" || error === null || !("_tag" in error)) throw new Error("none of our errors")
    Object.assign(texts, await printed(error, exit.cause))
  }
  const leaks = Object.entries(texts)
    .filter(([, text]) => hasLeak(text))
    .map(([name]) => name)
  return { exit, leaks, sinks: Object.keys(texts).length }
}

const over = (reply: Reply, auth = Auth.bosa({ apiKey: Redacted.make("CANARY-key"), userToken: canary })) =>
  BosaApi.make({ baseUrl, dialect: "gl", createClient: { path: "/c", header: "x-api-user" } }).pipe(
    Effect.provide(auth),
    Effect.provideService(HttpClient.HttpClient, fakeClient(reply).client)
  )

describe("no secret of a user leaves", () => {
  const seen = { errors: 0, sinks: 0 }

  for (const [failure, reply] of Object.entries(failures)) {
    it(`with the error after ${failure}`, async () => {
      let failed = 0
      for (const [name, run] of Object.entries(runs)) {
        const { exit, leaks, sinks } = await leaksIn(Effect.flatMap(over(reply), run))
        if (Exit.isFailure(exit)) failed++
        seen.sinks = Math.max(seen.sinks, sinks)
        assert.deepStrictEqual(leaks, [], name)
      }
      assert.isAtLeast(failed, 8)
      seen.errors += failed
    })
  }

  it("with a value that is printed", async () => {
    const values = Effect.gen(function* () {
      const bosa = yield* over(
        data({
          ...answered,
          ...issuedToken,
          message: undefined,
          success: true,
          secret_preview: "sk...",
          is_active: true,
          integrations: []
        })
      )
      const all = yield* Effect.all([
        runs["create"]?.(bosa) ?? Effect.void,
        runs["authenticate"]?.(bosa) ?? Effect.void,
        runs["me"]?.(bosa) ?? Effect.void,
        runs["get"]?.(bosa) ?? Effect.void,
        runs["select"]?.(bosa) ?? Effect.void,
        runs["configure"]?.(bosa) ?? Effect.void,
        runs["client"]?.(bosa) ?? Effect.void
      ])
      yield* Effect.logInfo("values", all)
      return all
    })
    const { exit, leaks } = await leaksIn(values)
    const all = Exit.isSuccess(exit) ? exit.value : []
    assert.strictEqual(Array.isArray(all) && all.length, 7)
    assert.notMatch(inspect(all, { depth: 20, showHidden: true }) + JSON.stringify(all), /CANARY/)
    assert.deepStrictEqual(leaks, [])
  })

  it("with UserAuth, its warnings and its store", async () => {
    for (const reply of Object.values(failures)) {
      const auth = UserAuth.layer({
        apiKey: Redacted.make("CANARY-key"),
        identifier: "ann",
        secret,
        baseUrl,
        dialect: "gl",
        store: { ...Effect.runSync(TokenStore.memory), get: () => Effect.die(new Error("CANARY-store")) }
      })
      const run = Effect.gen(function* () {
        const client = fakeClient(reply).client
        const bosa = yield* over(reply, Layer.provide(auth, Layer.succeed(HttpClient.HttpClient, client)))
        return yield* bosa.integrations.has("demo", undefined)
      })
      const { exit, leaks } = await leaksIn(run)
      assert.isTrue(Exit.isFailure(exit))
      assert.deepStrictEqual(leaks, [])
    }
  })

  it("every call was driven to its errors", () => {
    assert.isAtLeast(seen.errors, 8 * Object.keys(failures).length)
    console.log(`leak of users: 0 of ${seen.errors} errors x ${seen.sinks} sinks`)
  })
})
