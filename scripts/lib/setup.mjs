import { spawnSync } from "node:child_process"
import { createHash } from "node:crypto"
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs"

const stampFile = "node_modules/.setup-stamp"

// a program that is run needs no tests: a type error in one is for `npm test` to tell
const programs = [
  "packages/core",
  "packages/node",
  "packages/testing",
  "packages/cli",
  "examples",
  "packages/bench",
  "packages/sim"
]

/** Installs what the lockfile says when it changed, then builds. Needs only Node and npm. */
export const setup = ({ quiet }) => {
  const run = (command, args) => {
    const result = spawnSync(command, args, {
      stdio: quiet ? ["ignore", "pipe", "inherit"] : "inherit",
      encoding: "utf8"
    })
    if (result.status !== 0) {
      if (quiet && result.stdout) process.stdout.write(result.stdout)
      process.exit(result.status ?? 1)
    }
  }
  const stamp = createHash("sha256").update(readFileSync("pnpm-lock.yaml")).digest("hex")
  if (!existsSync(stampFile) || readFileSync(stampFile, "utf8") !== stamp) {
    if (!quiet) console.log("setup: installing the locked dependencies")
    run("npx", ["-y", "pnpm@10.34.8", "install", "--frozen-lockfile", "--ignore-scripts"])
    mkdirSync("node_modules", { recursive: true })
    writeFileSync(stampFile, stamp)
  }
  run(process.execPath, ["node_modules/typescript/bin/tsc", "-b", ...(quiet ? programs : [])])
  run(process.execPath, ["scripts/bundle-cli.mjs"])
}
