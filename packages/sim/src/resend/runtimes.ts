/**
 * The runtimes: found on this machine or installed into a folder of their own, and started with a plan. Nothing here
 * waits without a limit, and only what was started here is ended.
 */
import { build } from "esbuild"
import { type ChildProcess, spawn } from "node:child_process"
import { mkdirSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import type { Plan, TransportName } from "./plan.js"
import type { RawServer } from "./server.js"

export const runtimeNames = ["Node", "Bun", "Deno", "workerd", "Chromium"] as const

export type RuntimeName = (typeof runtimeNames)[number]

/** How a runtime is started. */
interface Command {
  readonly path: string
  readonly args: ReadonlyArray<string>
  readonly env?: Readonly<Record<string, string>>
}

/** A program that is there. */
export interface Runtime {
  readonly name: RuntimeName
  readonly path: string
  readonly version: string
}

const installMillis = 90_000
const versionMillis = 20_000
const runMillis = 40_000

const proxies = /^(all|http|https|no)_proxy$/i

// a proxy of the machine would stand between a runtime and the loopback address
const environment = (own: Readonly<Record<string, string>> = {}): NodeJS.ProcessEnv => ({
  ...Object.fromEntries(Object.entries(process.env).filter(([name]) => !proxies.test(name))),
  DO_NOT_TRACK: "1",
  ...own
})

// a browser is many processes: those of one group end together
const start = ({ args, env, path }: Command, environmentOfAll = environment(env)): ChildProcess =>
  spawn(path, args, { env: environmentOfAll, detached: true, stdio: ["ignore", "pipe", "pipe"] })

const end = ({ pid }: ChildProcess): void => {
  try {
    if (pid !== undefined) process.kill(-pid, "SIGKILL")
  } catch {
    // it has ended by itself
  }
}

interface Ended {
  readonly code: number | null
  readonly output: string
}

/** Runs a program to its end, or ends it when the time is over or `stopped` is there. */
const runToEnd = (
  child: ChildProcess,
  millis: number,
  stopped: Promise<unknown> = new Promise(() => {})
): Promise<Ended> =>
  new Promise((resolve) => {
    let output = ""
    const keep = (chunk: Buffer) => {
      output = (output + chunk.toString()).slice(-4_000)
    }
    child.stdout?.on("data", keep)
    child.stderr?.on("data", keep)
    const timer = setTimeout(() => end(child), millis)
    void stopped.then(() => end(child))
    const done = (code: number | null) => {
      clearTimeout(timer)
      end(child)
      resolve({ code, output })
    }
    child.once("error", () => done(null))
    child.once("close", done)
  })

const versionOf = async (path: string): Promise<string | undefined> => {
  const { code, output } = await runToEnd(start({ path, args: ["--version"] }), versionMillis)
  return code === 0 ? /\d+(?:[.-]\d+)+/.exec(output)?.[0] : undefined
}

const os = process.platform === "darwin" ? "darwin" : "linux"
const isArm = process.arch === "arm64"

/** The packages with the programs themselves: an install script would fetch them, and none is run. */
const packages: Readonly<Record<"Bun" | "Deno" | "workerd", { readonly spec: string; readonly path: string }>> = {
  Bun: {
    spec: `@oven/bun-${os}-${isArm ? "aarch64" : "x64-baseline"}@1.4.5`,
    path: `@oven/bun-${os}-${isArm ? "aarch64" : "x64-baseline"}/bin/bun`
  },
  Deno: {
    spec: `@deno/${os}-${isArm ? "arm64" : "x64"}${os === "linux" ? "-glibc" : ""}@2.9.6`,
    path: `@deno/${os}-${isArm ? "arm64" : "x64"}${os === "linux" ? "-glibc" : ""}/deno`
  },
  workerd: {
    spec: `@cloudflare/workerd-${os}-${isArm ? "arm64" : "64"}@1.20261117.1`,
    path: `@cloudflare/workerd-${os}-${isArm ? "arm64" : "64"}/bin/workerd`
  }
}

const install = async (name: keyof typeof packages, folder: string): Promise<string | undefined> => {
  const { path, spec } = packages[name]
  const own = join(folder, name)
  mkdirSync(own, { recursive: true })
  writeFileSync(join(own, "package.json"), '{ "private": true }\n')
  const options = ["--ignore-scripts", "--no-audit", "--no-fund", "--prefer-offline", "--fetch-retries=0"]
  const npm = spawn("npm", ["install", ...options, "--fetch-timeout=20000", spec], {
    cwd: own,
    detached: true,
    stdio: ["ignore", "pipe", "pipe"]
  })
  const { code } = await runToEnd(npm, installMillis)
  return code === 0 ? join(own, "node_modules", path) : undefined
}

const browsers = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome"]

/** Finds a runtime or installs it; `undefined` when it is not to be had here. */
export const findRuntime = async (name: RuntimeName, folder: string): Promise<Runtime | undefined> => {
  const { BROWSER_PATH } = process.env
  const paths =
    name === "Node"
      ? [process.execPath]
      : name === "Chromium"
        ? BROWSER_PATH === undefined
          ? browsers
          : [BROWSER_PATH]
        : [await install(name, folder)]
  for (const path of paths) {
    const version = path === undefined ? undefined : await versionOf(path)
    if (path !== undefined && version !== undefined) return { name, path, version }
  }
  return undefined
}

/** The transports that can be used in a runtime. */
export const transportsOf = (name: RuntimeName): ReadonlyArray<TransportName> =>
  name === "workerd" || name === "Chromium"
    ? ["fetch", "FetchTransport"]
    : ["fetch", "FetchTransport", "NodeConnectors"]

const here = (name: string): string => fileURLToPath(new URL(`./${name}.js`, import.meta.url))

/** A program as one file: these runtimes find no packages. */
const bundled = async (name: string): Promise<string> => {
  const { outputFiles } = await build({
    entryPoints: [here(name)],
    bundle: true,
    write: false,
    platform: "browser",
    format: "esm",
    target: "es2022",
    logLevel: "error"
  })
  return outputFiles[0]?.text ?? ""
}

const workerConfig = (plan: Plan): string => `using Workerd = import "/workerd/workerd.capnp";
const config :Workerd.Config = (
  services = [(name = "main", worker = .program), (name = "internet", network = (allow = ["local"]))]
);
const program :Workerd.Worker = (
  modules = [(name = "program.js", esModule = embed "program.js")],
  compatibilityDate = "2026-11-01",
  bindings = [(name = "PLAN", text = ${JSON.stringify(JSON.stringify(plan))})]
);
`

// it looks for updates and keeps its cache, unless it is told not to
const denoArgs = ["run", "--quiet", "--no-prompt", "--no-remote", "--allow-net=127.0.0.1"]

const commandOf = async ({ name, path }: Runtime, plan: Plan, server: RawServer, folder: string): Promise<Command> => {
  const program = [here("nodeProgram"), JSON.stringify(plan)]
  switch (name) {
    case "Node":
      return { path, args: program }
    case "Bun":
      return { path, args: ["--no-install", ...program] }
    case "Deno":
      return {
        path,
        args: [...denoArgs, "--allow-read", "--allow-env", "--allow-sys", ...program],
        env: { DENO_DIR: join(folder, "deno-cache"), DENO_NO_UPDATE_CHECK: "1" }
      }
    case "workerd": {
      writeFileSync(join(folder, "program.js"), await bundled("workerdProgram"))
      writeFileSync(join(folder, "config.capnp"), workerConfig(plan))
      return { path, args: ["test", join(folder, "config.capnp")] }
    }
    case "Chromium": {
      const title = JSON.stringify(plan).replaceAll("&", "&amp;").replaceAll("<", "&lt;")
      const page = `<!doctype html><title>${title}</title><script type="module" src="/program.js"></script>`
      server.files.set("/page", { type: "text/html", body: page })
      server.files.set("/program.js", { type: "text/javascript", body: await bundled("browserProgram") })
      const args = [
        "--headless=new",
        // the sandbox of Chromium refuses to run as root
        ...(process.getuid?.() === 0 ? ["--no-sandbox"] : []),
        "--disable-gpu",
        "--no-first-run",
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-sync",
        "--no-proxy-server",
        "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
        `--user-data-dir=${join(folder, "browser")}`,
        `${server.url}/page`
      ]
      return { path, args }
    }
  }
}

/** Runs the plan in a runtime; gives what it posted, or the end of what it printed when it posted nothing. */
export const runIn = async (
  runtime: Runtime,
  plan: Plan,
  server: RawServer,
  folder: string
): Promise<{ readonly report: string } | { readonly failed: string }> => {
  mkdirSync(folder, { recursive: true })
  const child = start(await commandOf(runtime, plan, server, folder))
  let report: string | undefined = undefined
  const reported = server.report.then((text) => {
    report = text
  })
  const { output } = await runToEnd(child, runMillis, reported)
  return report === undefined ? { failed: output.trim() || "it reported nothing" } : { report }
}
