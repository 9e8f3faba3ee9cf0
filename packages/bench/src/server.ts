/**
 * The peer of every client: responds from memory, in a process of its own. It is Connections, and a BOSA / GL with one
 * action. Each message is replied with its CPU time.
 */
import { createServer } from "node:http"
import { deal, responseText } from "./workload.js"

const properties = {
  id: { type: "integer" },
  note: { type: "string" },
  list: { type: "array", items: { type: "integer" } },
  nested: { type: "object" }
}
const action = {
  method: "POST",
  path: "/crm/fetch_deal",
  docstring: "Fetch a deal.",
  parameters: { request: { schema: { type: "object", properties, required: ["id"] } } }
}
const discoveryText = JSON.stringify({ crm: { fetch_deal: action } })
const bosaText = JSON.stringify({ data: deal, meta: {} })

const server = createServer(({ method, url }, response) => {
  const text = method === "GET" ? discoveryText : url === action.path ? bosaText : responseText
  response.req.resume()
  response.req.on("end", () => {
    response.writeHead(200, { "content-type": "application/json", "content-length": text.length })
    response.end(text)
  })
})
// on a busy machine a client may be idle for seconds between its rounds
server.keepAliveTimeout = 600_000
server.listen(0, "127.0.0.1", () => {
  const address = server.address()
  if (address !== null && typeof address === "object") process.send?.(address.port)
})
process.on("message", () => {
  const { system, user } = process.cpuUsage()
  process.send?.(system + user)
})
process.on("disconnect", () => process.exit(0))
