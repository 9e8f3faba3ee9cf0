/** A server of large things: a file up and down, and pages without end. In its own process, so that its memory is not the client's. */
import { createServer, type IncomingMessage, type ServerResponse } from "node:http"

const piece = Buffer.alloc(1024 * 1024, "effect connectors ")

const discovery = {
  big: Object.fromEntries(
    Object.entries({
      upload: { file: { type: "string", format: "binary" } },
      download: { mebibytes: { type: "integer" } },
      list: { pages: { type: "integer" }, cursor: { anyOf: [{ type: "string" }, { type: "null" }] } }
    }).map(([name, properties]) => [
      name,
      { method: "POST", path: `/big/${name}`, docstring: name, parameters: { request: { schema: { properties } } } }
    ])
  )
}

const json = (response: ServerResponse, body: unknown): void => {
  response.writeHead(200, { "content-type": "application/json" })
  response.end(JSON.stringify(body))
}

const bodyOf = async (request: IncomingMessage): Promise<Readonly<Record<string, unknown>>> => {
  const chunks: Array<Buffer> = []
  for await (const chunk of request) chunks.push(Buffer.from(chunk))
  return JSON.parse(Buffer.concat(chunks).toString())
}

const upload = (request: IncomingMessage, response: ServerResponse): Promise<void> =>
  new Promise((resolve) => {
    let bytes = 0
    request.on("data", (chunk: Buffer) => (bytes += chunk.length))
    request.on("close", resolve)
    request.on("end", () => json(response, { data: { bytes } }))
  })

const download = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
  const mebibytes = Number((await bodyOf(request))["mebibytes"])
  response.writeHead(200, {
    "content-type": "application/octet-stream",
    "content-length": mebibytes * piece.length,
    "content-disposition": 'attachment; filename="big.bin"'
  })
  for (let sent = 0; sent < mebibytes; sent++) {
    if (!response.write(piece)) await new Promise((resolve) => response.once("drain", resolve))
  }
  response.end()
}

const list = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
  const { cursor = "0", pages } = await bodyOf(request)
  const page = Number(cursor)
  json(response, {
    data: Array.from({ length: 10 }, (_, item) => ({ id: page * 10 + item, text: "x".repeat(100) })),
    meta: { has_next: page + 1 < Number(pages), forwards_cursor: String(page + 1) }
  })
}

/** The same pages in the form of the API that the `openai` package walks: `/openai/PAGES/files?after=ID`. */
const listFiles = (path: string, response: ServerResponse): void => {
  const { pathname, searchParams } = new URL(path, "http://localhost")
  const first = Number(searchParams.get("after") ?? -1) + 1
  json(response, {
    object: "list",
    data: Array.from({ length: 10 }, (_, item) => ({ id: String(first + item), text: "x".repeat(100) })),
    has_more: first / 10 + 1 < Number(pathname.split("/")[2])
  })
}

const server = createServer((request, response) => {
  if (request.url?.startsWith("/openai/") === true) return listFiles(request.url, response)
  if (request.method === "GET") return json(response, discovery)
  const handle = request.url === "/big/upload" ? upload : request.url === "/big/download" ? download : list
  void handle(request, response).catch(() => response.destroy())
})
server.listen(0, "127.0.0.1", () => {
  const address = server.address()
  process.send?.(typeof address === "object" ? address?.port : undefined)
})
process.once("disconnect", () => {
  server.closeAllConnections()
  server.close()
})
