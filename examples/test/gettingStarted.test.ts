import { assert, it } from "@effect/vitest"
import * as World from "@effect-connectors/testing/World"
import * as Effect from "effect/Effect"
import { readFileSync } from "node:fs"
import { mkdtemp, rm, writeFile } from "node:fs/promises"
import { fileURLToPath } from "node:url"
import { describe } from "vitest"
import { startProgram } from "./support/program.js"
import { emulatorOf } from "./support/world.js"

const page = readFileSync(new URL("../../docs/getting-started.md", import.meta.url), "utf8")

/** The programs of the page by the names under which a reader saves them. */
const programs = new Map(
  Array.from(page.matchAll(/Save this as `(\w+\.mjs)`[^]*?^```ts\n([^]*?)^```$/gm), ([, name = "", code = ""]) => [
    name,
    code
  ])
)

// next to the packages of the examples, so that a program finds what it imports
const folder = Effect.acquireRelease(
  Effect.promise(() => mkdtemp(fileURLToPath(new URL("../dist/getting-started-", import.meta.url)))),
  (path) => Effect.promise(() => rm(path, { recursive: true, force: true }))
)

const run = Effect.fnUntraced(function* (name: string) {
  const server = yield* emulatorOf(World.demo)
  const path = `${yield* folder}/${name}`
  yield* Effect.promise(() => writeFile(path, programs.get(name) ?? ""))
  const { ended } = yield* startProgram(path, [], server.env)
  return yield* ended
})

describe.concurrent("docs/getting-started.md", () => {
  it("has three programs", () => {
    assert.deepStrictEqual([...programs.keys()], ["call.mjs", "job.mjs", "error.mjs"])
  })

  it.scopedLive("call.mjs prints the connections and the value of an action", () =>
    Effect.gen(function* () {
      const { code, err, out } = yield* run("call.mjs")
      assert.deepStrictEqual([code, err], [0, ""])
      assert.match(out, /^\[ 'crm', .*\]\n\{ id: 7, .*\}\n$/)
    })
  )

  it.scopedLive("job.mjs prints the events of a job, up to its one end", () =>
    Effect.gen(function* () {
      const { code, err, out } = yield* run("job.mjs")
      assert.deepStrictEqual([code, err], [0, ""])
      assert.match(out, /^Submitted\n(Progress\n)+Completed\n$/)
    })
  )

  it.scopedLive("error.mjs prints what is wrong with each call", () =>
    Effect.gen(function* () {
      const { code, err, out } = yield* run("error.mjs")
      assert.deepStrictEqual([code, err], [0, ""])
      assert.match(out, /action "fetch-dael".*the nearest is fetch-deal[^]*job job-\d+ .* failed/)
    })
  )
})
