import { Auth } from "@effect-connectors/core/Auth"
import { BosaApi } from "@effect-connectors/core/BosaApi"
import { ConnectionsApi } from "@effect-connectors/core/ConnectionsApi"
import * as Retry from "@effect-connectors/core/Retry"
import * as FetchHttpClient from "@effect/platform/FetchHttpClient"
import * as NodeFileSystem from "@effect/platform-node/NodeFileSystem"
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import * as Scope from "effect/Scope"
import { mkdtemp, readFile, rm } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import * as Emulator from "../../src/Emulator.js"
import * as Faults from "../../src/Faults.js"
import { Recorder } from "../../src/Recorder.js"
import * as Recording from "../../src/Recording.js"
import * as World from "../../src/World.js"

const canary = "canary-of-the-service-3b1f"
/** Never sent as a header: only the world shows that it is a secret. */
const other = "canary-of-another-40aa"
const key = "canary-of-the-key-77c2"

const folder = Effect.acquireRelease(
  Effect.promise(() => mkdtemp(join(tmpdir(), "emulator-record-"))),
  (path) => Effect.promise(() => rm(path, { recursive: true, force: true }))
)

const world = World.make({
  connections: [{ slug: "a/b c", actions: [{ slug: "echo", echo: true }] }],
  auth: { serviceTokens: [canary, other] },
  bosa: { clients: [{ name: "app", apiKey: key }], connectors: [{ name: "notes", actions: [] }] }
})

const faults = Faults.when(
  { operation: "actions.execute", from: 2 },
  Faults.lostAnswer,
  Faults.status(503),
  Faults.cutBody,
  Faults.slowBytes({ bytes: 4, everyMillis: 1 })
)

const outcome = <A, E extends { readonly _tag: string }>(effect: Effect.Effect<A, E>) =>
  Effect.match(effect, { onSuccess: (value) => JSON.stringify(value), onFailure: ({ _tag }) => _tag })

/** The responses of the emulator, or of a recording of it. */
const program = Effect.gen(function* () {
  const connections = yield* ConnectionsApi
  const bosa = yield* BosaApi
  const execute = (id: number) =>
    outcome(connections.actions.execute("a/b c", "echo", { input: { id, note: `${canary} ${other}` } }))
  // the response is cut in the middle of the canary
  return [
    yield* outcome(connections.connection("a/b c").get),
    yield* Effect.forEach([1, 2, 3, 4, 5], execute),
    yield* outcome(connections.connection("none").get),
    yield* outcome(bosa.connectors)
  ].flat()
})

const clients = (baseUrl: string) =>
  Layer.merge(
    ConnectionsApi.layer({ baseUrl, retry: Retry.none }).pipe(Layer.provide(Auth.serviceToken(Redacted.make(canary)))),
    BosaApi.layer({ baseUrl, retry: Retry.none }).pipe(Layer.provide(Auth.bosa({ apiKey: Redacted.make(key) })))
  )

describe("a recording of the emulator", () => {
  it.scopedLive("is replayed for the client that was recorded, and contains no secret", () =>
    Effect.gen(function* () {
      const file = join(yield* folder, "recording.json")
      const scope = yield* Scope.make()
      const { url } = yield* Scope.extend(Emulator.make({ executors: "memory", world, faults, record: file }), scope)
      const live = yield* program.pipe(Effect.provide(Layer.provide(clients(url), FetchHttpClient.layer)))
      assert.deepStrictEqual(live.slice(2, 5), ["OutcomeUnknown", "ServerFailed", "OutcomeUnknown"])
      assert.include(live[5], '"id":5')
      yield* Scope.close(scope, Exit.void)

      const text = yield* Effect.promise(() => readFile(file, "utf8"))
      assert.notMatch(text, /canary/)
      const recording = yield* Recording.fromJsonText(text)
      assert.deepStrictEqual(
        recording.exchanges.map(({ request, outcome }) => [
          request.method,
          request.path,
          outcome._tag === "Answer" ? outcome.status : outcome._tag
        ]),
        [
          ["GET", "/api/v1/connections/a%2Fb%20c", 200],
          ...[200, "Lost", 503, 200, 200].map((end) => [
            "POST",
            "/api/v1/connections/a%2Fb%20c/actions/echo/execute",
            end
          ]),
          ["GET", "/api/v1/connections/none", 404],
          ["GET", "/connectors", 200]
        ]
      )
      const replay = Recorder.layer(file, { mode: "replay" }).pipe(
        Layer.provide([FetchHttpClient.layer, NodeFileSystem.layer])
      )
      const again = yield* program.pipe(Effect.provide(Layer.provide(clients(url), replay)))
      assert.deepStrictEqual(again, live)
    })
  )

  it.scopedLive("fails with a message when its file cannot be written", () =>
    Effect.gen(function* () {
      const file = join(yield* folder, "none", "recording.json")
      const error = yield* Effect.flip(Emulator.make({ executors: "memory", record: file }))
      assert.strictEqual(error.reason, "Record")
      assert.include(error.message, file)
    })
  )

  it.scopedLive("contains requests that the client left, and is not written without requests", () =>
    Effect.gen(function* () {
      const place = yield* folder
      const record = (file: string, use: (url: string) => Effect.Effect<unknown>) =>
        Effect.scoped(
          Effect.flatMap(
            Emulator.make({ executors: "memory", faults: Faults.next(Faults.hang), record: join(place, file) }),
            ({ requests, url }) => Effect.zipRight(use(url), requests)
          )
        )
      yield* record("none.json", () => Effect.void)
      yield* Effect.flip(Effect.tryPromise(() => readFile(join(place, "none.json"))))
      yield* record("left.json", (url) =>
        Effect.ignore(Effect.tryPromise(() => fetch(`${url}/api/v1/connections`, { signal: AbortSignal.timeout(300) })))
      )
      const { exchanges } = yield* Recording.fromJsonText(
        yield* Effect.promise(() => readFile(join(place, "left.json"), "utf8"))
      )
      assert.deepStrictEqual(
        exchanges.map(({ outcome }) => outcome._tag),
        ["Left"]
      )
    })
  )
})
