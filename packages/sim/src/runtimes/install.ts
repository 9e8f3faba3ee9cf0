/** The runtimes: found on this machine, or installed into a folder of their own. */
import { mkdirSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { environment, runToEnd } from "./processes.js"

export const runtimeKinds = ["Node", "Bun", "Deno", "workerd", "Chromium"] as const

export type RuntimeKind = (typeof runtimeKinds)[number]

/** A package with a program: an install script would fetch it, and none is run. */
interface Package {
  readonly spec: string
  readonly path: string
}

const os = process.platform === "darwin" ? "darwin" : "linux"
const isArm = process.arch === "arm64"

const packageOf = (name: string, version: string, path: string): Package => ({
  spec: `${name}@${version}`,
  path: join(name, path)
})

/** npm has every version of Node for Linux alone. */
const node = (version: string): Package | undefined =>
  os === "linux" ? packageOf(`node-linux-${isArm ? "arm64" : "x64"}`, version, "bin/node") : undefined

const packages = {
  "Node 22": node("22.23.5"),
  "Node 24": node("24.22.3"),
  "Node 26": node("26.12.1"),
  Bun: packageOf(`@oven/bun-${os}-${isArm ? "aarch64" : "x64-baseline"}`, "1.4.5", "bin/bun"),
  Deno: packageOf(`@deno/${os}-${isArm ? "arm64" : "x64"}${os === "linux" ? "-glibc" : ""}`, "2.9.6", "deno"),
  workerd: packageOf(`@cloudflare/workerd-${os}-${isArm ? "arm64" : "64"}`, "1.20261117.1", "bin/workerd")
}

type PackageName = keyof typeof packages

/** `Node` is the one that runs this. */
export type RuntimeName = RuntimeKind | PackageName

const running = `Node ${process.version.slice(1).split(".", 1)[0]}`

/** All that are tried, the running Node once. */
export const runtimeNames: ReadonlyArray<RuntimeName> = (
  ["Node", "Node 22", "Node 24", "Node 26", "Bun", "Deno", "workerd", "Chromium"] as const
).filter((name) => name !== running)

/** A program that is there. */
export interface Runtime {
  readonly kind: RuntimeKind
  readonly path: string
  readonly version: string
}

/** One that is not there, and why. */
export interface Missing {
  readonly name: RuntimeName
  readonly reason: string
  /** The registry has none for this machine: nobody can install it. */
  readonly isUnavailable: boolean
}

const installMillis = 180_000
const versionMillis = 30_000

const versionOf = async (path: string): Promise<string | undefined> => {
  const { code, output } = await runToEnd({ path, args: ["--version"], env: environment() }, versionMillis)
  return code === 0 ? /\d+(?:[.-]\d+)+/.exec(output)?.[0] : undefined
}

const found = async (
  name: RuntimeName,
  kind: RuntimeKind,
  paths: ReadonlyArray<string>
): Promise<Runtime | Missing> => {
  for (const path of paths) {
    const version = await versionOf(path)
    if (version !== undefined) return { kind, path, version }
  }
  return { name, reason: `${paths.join(", ")}: none of them starts here`, isUnavailable: false }
}

const options = ["--ignore-scripts", "--no-audit", "--no-fund", "--prefer-offline", "--fetch-retries=1"]

const installed = async (name: PackageName, folder: string): Promise<Runtime | Missing> => {
  const wanted = packages[name]
  if (wanted === undefined) return { name, reason: `npm has none for ${os}`, isUnavailable: true }
  const own = join(folder, name.replace(" ", "-"))
  mkdirSync(own, { recursive: true })
  writeFileSync(join(own, "package.json"), '{ "private": true }\n')
  const args = ["install", ...options, "--fetch-timeout=60000", wanted.spec]
  const { code, output } = await runToEnd({ path: "npm", args, cwd: own, env: process.env }, installMillis)
  if (code !== 0) {
    const error = /npm error code (\w+)/.exec(output)?.[1]
    const isUnavailable = error === "E404" || error === "ETARGET" || error === "EBADPLATFORM"
    return { name, reason: `npm cannot install ${wanted.spec} (${error ?? "no end"})`, isUnavailable }
  }
  const kind = name === "Bun" || name === "Deno" || name === "workerd" ? name : "Node"
  return found(name, kind, [join(own, "node_modules", wanted.path)])
}

const browsers = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome"]

/** Finds a runtime or installs it, or says why it is not to be had here. */
export const findRuntime = (name: RuntimeName, folder: string): Promise<Runtime | Missing> => {
  if (name === "Node") return found(name, name, [process.execPath])
  const { BROWSER_PATH } = process.env
  if (name === "Chromium") return found(name, name, BROWSER_PATH === undefined ? browsers : [BROWSER_PATH])
  return installed(name, folder)
}
