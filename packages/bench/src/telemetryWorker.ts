/** One variant of the telemetry rows of `npm run bench`: `telemetryWorker.js undici|without|tracer|metrics TRANSPORT URL`. */
import { undiciRequest } from "./clients.js"
import { connectorsClient, telemetries, transportNames } from "./connectorsClient.js"
import { cpuPerCall } from "./workload.js"

const [variant, name, url = ""] = process.argv.slice(2)
const transport = transportNames.find((known) => known === name)
const telemetry = telemetries.find((known) => known === variant)
const client = variant === "undici" ? undiciRequest(url) : connectorsClient(url, "fiber", transport, telemetry)

process.on("message", (count: unknown) => {
  void cpuPerCall(client, Number(count), 16).then((micros) => process.send?.(micros))
})
process.on("disconnect", () => process.exit(0))
