#!/usr/bin/env node
/**
 * `connectors-durable`: see "From the shell" in docs/durable.md.
 */
import { isHelp, usage } from "../internal/command/usage.js"

if (isHelp(process.argv.slice(2))) {
  // nothing else is loaded for it
  process.stdout.on("error", () => {})
  process.stdout.write(`${usage}\n`)
} else {
  await import("./runDurable.js")
}
