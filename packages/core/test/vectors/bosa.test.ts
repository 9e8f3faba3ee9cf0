import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import { differenceOf } from "./bosa/differences.js"
import { load, path, type Vector } from "./bosa/format.js"
import { mismatches, replay, type TransportName, transports } from "./bosa/replay.js"

const vectors = load(path)

const check = (vector: Vector, version: string, transport: TransportName) =>
  Effect.gen(function* () {
    const difference = differenceOf(vector)
    const expected = difference === undefined ? vector : difference.ours(vector, version)
    const replayed = yield* replay(vector, expected.call, version, transport)
    const found = mismatches(expected, replayed)
    if (found.length > 0) return assert.fail(`${vector.id}\n${found.join("\n")}`)
    if (difference !== undefined && mismatches(vector, replayed).length === 0) {
      return assert.fail(`${vector.id} passes, so it is not a deliberate difference (${difference.reason})`)
    }
  })

// the script that counts reads the differences from the names of the tests
const mark = (vector: Vector): string => {
  const difference = differenceOf(vector)
  return difference === undefined ? "" : ` [differs: ${difference.because}]`
}

interface Case {
  readonly name: string
  readonly run: (transport: TransportName) => Effect.Effect<void>
}

const cases = vectors.flatMap(({ id, vector }, index): ReadonlyArray<Case> => {
  const name = `${index + 1} ${id}`
  return Either.match(vector, {
    onLeft: (why) => [{ name, run: () => Effect.sync(() => assert.fail(`${id} is not of the format\n${why}`)) }],
    onRight: (given) =>
      given.client_version.map((version) => ({
        name: `${name} of ${version}${mark(given)}`,
        run: (transport) => check(given, version, transport)
      }))
  })
})

for (const transport of transports) {
  describe(`BOSA ${transport}`, () => {
    for (const { name, run } of cases) it.live(name, () => run(transport))
  })
}
