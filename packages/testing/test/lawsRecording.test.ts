import * as NodeConnectors from "@effect-connectors/node/NodeConnectors"
import * as Emulator from "@effect-connectors/testing/Emulator"
import type { Law } from "@effect-connectors/testing/Law"
import * as Laws from "@effect-connectors/testing/Laws"
import { Recorder } from "@effect-connectors/testing/Recorder"
import { laws } from "@effect-connectors/testing/Vitest"
import * as NodeFileSystem from "@effect/platform-node/NodeFileSystem"
import { afterAll, assert, beforeAll, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"

const folder = mkdtempSync(join(tmpdir(), "laws-"))
const fileOf = ({ name }: { readonly name: string }) => join(folder, `${name.replaceAll(/[^A-Za-z]+/g, "-")}.json`)

// real time: a busy machine must not break a law
const limit = "5 minutes"

let baseUrl = ""

const recorder =
  (mode: "record" | "replay") =>
  <R>(law: Law<R>) =>
    Laws.client({ baseUrl }).pipe(
      Layer.provide(Recorder.layer(fileOf(law), { mode, repeatLast: true, secrets: { values: Laws.target.secrets } })),
      Layer.provide([NodeConnectors.layer, NodeFileSystem.layer])
    )

// the server stops when this ends
const recording = Effect.gen(function* () {
  const { url } = yield* Emulator.make({ world: Laws.world, executors: "memory" })
  baseUrl = url
  return yield* Laws.check(recorder("record"), { limit })
})

beforeAll(async () => {
  const report = await Effect.runPromise(Effect.scoped(recording))
  assert.isTrue(report.isKept, Laws.print(report))
}, 600_000)

afterAll(() => rmSync(folder, { recursive: true, force: true }))

laws(recorder("replay"), { name: "Laws: replayed recording", limit })

it("Laws: the recordings have no secret", () => {
  const files = readdirSync(folder)
  assert.strictEqual(files.length, Laws.all.length)
  const texts = files.map((file) => readFileSync(join(folder, file), "utf8"))
  for (const secret of Laws.target.secrets) assert.notInclude(texts.join("\n"), Redacted.value(secret))
})
