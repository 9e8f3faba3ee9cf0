import * as Call from "@effect-connectors/core/Call"
import { ConnectionsApi } from "@effect-connectors/core/ConnectionsApi"
import * as NodeConnectors from "@effect-connectors/node/NodeConnectors"
import * as Emulator from "@effect-connectors/testing/Emulator"
import { Recorder } from "@effect-connectors/testing/Recorder"
import * as NodeFileSystem from "@effect/platform-node/NodeFileSystem"
import * as FetchHttpClient from "@effect/platform/FetchHttpClient"
import type * as HttpClient from "@effect/platform/HttpClient"
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { mkdtemp, readdir, readFile, rm } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { apis, canary, forbidden, program, world } from "./support/recorderProgram.ts"

const folder = Effect.acquireRelease(
  Effect.promise(() => mkdtemp(join(tmpdir(), "recorder-"))),
  (path) => Effect.promise(() => rm(path, { recursive: true }))
)

const text = (file: string) => Effect.promise(() => readFile(file, "utf8"))

const over = (file: string, mode: "record" | "replay" | "auto", below: Layer.Layer<HttpClient.HttpClient>) =>
  Recorder.layer(file, { mode }).pipe(Layer.provide([below, NodeFileSystem.layer]))

// calls whose response is missing or cut off
const failing = Effect.gen(function* () {
  const { connection } = yield* ConnectionsApi
  const crm = connection("crm")
  const execute = crm.actions.execute("echo", { input: {} })
  const outcomeOf = <A, E extends { readonly _tag: string; readonly message: string }>(effect: Effect.Effect<A, E>) =>
    Effect.match(effect, {
      onFailure: (error) => [error._tag, error.message, JSON.stringify(error)],
      onSuccess: (value) => ["Success", JSON.stringify(value)]
    })
  return [
    yield* outcomeOf(execute),
    yield* outcomeOf(execute),
    yield* outcomeOf(execute),
    yield* outcomeOf(execute),
    yield* outcomeOf(crm.get),
    yield* outcomeOf(Call.withRetry(crm.get, "none")),
    yield* outcomeOf(Call.withAttemptTimeout(execute, "150 millis")),
    yield* outcomeOf(crm.actions.list)
  ]
})

const expected = [
  "OutcomeUnknown",
  "OutcomeUnknown",
  "ServerFailed",
  "RateLimited",
  "Success",
  "UnexpectedBody",
  "OutcomeUnknown",
  "Unreachable"
]

describe.each([
  { name: "the node transport", transport: NodeConnectors.layer },
  { name: "fetch", transport: FetchHttpClient.layer }
])("Recorder over $name", ({ transport }) => {
  it.scopedLive("replay: gives the recorded values, and the file has no secret", () =>
    Effect.gen(function* () {
      const file = join(yield* folder, "all.json")
      const { url } = yield* Emulator.make({ world, executors: "memory" })
      const live = yield* program.pipe(Effect.provide(apis(url).pipe(Layer.provide(over(file, "record", transport)))))
      const written = yield* text(file)
      assert.notInclude(written, canary)
      assert.notInclude(written, Buffer.from(canary).toString("base64").slice(2, -4))
      assert.notMatch(written, /sk-user-[0-9a-f]{8}/)
      assert.notInclude(written, "82731946")
      assert.include(live, canary)
      assert.include(live, "82731946")
      const again = yield* program.pipe(Effect.provide(apis(url).pipe(Layer.provide(over(file, "replay", forbidden)))))
      assert.strictEqual(again, live)
      assert.strictEqual(yield* text(file), written)
      assert.deepStrictEqual(yield* Effect.promise(() => readdir(join(file, ".."))), ["all.json"])
    })
  )

  it.scopedLive("replay: failures have the recorded type and message", () =>
    Effect.gen(function* () {
      const file = join(yield* folder, "failing.json")
      const { respondNext, url } = yield* Emulator.make({ world, executors: "memory" })
      const long = { text: "x".repeat(100_000) }
      yield* respondNext({ method: "POST" }, [
        { _tag: "Reset", commit: true },
        { _tag: "CutBody", json: long },
        { status: 503, json: { code: "DOWN" } },
        { status: 429, headers: { "retry-after": "7" }, json: {} },
        { _tag: "Hang" }
      ])
      yield* respondNext({ method: "GET", operation: "connections.get" }, [
        { status: 502 },
        { _tag: "Reset" },
        { status: 200, json: { slug: "crm" } },
        { _tag: "CutBody", json: long }
      ])
      yield* respondNext({ operation: "actions.list" }, [{ _tag: "Reset" }, { _tag: "Reset" }, { _tag: "Reset" }])
      const run = (mode: "record" | "replay", below: Layer.Layer<HttpClient.HttpClient>) =>
        failing.pipe(Effect.provide(apis(url).pipe(Layer.provide(over(file, mode, below)))))
      const live = yield* run("record", transport)
      assert.deepStrictEqual(
        live.map(([tag]) => tag),
        expected
      )
      assert.deepStrictEqual(yield* run("replay", forbidden), live)
    })
  )

  it.scopedLive("replay: an unreachable platform and another key are both NotSent", () =>
    Effect.gen(function* () {
      const file = join(yield* folder, "gone.json")
      const { url } = yield* Effect.scoped(Emulator.make({ world, executors: "memory" }))
      const execute = Effect.flatMap(ConnectionsApi, ({ connection }) =>
        Effect.flip(connection("crm").actions.execute("echo", { input: {} }))
      )
      const run = (mode: "record" | "replay", below: Layer.Layer<HttpClient.HttpClient>, serviceToken?: string) =>
        execute.pipe(
          Effect.provide(
            apis(url, serviceToken === undefined ? {} : { serviceToken }).pipe(Layer.provide(over(file, mode, below)))
          )
        )
      const live = yield* run("record", transport)
      assert.strictEqual(live._tag, "NotSent")
      const again = yield* run("replay", forbidden)
      assert.deepStrictEqual([again._tag, again.message], [live._tag, live.message])
      const other = yield* run("replay", forbidden, "quite-another-token")
      assert.strictEqual(other._tag, "NotSent")
      assert.include(other.message, "(NOT_RECORDED)")
      assert.include(other.message, "the header x-service-token differs")
      assert.notInclude(JSON.stringify(other) + other.message, "quite-another")
    })
  )
})
