import type { Answer } from "./answer.js"

const maxQuestions = 1000
const maxAnswers = 8

const isSame = (a: Answer | undefined, b: Answer): boolean =>
  a !== undefined && a.status === b.status && a.body === b.body

/** What reads were answered before their answers changed: what a replica that lags would still say. @internal */
export class Earlier {
  private readonly answers = new Map<string, Array<Answer>>()

  keep(question: string, answer: Answer): void {
    const known = this.answers.get(question)
    if (known === undefined) {
      this.answers.set(question, [answer])
      const [oldest = ""] = this.answers.size > maxQuestions ? this.answers.keys() : [""]
      if (this.answers.size > maxQuestions) this.answers.delete(oldest)
    } else if (!isSame(known.at(-1), answer)) {
      known.push(answer)
      if (known.length > maxAnswers) known.shift()
    }
  }

  /** The answer of so many changes ago, or the oldest known; `undefined` when there was no other than that of now. */
  before(question: string, changes: number): Answer | undefined {
    const known = this.answers.get(question) ?? []
    return known.length < 2 ? undefined : known[Math.max(0, known.length - 1 - changes)]
  }
}
