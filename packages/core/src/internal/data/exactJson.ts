import type { Value } from "../../ExactJson.js"

/**
 * The digits that a whole number may have: a much longer one takes seconds to read. Python has the same limit.
 *
 * @internal
 */
export const maxDigits = 4300

/**
 * A text of JSON whose numbers are read with all their digits: a whole number outside of +-(2^53 - 1) is a bigint.
 * `hasOverflow`: it holds a number that is none, such as `1e400`. `hasHuge`: it holds a whole number that only a bigint
 * can hold at all.
 *
 * @internal
 */
export interface ExactText {
  readonly value: Value
  readonly hasOverflow: boolean
  readonly hasHuge: boolean
}

const literal = /-?(\d+)(?:\.\d+)?(?:[eE][+-]?\d+)?/y

const isSpace = (code: number): boolean => code === 32 || code === 10 || code === 13 || code === 9

const isEscaped = (text: string, quote: number): boolean => {
  let before = quote
  while (text.charCodeAt(before - 1) === 92) before--
  return (quote - before) % 2 === 1
}

/**
 * Where the quote is that ends a string, or the end of the text if none does. `start` is after the first quote.
 *
 * @internal
 */
export const endOfString = (text: string, start: number): number => {
  let end = text.indexOf('"', start)
  while (isEscaped(text, end)) end = text.indexOf('"', end + 1)
  return end === -1 ? text.length : end
}

/** Reads the text that it is given from start to end; it must be JSON. */
class Reader {
  hasOverflow = false
  hasHuge = false
  #at = 0

  constructor(private readonly text: string) {}

  /** The next character that is not white space, which is passed over. */
  mark(): string {
    while (isSpace(this.text.charCodeAt(this.#at))) this.#at++
    return this.text[this.#at++] ?? ""
  }

  back(): void {
    this.#at--
  }

  /** The rest of a string whose first quote was passed over. */
  string(): string {
    const start = this.#at
    const end = endOfString(this.text, start)
    this.#at = end + 1
    const inner = this.text.slice(start, end)
    return inner.includes("\\") ? String(JSON.parse(`"${inner}"`)) : inner
  }

  /** A number, or one of the three words; its first character was passed over. */
  scalar(first: string): Value {
    if (first === "t" || first === "n") this.#at += 3
    else if (first === "f") this.#at += 4
    else return this.number()
    return first === "n" ? null : first === "t"
  }

  private number(): number | bigint {
    literal.lastIndex = this.#at - 1
    const [written = "", whole = ""] = literal.exec(this.text) ?? []
    this.#at += written.length - 1
    const number = Number(written)
    const isWhole = written.length === whole.length + (written[0] === "-" ? 1 : 0)
    if (!isWhole || Number.isSafeInteger(number)) {
      if (!Number.isFinite(number)) this.hasOverflow = true
      return number
    }
    if (whole.length > maxDigits) {
      this.hasOverflow = true
      return number
    }
    if (!Number.isFinite(number)) this.hasHuge = true
    return BigInt(written)
  }
}

type Container = Array<Value> | Record<string, Value>

// like JSON.parse: the last of two fields with one name counts, and "__proto__" is a field like any other
const put = (container: Container, name: string, value: Value, keepsProto: boolean): void => {
  if (Array.isArray(container)) container.push(value)
  else if (name !== "__proto__") container[name] = value
  else if (keepsProto) {
    Object.defineProperty(container, name, { value, configurable: true, enumerable: true, writable: true })
  }
}

/**
 * The value of a text that JSON.parse takes, with or without its fields named `__proto__`.
 *
 * @internal
 */
export const readExact = (text: string, keepsProto: boolean): ExactText => {
  const reader = new Reader(text)
  const containers: Array<Container> = []
  const names: Array<string> = []
  const name = (): string => {
    const found = reader.string()
    reader.mark()
    return found
  }
  for (let mark = reader.mark(); ; mark = reader.mark()) {
    let value: Value
    if (mark === "[" || mark === "{") {
      const next = reader.mark()
      const container: Container = mark === "[" ? [] : {}
      if (next !== "]" && next !== "}") {
        containers.push(container)
        names.push(mark === "[" ? "" : name())
        if (mark === "[") reader.back()
        continue
      }
      value = container
    } else value = mark === '"' ? reader.string() : reader.scalar(mark)
    for (;;) {
      const container = containers.at(-1)
      if (container === undefined) return { value, hasOverflow: reader.hasOverflow, hasHuge: reader.hasHuge }
      put(container, names.at(-1) ?? "", value, keepsProto)
      if (reader.mark() === ",") {
        if (!Array.isArray(container)) {
          reader.mark()
          names[names.length - 1] = name()
        }
        break
      }
      containers.pop()
      names.pop()
      value = container
    }
  }
}
