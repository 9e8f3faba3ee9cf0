import { startCall } from "../callCosts.js"
import { type PythonClient, pythonStarter } from "../pythonWorker.js"
import type { Row, RowOptions } from "../row.js"
import type { Worker } from "../rounds.js"
import { callGroup, ratioIn, variantCosts } from "../variants.js"

const failing = (error: unknown) => (): Worker => ({ run: () => Promise.reject(error), end: () => undefined })

const measure = async (options: RowOptions) => {
  const { log, url } = options
  const starter = (client: PythonClient) => pythonStarter(client, log).catch(failing)
  const [bosa, gl] = [await starter("bosa"), await starter("gl")]
  const starts: Readonly<Record<string, () => Worker>> = {
    "undici request": () => startCall("undici request", url, 1),
    "ours, BosaApi": () => startCall("ours, BosaApi", url, 1),
    "bosa-connectors-binary": () => bosa(url, "logging"),
    "bosa-connectors-binary, logging off": () => bosa(url, "quiet"),
    "gl-connectors-sdk": () => gl(url, "logging"),
    "gl-connectors-sdk, logging off": () => gl(url, "quiet")
  }
  const names = Object.keys(starts)
  const costs = await variantCosts(names, (name) => starts[name]?.() ?? failing(new Error(name))(), options)
  const calls = callGroup("client CPU of an action of BOSA / GL, one call at a time", costs, names)
  return {
    groups: [calls],
    figures: [{ name: "action through BosaApi, x undici request", value: ratioIn(calls, "ours, BosaApi"), unit: "x" }]
  }
}

export const python: Row = { name: "python", about: "CPU of an action, next to the Python clients", measure }
