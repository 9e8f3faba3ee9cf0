/** The peer of every client: responds from memory, in a process of its own. Each message is replied with its CPU time. */
import { createServer } from "node:http"
import { responseText } from "./workload.js"

const server = createServer((request, response) => {
  request.resume()
  request.on("end", () => {
    response.writeHead(200, { "content-type": "application/json", "content-length": responseText.length })
    response.end(responseText)
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
