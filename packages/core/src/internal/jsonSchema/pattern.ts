import { translate } from "./patternDialect.js"

/**
 * A pattern that can be run, and the longest text it is run on; or why it cannot be.
 *
 * @internal
 */
export type Pattern = { readonly test: (text: string) => boolean; readonly maxLength: number } | string

const maxSource = 1000
const maxRepeat = 1000
const maxText = 1_000_000
const maxSteps = 1e8

const tokens =
  /\\[\s\S]|\[(?:\\[\s\S]|[^\]\\])*\]|\(\?<?[=!]|\((?:\?(?::|<\w+>))?|\)|\||(?:[*+?]|\{\d+(?:,\d*)?\})\??|[\s\S]/g

interface Group {
  /** Whether something in it can match in more than one way. */
  varies: boolean
  branches: number
}

interface Count {
  readonly least: number
  readonly most: number
}

const countOf = (token: string): Count | undefined => {
  if (token.startsWith("*")) return { least: 0, most: Infinity }
  if (token.startsWith("+")) return { least: 1, most: Infinity }
  if (token.startsWith("?")) return { least: 0, most: 1 }
  const counts = /^\{(\d+)(,(\d*))?\}/.exec(token)
  if (counts === null) return undefined
  const least = Number(counts[1])
  if (counts[2] === undefined) return { least, most: least }
  return { least, most: counts[3] === "" ? Infinity : Number(counts[3]) }
}

interface Effort {
  /** The unbounded quantifiers: each can try every rest of the text. */
  readonly unbounded: number
  /** In how many ways the rest can match. */
  readonly ways: number
}

type Reason = string

const makeGroup = (): Group => ({ varies: false, branches: 1 })

/**
 * Adds up what a pattern may cost on the worst text. It gives a reason instead where that cost is not bounded by a
 * power of the text's length: variation within a repetition, a back reference.
 */
class EffortCounter {
  #unbounded = 0
  #ways = 1
  #group = makeGroup()
  readonly #outer: Array<Group> = []
  /** The group that the previous token closed: a quantifier repeats it. */
  #closed: Group | undefined

  get effort(): Effort {
    return { unbounded: this.#unbounded, ways: this.#ways * this.#group.branches }
  }

  read(token: string): Reason | undefined {
    const closed = this.#closed
    this.#closed = undefined
    const count = countOf(token)
    if (count !== undefined) return this.#repeat(count, closed)
    if (token === ")") return this.#close()
    if (/^\\[1-9k]/.test(token)) return "refers back to what it matched"
    if (token.startsWith("(")) {
      this.#outer.push(this.#group)
      this.#group = makeGroup()
    } else if (token === "|") {
      this.#group.branches++
      this.#group.varies = true
    }
    return undefined
  }

  #repeat({ least, most }: Count, repeated: Group | undefined): Reason | undefined {
    if (most > 1 && repeated?.varies === true) return "varies within a repetition"
    if (most === Infinity) this.#unbounded++
    else if (most > maxRepeat) return "repeats too often"
    else this.#ways *= Math.max(1, most - least + 1)
    if (most !== least) this.#group.varies = true
    return undefined
  }

  #close(): Reason | undefined {
    const closed = this.#group
    const outer = this.#outer.pop()
    if (outer === undefined) return "does not compile"
    this.#ways *= closed.branches
    if (closed.varies) outer.varies = true
    this.#closed = closed
    this.#group = outer
    return undefined
  }
}

const effortOf = (source: string): Effort | Reason => {
  const counter = new EffortCounter()
  for (const [token] of source.matchAll(tokens)) {
    const reason = counter.read(token)
    if (reason !== undefined) return reason
  }
  return counter.effort
}

const compile = (source: string, flags: string): RegExp | undefined => {
  try {
    return new RegExp(source, flags)
  } catch {
    return undefined
  }
}

// JavaScript reads it as two characters of the class, other languages as the characters of both sides
const hasIntersection = (source: string): boolean => /\[(?:\\[\s\S]|[^\]\\])*&&/.test(source)

const needsUnicode = /\\(?:[pP]\{|u\{)/

/** What JavaScript rejects with the flag `u` may be of another language: without it, that would mean something else. */
const readAs = (given: string): RegExp | Reason => {
  if (hasIntersection(given)) return "has an intersection of classes"
  const own = compile(given, "u")
  if (own !== undefined) return own
  const translated = translate(given)
  if (typeof translated === "string") return translated
  const { flags, source } = translated
  return (
    compile(source, `${flags}u`) ??
    (needsUnicode.test(source) ? undefined : compile(source, flags)) ??
    "does not compile"
  )
}

/**
 * A pattern whose cost is bounded: the more it can vary, the shorter the longest text it is run on.
 *
 * @internal
 */
export const pattern = (source: string): Pattern => {
  if (source.length > maxSource) return "is too long"
  const expression = readAs(source)
  if (typeof expression === "string") return expression
  const effort = effortOf(expression.source)
  if (typeof effort === "string") return effort
  const maxLength = Math.min(maxText, Math.floor((maxSteps / effort.ways) ** (1 / (effort.unbounded + 1))))
  if (maxLength < 32) return "varies too much"
  return { test: (text) => expression.test(text), maxLength }
}
