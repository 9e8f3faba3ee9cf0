import type { RecordedRequest } from "../../ConnectionsModel.js"
import type { FakeResponse } from "./response.js"

const maxRequests = 1000
const maxAnswers = 8

/** What makes two reads ask for the same thing. @internal */
export type ReadRequest = Pick<RecordedRequest, "method" | "path" | "query" | "headers">

// Who asks is part of it: nobody sees what another one was answered. One text and no list: each poll has one made.
const keyOf = ({ headers, path, query }: ReadRequest): string => {
  const { authorization, cookie, "x-api-key": apiKey, "x-service-token": serviceToken } = headers
  return `${path}\n${query.length === 0 ? "" : query.join("\n")}\n${authorization}\n${cookie}\n${apiKey}\n${serviceToken}`
}

const isSameRequest = (a: ReadRequest, b: ReadRequest): boolean =>
  a.headers === b.headers && a.path === b.path && a.query.length === 0 && b.query.length === 0

const isSameResponse = (a: FakeResponse | undefined, b: FakeResponse): boolean =>
  a !== undefined && a.status === b.status && a.body === b.body

/** What reads were answered before their answers changed: what a replica that lags would still say. @internal */
export class AnswerHistory {
  private readonly answers = new Map<string, Array<FakeResponse>>()
  private last: { readonly request: ReadRequest; readonly answer: FakeResponse } | undefined

  /** Files are left out: they are large, and made anew each time. */
  record(request: ReadRequest, answer: FakeResponse): void {
    if (request.method !== "GET" || typeof answer.body !== "string") return
    // most polls get the answer of the one before
    if (this.last?.answer === answer && isSameRequest(this.last.request, request)) return
    this.last = { request: request, answer }
    const key = keyOf(request)
    const known = this.answers.get(key)
    if (known === undefined) {
      this.answers.set(key, [answer])
      if (this.answers.size > maxRequests) this.forgetOldest()
    } else if (!isSameResponse(known.at(-1), answer)) {
      known.push(answer)
      if (known.length > maxAnswers) known.shift()
    }
  }

  /** The answer of so many changes ago, or the oldest known; `undefined` when there was no other than that of now. */
  previous(request: ReadRequest, changes: number): FakeResponse | undefined {
    const known = request.method === "GET" ? (this.answers.get(keyOf(request)) ?? []) : []
    return known.length < 2 ? undefined : known[Math.max(0, known.length - 1 - changes)]
  }

  private forgetOldest(): void {
    for (const key of this.answers.keys()) {
      this.answers.delete(key)
      return
    }
  }
}
