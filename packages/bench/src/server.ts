/** The peer of every client: answers from memory, in a process of its own. */
import { createServer } from "node:http"

const answer = JSON.stringify({
  result: {
    id: 7,
    name: "Acme renewal",
    stage: "negotiation",
    tags: Array.from({ length: 12 }, (_, i) => `tag-${i}-of-the-deal`),
    owner: { id: 42, name: "Ada", email: "ada@example.com" },
    notes: "x".repeat(160)
  }
})

const server = createServer((request, response) => {
  request.resume()
  request.on("end", () => {
    response.writeHead(200, { "content-type": "application/json", "content-length": answer.length })
    response.end(answer)
  })
})
server.listen(0, "127.0.0.1", () => {
  const address = server.address()
  if (address !== null && typeof address === "object") process.send?.(address.port)
})
process.on("disconnect", () => process.exit(0))
