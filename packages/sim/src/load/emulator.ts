import { spawn } from "node:child_process"
import { mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { createInterface } from "node:readline"
import { fileURLToPath } from "node:url"

/** The emulator in a process of its own. */
export interface Running {
  readonly url: string
  readonly pid: number
  readonly stop: () => Promise<void>
}

const program = fileURLToPath(new URL("../../../testing/dist/bin/emulator.js", import.meta.url))

/** Starts the emulator with a world of its own, and options of Node; it listens when this is done. */
export const startEmulator = async (world: object, nodeOptions: ReadonlyArray<string> = []): Promise<Running> => {
  const folder = mkdtempSync(join(tmpdir(), "connectors-load-"))
  const file = join(folder, "world.json")
  writeFileSync(file, JSON.stringify(world))
  const child = spawn(process.execPath, [...nodeOptions, program, "--port", "0", "--world", file], {
    stdio: ["ignore", "pipe", "inherit"]
  })
  // it must not outlive this process, however that ends
  process.once("exit", () => child.kill("SIGKILL"))
  for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => process.exit(1))
  const ended = new Promise<void>((resolve) => child.once("exit", () => resolve()))
  const stop = async () => {
    child.kill("SIGTERM")
    await ended
    rmSync(folder, { recursive: true, force: true })
  }
  const lines = createInterface({ input: child.stdout })
  const url = await new Promise<string | undefined>((resolve) => {
    lines.on("line", (line) => {
      if (line.startsWith("listening on ")) resolve(line.slice("listening on ".length))
    })
    void ended.then(() => resolve(undefined))
  })
  lines.close()
  child.stdout.resume()
  if (url !== undefined) return { url, pid: child.pid ?? 0, stop }
  await stop()
  throw new Error("the emulator did not start")
}
