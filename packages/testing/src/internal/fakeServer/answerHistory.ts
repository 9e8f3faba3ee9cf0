import type { RecordedRequest } from "../../ConnectionsModel.js"
import type { FakeResponse } from "./response.js"

const maxRequests = 1000
const maxResponses = 8
/** The bodies of all responses together. */
const maxBytes = 32 * 1024 * 1024

/** The parts of a read that decide its response. @internal */
export type ReadRequest = Pick<RecordedRequest, "method" | "path" | "query" | "headers">

// The credentials are part of the key: no user sees the response to another one. The key is one text, not a list: each
// poll makes one.
const keyOf = ({ headers, path, query }: ReadRequest): string => {
  const { authorization, cookie, "x-api-key": apiKey, "x-service-token": serviceToken } = headers
  return `${path}\n${query.length === 0 ? "" : query.join("\n")}\n${authorization}\n${cookie}\n${apiKey}\n${serviceToken}`
}

const isSameRequest = (a: ReadRequest, b: ReadRequest): boolean =>
  a.headers === b.headers && a.path === b.path && a.query.length === 0 && b.query.length === 0

const isSameResponse = (a: FakeResponse | undefined, b: FakeResponse): boolean =>
  a !== undefined && a.status === b.status && a.body === b.body

/** The responses to each read before they changed: what a replica that lags would still send. @internal */
export class AnswerHistory {
  private readonly responses = new Map<string, Array<FakeResponse>>()
  private bytes = 0
  private last: { readonly request: ReadRequest; readonly response: FakeResponse } | undefined

  /** Files are left out: they are large, and made again for each request. */
  record(request: ReadRequest, response: FakeResponse): void {
    if (request.method !== "GET" || typeof response.body !== "string") return
    // most polls get the same response as the poll before
    if (this.last?.response === response && isSameRequest(this.last.request, request)) return
    this.last = { request, response }
    const key = keyOf(request)
    const known = this.responses.get(key)
    if (known === undefined) {
      this.responses.set(key, [response])
      this.bytes += response.body.length
      if (this.responses.size > maxRequests) this.forgetOldest()
    } else if (!isSameResponse(known.at(-1), response)) {
      known.push(response)
      this.bytes += response.body.length
      if (known.length > maxResponses) this.bytes -= known.shift()?.body.length ?? 0
    }
    while (this.bytes > maxBytes) this.forgetOldest()
  }

  /** The response before the last so many changes, or the oldest one; `undefined` when it has not changed yet. */
  previous(request: ReadRequest, changes: number): FakeResponse | undefined {
    const known = request.method === "GET" ? (this.responses.get(keyOf(request)) ?? []) : []
    return known.length < 2 ? undefined : known[Math.max(0, known.length - 1 - changes)]
  }

  private forgetOldest(): void {
    for (const [key, responses] of this.responses) {
      this.responses.delete(key)
      this.bytes -= responses.reduce((sum, { body }) => sum + body.length, 0)
      return
    }
  }
}
