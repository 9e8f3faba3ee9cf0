import * as Action from "@effect-connectors/core/Action"
import { Auth } from "@effect-connectors/core/Auth"
import { BosaApi } from "@effect-connectors/core/BosaApi"
import * as ConnectorFile from "@effect-connectors/core/ConnectorFile"
import { ConnectionsApi } from "@effect-connectors/core/ConnectionsApi"
import * as World from "@effect-connectors/testing/World"
import * as HttpClient from "@effect/platform/HttpClient"
import type * as HttpClientError from "@effect/platform/HttpClientError"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Predicate from "effect/Predicate"
import * as Redacted from "effect/Redacted"
import * as Stream from "effect/Stream"

/** A file that has it has leaked a secret. */
export const canary = "canary-5f1e9c37a4"

const serviceToken = `${canary}-service/+token`
const apiKey = `${canary}-api-key`
const userToken = `${canary}-user-token`

const bosa = World.demo.bosa ?? {}

/** The demo world with the canaries as credentials, and with short jobs. */
export const world = World.make({
  ...World.demo,
  auth: { serviceTokens: [serviceToken] },
  connections: World.demo.connections.map((connection) => ({
    ...connection,
    actions: (connection.actions ?? []).map((action) =>
      action.slug === "sync" ? { ...action, takesMillis: 60 } : action
    )
  })),
  bosa: {
    ...bosa,
    clients: [
      { name: "demo", apiKey, users: [{ identifier: "ann", token: userToken, accounts: { github: ["ann-1"] } }] }
    ]
  }
})

interface Keys {
  readonly serviceToken?: string
  readonly apiKey?: string
}

/** Both clients over the provided `HttpClient`. */
export const apis = (baseUrl: string, keys: Keys = {}) =>
  Layer.merge(
    ConnectionsApi.layer({ baseUrl }).pipe(
      Layer.provide(Auth.serviceToken(Redacted.make(keys.serviceToken ?? serviceToken)))
    ),
    BosaApi.layer({ baseUrl }).pipe(Layer.provide(Auth.bosa({ apiKey: Redacted.make(keys.apiKey ?? apiKey) })))
  )

/** A client that fails the test when a replay sends something. */
export const forbidden = Layer.succeed(
  HttpClient.HttpClient,
  HttpClient.makeWith<never, never, HttpClientError.HttpClientError, never>(
    () => Effect.dieMessage("something was sent"),
    Effect.succeed
  )
)

// the submit time and the order of headers differ between runs
const comparable = (value: unknown): string =>
  JSON.stringify(value, (name, value: unknown) => {
    if (name === "submittedAt") return undefined
    return name === "headers" && Predicate.isRecord(value) ? Object.entries(value).sort() : value
  })

const outcomeOf = <A, E extends { readonly message: string }, R>(effect: Effect.Effect<A, E, R>) =>
  Effect.match(effect, {
    onFailure: (error) => ({ error: comparable(error), message: error.message }),
    onSuccess: (value) => ({ value: comparable(value) })
  })

const bytesOf = (file: ConnectorFile.ConnectorFile) =>
  Effect.map(Stream.runCollect(file.stream), (chunks) => Array.from(chunks).flatMap((chunk) => Array.from(chunk)))

const connections = Effect.gen(function* () {
  const { connection, jobs, list } = yield* ConnectionsApi
  const crm = connection("crm")
  const echo = (input: object) => outcomeOf(crm.actions.execute("echo", { input }))
  return [
    yield* outcomeOf(list({ relayId: "r1" })),
    yield* outcomeOf(crm.actions.execute("fetch-deal", { input: { id: 7 } })),
    yield* outcomeOf(crm.actions.execute("fetch-deal", { input: { id: 99 } })),
    // the token again, in other places and encodings
    yield* echo({ note: `my token is ${serviceToken}.`, [serviceToken]: 1, at: [1.5, null, "é\n"] }),
    yield* echo({
      blob: btoa(`user:${serviceToken}`),
      url: `https://x.example/?q=${encodeURIComponent(serviceToken)}`
    }),
    // secrets that only their names reveal
    yield* echo({ password: `${canary}-password`, pin: { secret: "x1" }, configuration: { id: 82_731_946 } }),
    yield* echo({ said: `${canary}-password`, form: `a=1&q=${encodeURIComponent(`${canary}-password`)}` }),
    yield* outcomeOf(jobs.follow(crm.actions.execute("sync", { input: {} }, { async: true })).pipe(Stream.runCollect)),
    yield* outcomeOf(connection("files").file.upload({ path: "a.txt", content: `for ${apiKey}` })),
    yield* outcomeOf(connection("files").file.read({ path: "a.txt" }))
  ]
})

const bosaCalls = Effect.gen(function* () {
  const api = yield* BosaApi
  const demo = api.connect("demo")
  const file = ConnectorFile.fromBytes(Uint8Array.from([0, 255, 128, ...new TextEncoder().encode(apiKey)]), {
    filename: "a.bin"
  })
  const slow = ConnectorFile.fromStream(Stream.make(Uint8Array.from([1, 2, 3]), Uint8Array.from([4])), {
    filename: "b.bin"
  })
  // secrets from the platform, which the program did not know before
  const user = yield* api.users.create("ben")
  const token = yield* api.users.authenticate("ben", user.secret)
  const me = yield* api.users.me(token.token)
  return [
    [user.identifier, user.isActive, token.tokenType, token.expiresAt, me.identifier],
    yield* outcomeOf(demo.execute("get_item", { id: 3 })),
    yield* outcomeOf(demo.execute("get_item", { id: 300 })),
    yield* outcomeOf(demo.items("list_items").pipe(Stream.runCollect)),
    yield* outcomeOf(demo.execute("upload", { name: "x", file })),
    yield* outcomeOf(demo.execute("upload", { name: "x", file: slow })),
    yield* Effect.scoped(Effect.flatMap(demo.action("download_binary").pipe(Action.download), bytesOf)),
    yield* outcomeOf(
      api.connect("github").execute("get_repository", { owner: "o", repo: "r" }, { token: Redacted.make(userToken) })
    ),
    // the link has a secret that the program did not send
    (yield* api.integrations.initiate("github", token.token, "https://app.example/back")).split("?")[0],
    yield* outcomeOf(api.connect("github").execute("get_repository", { owner: "o", repo: "r" }))
  ]
})

/** Many calls of both clients, with their outcomes in a form that can be compared. */
export const program = Effect.map(Effect.all([connections, bosaCalls]), ([a, b]) =>
  JSON.stringify([...a, ...b], null, 2)
)
