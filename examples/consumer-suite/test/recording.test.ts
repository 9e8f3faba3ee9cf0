/** A recording: made once, here from an emulator, and replayed without a server. */
import { Emulator } from "@effect-connectors/testing/Emulator"
import { Recorder } from "@effect-connectors/testing/Recorder"
import * as NodeConnectors from "@effect-connectors/node/NodeConnectors"
import * as NodeFileSystem from "@effect/platform-node/NodeFileSystem"
import { afterAll, assert, beforeAll, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import { mkdtemp, readFile, rm } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { CrmUnavailable, Deals } from "../src/Deals.ts"
import { report } from "../src/report.ts"
import { program } from "./support/app.ts"
import { apiKey, serviceToken } from "./support/credentials.ts"
import { world } from "./support/world.ts"

// a real project keeps its recordings next to its tests; this one makes a new one each time
let folder = ""
let file = ""
let url = ""
let recorded = ""

/** The program with its calls recorded in the file, or replayed from it. */
const recording = (mode: "record" | "replay") =>
  program(url).pipe(
    Layer.provideMerge(Recorder.layer(file, { mode })),
    Layer.provide([NodeConnectors.layer, NodeFileSystem.layer])
  )

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "sales-app-"))
  file = join(folder, "report.json")
  const atEmulator = Effect.gen(function* () {
    const emulator = yield* Emulator
    url = emulator.url
    recorded = yield* Effect.provide(report(7, "website"), recording("record"))
  })
  await Effect.runPromise(Effect.provide(atEmulator, Emulator.layer({ world, executors: "memory" })))
})

afterAll(() => rm(folder, { recursive: true }))

describe("a recording", () => {
  it.live("gives the same report without a server", () =>
    Effect.gen(function* () {
      assert.strictEqual(yield* report(7, "website"), recorded)
      const recorder = yield* Recorder
      assert.deepStrictEqual(yield* recorder.unused, [])
    }).pipe(Effect.provide(recording("replay")))
  )

  it("contains no secret", async () => {
    const text = await readFile(file, "utf8")
    assert.include(text, "fetch-deal")
    assert.notInclude(text, Redacted.value(serviceToken))
    assert.notInclude(text, Redacted.value(apiKey))
  })

  it.live("names the difference of a request that was not recorded", () =>
    Effect.gen(function* () {
      const deals = yield* Deals
      const error = yield* Effect.flip(deals.fetch(8))
      assert.instanceOf(error, CrmUnavailable)
      assert.include(error.message, "body.input.id is 8 and was 7")
    }).pipe(Effect.provide(recording("replay")))
  )
})
