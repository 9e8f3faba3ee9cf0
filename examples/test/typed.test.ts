import { assert, it } from "@effect/vitest"
import { make } from "@effect-connectors/testing/Emulator"
import * as Effect from "effect/Effect"
import { existsSync } from "node:fs"
import { fileURLToPath } from "node:url"
import { describe } from "vitest"
import { startProgram } from "./support/program.js"

const fileOf = (path: string) => fileURLToPath(new URL(`../../${path}`, import.meta.url))
const program = fileOf("examples/typed/dist/main.js")
const connectors = fileOf("packages/cli/dist/connectors.js")
const types = fileOf("examples/typed/src/connectors-types")

/** An emulator with its own world, and the environment that points to it. */
const emulator = Effect.map(make({ executors: "memory" }), ({ bosa, url }) => ({
  CONNECTIONS_BASE_URL: url,
  CONNECTIONS_SERVICE_TOKEN: "any",
  BOSA_BASE_URL: url,
  BOSA_API_KEY: bosa.apiKey
}))

describe("the example with generated types", () => {
  it.scopedLive("runs against the emulator", () =>
    Effect.gen(function* () {
      const { ended } = yield* startProgram(program, [], yield* emulator)
      const { code, err, out } = yield* ended
      assert.deepStrictEqual([code, err], [0, ""])
      assert.match(out, /^deal \{"id":7,.*\}\nitem \{"id":3,.*\}\n25 items\n$/)
    })
  )

  it.scopedLive("its types are those of the emulator's world", () =>
    Effect.gen(function* () {
      assert.isTrue(existsSync(connectors), "the command line is not built: run npm run build")
      const { ended } = yield* startProgram(connectors, ["types", "check", "--out", types], yield* emulator)
      assert.deepStrictEqual(yield* ended, { code: 0, out: "", err: "" })
    })
  )
})
