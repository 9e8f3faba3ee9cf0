#!/usr/bin/env node
/**
 * `connectors-emulator --port P [--host H] [--world FILE] [--faults FILE]`: the emulator as a program.
 */
import * as Predicate from "effect/Predicate"

// The emulator needs packages that the fakes do not, so they are optional peers. `latest` of them is for Effect 4.
const peers = [
  "@effect/platform-node@0.108.2",
  "@effect/cluster@0.60.2",
  "@effect/rpc@0.76.2",
  "@effect/sql@0.52.1",
  // for sql connections
  "@electric-sql/pglite@0.5.16"
]

const missingPackage = (error: unknown): string | undefined =>
  Predicate.hasProperty(error, "code") && error.code === "ERR_MODULE_NOT_FOUND" && error instanceof Error
    ? /^Cannot find package '([^']+)'/.exec(error.message)?.[1]
    : undefined

try {
  await import("./runEmulator.js")
} catch (error) {
  const name = missingPackage(error)
  if (name === undefined) throw error
  console.error(
    `connectors-emulator: the package ${name} is not installed. Install what the emulator needs: npm install --save-exact --save-dev ${peers.join(" ")}`
  )
  process.exitCode = 1
}
