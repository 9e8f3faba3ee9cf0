/** Packages that only the benchmark compares with: installed into `packages/bench/peers`, no part of the workspace. */
import { createRequire } from "node:module"
import { pathToFileURL } from "node:url"

const require = createRequire(new URL("../peers/package.json", import.meta.url))

/** Fails when it is not installed. */
export const peer = async (name: string): Promise<Readonly<Record<string, unknown>>> => {
  const loaded: Readonly<Record<string, unknown>> = await import(pathToFileURL(require.resolve(name)).href)
  return loaded
}
