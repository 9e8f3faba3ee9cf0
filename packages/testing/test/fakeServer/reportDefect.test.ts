import { BosaApi } from "@effect-connectors/core/BosaApi"
import { ConnectionsApi } from "@effect-connectors/core/ConnectionsApi"
import * as World from "@effect-connectors/testing/World"
import { assert, describe, it } from "@effect/vitest"
import * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Logger from "effect/Logger"
import { bosa, connections, virtually } from "../support/clients.ts"

const slip = (): never => {
  throw new TypeError("deal is not defined")
}

const world = World.make(
  World.connection("crm").action("throws", slip).action("dies", Effect.die("out of paper")),
  World.connector("notes").action("throws", slip).action("dies", Effect.die("out of paper"))
)

/** The result of a program, and its log. */
const heard = <A, E, R>(program: Effect.Effect<A, E, R>) =>
  Effect.suspend(() => {
    const lines: Array<string> = []
    const logger = Logger.make(({ cause, logLevel, message }) => {
      lines.push(`${logLevel.label} ${String(message)}: ${Cause.pretty(cause).split("\n")[0]}`)
    })
    return Effect.map(
      Effect.provide(program, Layer.merge(Logger.remove(Logger.defaultLogger), Logger.add(logger))),
      (ended) => ({ ended, lines })
    )
  })

const expectedLines = (where: string) => [
  `ERROR the answer of ${where}/throws in the test's world broke: TypeError: deal is not defined`,
  `ERROR the answer of ${where}/dies in the test's world broke: Error: out of paper`
]

describe("a handler that breaks", () => {
  it.effect("is a 500 for the client of Connections; the log has the cause", () =>
    Effect.gen(function* () {
      const { connection } = yield* ConnectionsApi
      const { actions } = connection("crm")
      const { ended, lines } = yield* heard(
        Effect.forEach(["throws", "dies"], (action) => Effect.flip(actions.execute(action, { input: {} })))
      )
      assert.deepStrictEqual(
        ended.map(({ _tag }) => _tag),
        ["ServerFailed", "ServerFailed"]
      )
      assert.deepStrictEqual(lines, expectedLines("crm"))
    }).pipe(virtually(connections(world)))
  )

  it.effect("is a 500 for the client of BOSA; the log has the cause", () =>
    Effect.gen(function* () {
      const { connect } = yield* BosaApi
      const notes = connect("notes")
      const { ended, lines } = yield* heard(
        Effect.forEach(["throws", "dies"], (action) => Effect.flip(notes.run(action, {})))
      )
      assert.deepStrictEqual(
        ended.map(({ _tag }) => _tag),
        ["ServerFailed", "ServerFailed"]
      )
      assert.deepStrictEqual(lines, expectedLines("notes"))
    }).pipe(virtually(bosa(world)))
  )
})
