#!/usr/bin/env node
/**
 * `connectors`: see docs/cli.md.
 */
import manifest from "../../package.json" with { type: "json" }

if (process.argv[2] === "--version" || process.argv[2] === "-v") {
  // nothing else is loaded for it
  process.stdout.write(`${manifest.version}\n`)
} else {
  await import("./run.js")
}
