import { make } from "@effect-connectors/testing/Emulator"
import * as World from "@effect-connectors/testing/World"
import * as Effect from "effect/Effect"
import { readFile } from "node:fs/promises"

const file = new URL("../../data/world.json", import.meta.url)

/** A world on a free loopback port, and the environment variables that point to it. */
export const emulatorOf = Effect.fnUntraced(function* (world: World.World) {
  const emulator = yield* make({ world })
  const bosa = { BOSA_BASE_URL: emulator.url, BOSA_API_KEY: "demo-key" }
  const env = { CONNECTIONS_BASE_URL: emulator.url, CONNECTIONS_SERVICE_TOKEN: "any", ...bosa }
  return { ...emulator, env }
})

/** The world of the examples on a free loopback port. */
export const emulator = Effect.gen(function* () {
  const text = yield* Effect.promise(() => readFile(file, "utf8"))
  return yield* emulatorOf(yield* World.fromJsonText(text))
})
