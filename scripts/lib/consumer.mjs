// Packs every package and installs the tarballs in an empty project outside of the repository. Needs the npm registry.
import { spawnSync } from "node:child_process"
import { mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join, resolve } from "node:path"
import { packages } from "./sources.mjs"

export const json = (path) => JSON.parse(readFileSync(path, "utf8"))

export const run = (command, args, cwd) => {
  const result = spawnSync(command, args, { cwd, encoding: "utf8", maxBuffer: 64 * 1024 * 1024 })
  return { ok: result.status === 0, output: `${result.stdout ?? ""}${result.stderr ?? ""}${result.error ?? ""}`.trim() }
}

/** Ends the program with what was said, unless it went well. */
export const must = (what, result) => {
  if (result.ok) return result
  console.log(`FAILED ${what}\n${result.output}`)
  process.exit(1)
}

/** Every published package with its manifest and the tarball that was made of it, in a folder of the repository. */
export const pack = (folder) => {
  const { packageManager } = json("package.json")
  const tarballs = resolve(folder)
  rmSync(tarballs, { recursive: true, force: true })
  mkdirSync(tarballs, { recursive: true })
  return packages()
    .map((path) => ({ path, manifest: json(`${path}/package.json`) }))
    .filter(({ manifest }) => manifest.private !== true)
    .map(({ manifest, path }) => {
      const { name, version } = manifest
      const result = run("npx", ["-y", packageManager, "pack", "--pack-destination", tarballs], resolve(path))
      // what `prepack` did, if `postpack` was not reached
      if (!result.ok) run(process.execPath, [resolve("scripts/pack-docs.mjs"), "--undo"], resolve(path))
      must(`pack ${name}`, result)
      return { manifest, name, tarball: join(tarballs, `${name.replace("@", "").replace("/", "-")}-${version}.tgz`) }
    })
}

/** An empty folder that ends with this process. */
export const emptyFolder = () => {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), "connectors-consumer-")))
  process.on("exit", () => rmSync(folder, { recursive: true, force: true }))
  return folder
}

/** What the project's package.json asks for, and more, with nothing run on the way. */
export const install = (folder, ...more) =>
  must("install", run("npm", ["install", "--ignore-scripts", "--no-audit", "--no-fund", ...more], folder))

/** Runs the project's own compiler. */
export const compile = (folder, ...args) =>
  run(process.execPath, ["node_modules/typescript/bin/tsc", "--pretty", "false", ...args], folder)
