import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import { load, path } from "./bosa/format.js"
import { mismatches, replay, type Transport, transports } from "./bosa/replay.js"

const vectors = load(path)

const over = (transport: Transport): void => {
  describe(transport, () => {
    vectors.forEach(({ id, vector }, index) => {
      if (Either.isLeft(vector)) return it(`${index + 1} ${id}`, () => assert.fail(vector.left))
      for (const version of vector.right.client_version) {
        it.live(`${index + 1} ${id} of ${version}`, () =>
          Effect.gen(function* () {
            const replayed = yield* replay(vector.right, version, transport)
            const found = mismatches(vector.right, replayed)
            if (found.length > 0) return assert.fail(found.join("\n"))
          })
        )
      }
    })
  })
}

for (const transport of transports) over(transport)
