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

describe.each([
  { name: "the node transport", transport: NodeConnectors.layer },
  { name: "fetch", transport: FetchHttpClient.layer }
])("recorded over $name", ({ transport }) => {
  it.scopedLive("a replay gives the same, and the file holds no secret", () =>
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
})
