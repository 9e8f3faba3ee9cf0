import type { RecordedRequest } from "../../ConnectionsModel.js"
import type { Answer } from "./response.js"

const maxQuestions = 1000
const maxAnswers = 8

/** What makes two reads ask for the same thing. @internal */
export type Question = Pick<RecordedRequest, "method" | "path" | "query" | "headers">

// Who asks is part of it: nobody sees what another one was answered. One text and no list: each poll has one made.
const keyOf = ({ headers, path, query }: Question): string => {
  const { authorization, cookie, "x-api-key": apiKey, "x-service-token": serviceToken } = headers
  return `${path}\n${query.length === 0 ? "" : query.join("\n")}\n${authorization}\n${cookie}\n${apiKey}\n${serviceToken}`
}

const asksSame = (a: Question, b: Question): boolean =>
  a.headers === b.headers && a.path === b.path && a.query.length === 0 && b.query.length === 0

const isSame = (a: Answer | undefined, b: Answer): boolean =>
  a !== undefined && a.status === b.status && a.body === b.body

/** What reads were answered before their answers changed: what a replica that lags would still say. @internal */
export class Earlier {
  private readonly answers = new Map<string, Array<Answer>>()
  private last: { readonly question: Question; readonly answer: Answer } | undefined

  /** Files are left out: they are large, and made anew each time. */
  keep(question: Question, answer: Answer): void {
    if (question.method !== "GET" || typeof answer.body !== "string") return
    // most polls get the answer of the one before
    if (this.last?.answer === answer && asksSame(this.last.question, question)) return
    this.last = { question, answer }
    const key = keyOf(question)
    const known = this.answers.get(key)
    if (known === undefined) {
      this.answers.set(key, [answer])
      if (this.answers.size > maxQuestions) this.forgetOldest()
    } else if (!isSame(known.at(-1), answer)) {
      known.push(answer)
      if (known.length > maxAnswers) known.shift()
    }
  }

  /** The answer of so many changes ago, or the oldest known; `undefined` when there was no other than that of now. */
  before(question: Question, changes: number): Answer | undefined {
    const known = question.method === "GET" ? (this.answers.get(keyOf(question)) ?? []) : []
    return known.length < 2 ? undefined : known[Math.max(0, known.length - 1 - changes)]
  }

  private forgetOldest(): void {
    for (const key of this.answers.keys()) {
      this.answers.delete(key)
      return
    }
  }
}
