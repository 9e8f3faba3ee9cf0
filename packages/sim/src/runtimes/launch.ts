/** Starts a runtime with a plan. */
import { build } from "esbuild"
import { mkdirSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import type { RawServer } from "../resend/server.js"
import type { Runtime, RuntimeKind } from "./install.js"
import type { Plan, TransportName } from "./plan.js"
import { type Command, environment, runToEnd } from "./processes.js"

const runMillis = 120_000

/** The transports that can be used in a runtime. */
export const transportsOf = (kind: RuntimeKind): ReadonlyArray<TransportName> =>
  kind === "workerd" || kind === "Chromium"
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

const commandOf = async ({ kind, path }: Runtime, plan: Plan, server: RawServer, folder: string): Promise<Command> => {
  const program = [here("nodeProgram"), JSON.stringify(plan)]
  switch (kind) {
    case "Node":
      return { path, args: program }
    case "Bun":
      return { path, args: ["--no-install", ...program] }
    case "Deno":
      return {
        path,
        args: [...denoArgs, "--allow-read", "--allow-env", "--allow-sys", ...program],
        env: environment({ DENO_DIR: join(folder, "deno-cache"), DENO_NO_UPDATE_CHECK: "1" })
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
  const command = await commandOf(runtime, plan, server, folder)
  let report: string | undefined = undefined
  const reported = server.report.then((text) => {
    report = text
  })
  const { output } = await runToEnd({ env: environment(), ...command }, runMillis, reported)
  return report === undefined ? { failed: output.trim() || "it reported nothing" } : { report }
}
