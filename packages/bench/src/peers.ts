/** The packages that rows are compared with: a project of their own in `packages/bench/peers`, installed by the first run that needs it. */
import { execFile } from "node:child_process"
import { createHash } from "node:crypto"
import { readFileSync, writeFileSync } from "node:fs"
import { fileURLToPath } from "node:url"

const peersFile = (file: string): URL => new URL(`../peers/${file}`, import.meta.url)
const stampFile = peersFile("node_modules/.bench-stamp")

const textOf = (file: URL): string | undefined => {
  try {
    return readFileSync(file, "utf8")
  } catch {
    return undefined
  }
}

/** Installs what the lockfile says when it changed. Gives why it could not. */
export const installPeers = (timeoutMillis: number, log: (line: string) => void): Promise<string | undefined> => {
  const stamp = createHash("sha256")
    .update(readFileSync(peersFile("package-lock.json")))
    .digest("hex")
  if (textOf(stampFile) === stamp) return Promise.resolve(undefined)
  log("installing the peers")
  return new Promise((resolve) => {
    execFile(
      "npm",
      ["ci", "--ignore-scripts", "--no-audit", "--no-fund"],
      { cwd: fileURLToPath(peersFile(".")), timeout: timeoutMillis },
      (error, _, stderr) => {
        if (error === null) {
          writeFileSync(stampFile, stamp)
          return resolve(undefined)
        }
        const [line = "npm ci failed"] = stderr.split("\n").filter((text) => text.trim() !== "")
        const why = error.killed === true ? `npm ci took longer than ${timeoutMillis / 1000} s` : line
        return resolve(`the peers are not installed: ${why}`)
      }
    )
  })
}

/**
 * A module of the peers: `await peer<{ readonly default: Got }>("got")`. Their types are not installed: `A` is what the
 * caller uses of it. Rejects when it is not installed or does not load.
 */
export const peer = async <A>(name: string): Promise<A> => {
  const { load }: { readonly load: (name: string) => Promise<A> } = await import(peersFile("load.mjs").href)
  try {
    return await load(name)
  } catch (error) {
    const [why = ""] = (error instanceof Error ? error.message : String(error)).split(/ imported from |\n/)
    throw new Error(`the peer ${name} does not load: ${why}`, { cause: error })
  }
}
