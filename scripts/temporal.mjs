// Type-checks examples/temporal against the packages of this workspace: `npm run test:temporal`. Its own dependencies are large, so
// they are installed here and not with the others. Exit code 3: there is no package registry, and nothing was tried.
import { spawnSync } from "node:child_process"
import { cpSync, mkdirSync, rmSync } from "node:fs"
import { join } from "node:path"

const folder = ".tmp/temporal"

mkdirSync(folder, { recursive: true })
rmSync(join(folder, "src"), { recursive: true, force: true })
cpSync("examples/temporal", folder, { recursive: true })

const install = ["install", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"]
if (spawnSync("npm", install, { cwd: folder, stdio: "inherit" }).status !== 0) process.exit(3)

const check = spawnSync(process.execPath, ["node_modules/typescript/bin/tsc", "-p", folder], { stdio: "inherit" })
if (check.status === 0) console.log("the example of Temporal type-checks")
process.exit(check.status ?? 1)
