import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import { differences } from "./differences.js"
import { load, path } from "./format.js"
import { replay, type Transport } from "./replay.js"

const vectors = load(path)
const reasons = new Map(differences.map(({ id, reason }) => [id, reason]))

const over = (transport: Transport): void => {
  describe(`Connections over ${transport}`, () => {
    vectors.forEach(({ id, vector }, index) => {
      it.live(`${index + 1} ${id}`, () =>
        Effect.gen(function* () {
          if (Either.isLeft(vector)) return assert.fail(`${id} is not of the format\n${vector.left}`)
          const mismatches = yield* replay(vector.right, transport)
          const reason = reasons.get(id)
          if (reason === undefined && mismatches.length > 0) return assert.fail(`${id}\n${mismatches.join("\n")}`)
          if (reason !== undefined && mismatches.length === 0) {
            return assert.fail(`${id} passes, so it is not a deliberate difference (${reason})`)
          }
        })
      )
    })
  })
}

over("node")
over("fetch")
