/**
 * One variant of `npm run bench:compare`. It runs from a folder whose `node_modules` hold the packages of one revision:
 * `compareWorker.js TRANSPORT URL`. Each message is a number of calls; the reply is the CPU time per call.
 */
import { connectorsClient, transportNames } from "./connectorsClient.js"
import { cpuPerCall } from "./workload.js"

const [name, url = ""] = process.argv.slice(2)
const transport = transportNames.find((known) => known === name)
const client = connectorsClient(url, "fiber", transport)

process.on("message", (count: unknown) => {
  void cpuPerCall(client, Number(count), 16).then((micros) => process.send?.(micros))
})
process.on("disconnect", () => process.exit(0))
