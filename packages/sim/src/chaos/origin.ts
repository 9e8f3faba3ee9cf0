import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import { createServer, type IncomingMessage, type ServerResponse } from "node:http"
import { closed, listening } from "./listening.js"

/** What the server records for one cell. */
export interface CellRecord {
  /** How often the work with a marker was done; the marker is in the body, a page's number behind it. */
  readonly executions: Map<string, number>
  readonly polls: Map<string, number>
  requests: number
  /** Responds in chunks instead of with a length. */
  chunked: boolean
  /** Responses to these requests end the connection. */
  last: RegExp | undefined
}

export interface Origin {
  readonly port: number
  readonly open: (cell: string) => CellRecord
  readonly forget: (cell: string) => void
}

/** The size of the file that is downloaded, in bytes. */
const fileBytes = 20_000

const schema = { anyOf: [{ type: "string" }, { type: "null" }] }
const row = (path: string, properties: object) => ({
  method: "POST",
  path,
  docstring: "Acts.",
  parameters: { request: { schema: { properties } } },
  request_body: { title: "Request", type: "object", properties }
})
const rows = {
  act: row("/demo/act", { marker: schema }),
  list: row("/demo/list", { marker: schema, page: { anyOf: [{ type: "integer" }, { type: "null" }] } }),
  file: row("/demo/file", { marker: schema }),
  send: row("/demo/send", {
    marker: schema,
    file: { anyOf: [{ type: "string", format: "binary" }, { type: "null" }] }
  })
}

const markerIn = (text: string): string => /marker-[a-z0-9-]+/.exec(text)?.[0] ?? "none"

const counted = (counts: Map<string, number>, key: string): number => {
  const count = (counts.get(key) ?? 0) + 1
  counts.set(key, count)
  return count
}

interface Reply {
  readonly status?: number
  readonly body: unknown
}

const replyTo = (record: CellRecord, method: string, path: string, body: string): Reply => {
  const marker = markerIn(method === "GET" || path.includes("toggle") ? path : body)
  const ran = { ran: marker }
  if (path.startsWith("/connectors/")) return { body: { demo: rows } }
  if (path.startsWith("/api/v1/jobs/"))
    return counted(record.polls, marker) === 1
      ? { body: { job_id: `job-${marker}`, status: "running" } }
      : { body: { job_id: `job-${marker}`, status: "succeeded", result: ran } }
  if (method === "GET")
    return path.startsWith("/api/v1/connections?")
      ? { body: { connections: [{ slug: marker }] } }
      : { body: { connection: { slug: marker } } }
  if (path.endsWith("/sql/select")) return { body: { result: [ran] } }
  const page = Number(/"page":(\d+)/.exec(body)?.[1] ?? 1)
  const isList = path.startsWith("/demo/list")
  counted(record.executions, isList ? `${marker}/${page}` : marker)
  if (path.includes("async=true")) return { status: 202, body: { job_id: `job-${marker}`, status: "queued" } }
  if (path.includes("toggle")) return { body: { connection: { slug: marker, active: true } } }
  if (isList) return { body: { data: [`${marker}/${page}`], meta: { page, has_next: page < 3, has_prev: page > 1 } } }
  if (path.startsWith("/demo/file")) return { body: Buffer.alloc(fileBytes, `${marker} `) }
  return { body: path.startsWith("/demo/") ? { data: ran, meta: null } : { result: ran } }
}

const respond = (record: CellRecord, line: string, { body, status = 200 }: Reply, response: ServerResponse): void => {
  const isFile = body instanceof Buffer
  const content = isFile ? body : Buffer.from(JSON.stringify(body))
  response.writeHead(status, {
    "content-type": isFile ? "application/octet-stream" : "application/json",
    ...(isFile ? { "content-disposition": 'attachment; filename="a.bin"' } : {}),
    ...(record.chunked ? { "transfer-encoding": "chunked" } : { "content-length": content.length }),
    connection: record.last?.test(line) === true ? "close" : "keep-alive"
  })
  response.end(content)
}

/** The server under test. The first segment of a path, such as `/c12`, names the cell. */
export const origin: Effect.Effect<Origin, never, Scope.Scope> = Effect.gen(function* () {
  const records = new Map<string, CellRecord>()
  const handle = (request: IncomingMessage, response: ServerResponse): void => {
    const chunks: Array<Buffer> = []
    request.on("error", () => undefined)
    request.on("data", (chunk: Buffer) => chunks.push(chunk))
    request.on("end", () => {
      const [, cell = "", path = ""] = /^\/(c\d+)(\/.*)$/.exec(request.url ?? "") ?? []
      const record = records.get(cell)
      if (record === undefined) return void response.writeHead(500).end()
      record.requests++
      const method = request.method ?? ""
      const reply = replyTo(record, method, path, Buffer.concat(chunks).toString("latin1"))
      respond(record, `${method} ${path}`, reply, response)
    })
  }
  const server = yield* Effect.acquireRelease(
    Effect.sync(() => createServer(handle)),
    (server) =>
      Effect.zipRight(
        Effect.sync(() => server.closeAllConnections()),
        closed(server)
      )
  )
  return {
    port: yield* listening(server),
    open: (cell) => {
      const record: CellRecord = {
        executions: new Map(),
        polls: new Map(),
        requests: 0,
        chunked: false,
        last: undefined
      }
      records.set(cell, record)
      return record
    },
    forget: (cell) => records.delete(cell)
  }
})
