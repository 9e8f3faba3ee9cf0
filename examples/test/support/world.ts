import { make } from "@effect-connectors/testing/Emulator"
import * as World from "@effect-connectors/testing/World"
import * as Effect from "effect/Effect"
import { readFile } from "node:fs/promises"

const file = new URL("../../data/world.json", import.meta.url)

/** The world of the examples on a free loopback port, and the environment variables that point to it. */
export const emulator = Effect.gen(function* () {
  const world = yield* World.fromJsonText(yield* Effect.promise(() => readFile(file, "utf8")))
  const emulator = yield* make({ world })
  const bosa = { BOSA_BASE_URL: emulator.url, BOSA_API_KEY: "demo-key" }
  const env = { CONNECTIONS_BASE_URL: emulator.url, CONNECTIONS_SERVICE_TOKEN: "any", ...bosa }
  return { ...emulator, env }
})
