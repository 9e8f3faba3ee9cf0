/**
 * A pattern as JavaScript reads it: the source, and the flags beside `u`.
 *
 * @internal
 */
export interface Translated {
  readonly source: string
  readonly flags: string
}

/** Why a pattern has no exact form in JavaScript. */
type Reason = string

const posixClasses: Readonly<Record<string, string>> = {
  alnum: "A-Za-z0-9",
  alpha: "A-Za-z",
  ascii: "\\x00-\\x7f",
  blank: " \\t",
  cntrl: "\\x00-\\x1f\\x7f",
  digit: "0-9",
  graph: "\\x21-\\x7e",
  lower: "a-z",
  print: "\\x20-\\x7e",
  punct: "!-\\/:-@\\[-`{-~",
  space: " \\t-\\r",
  upper: "A-Z",
  word: "A-Za-z0-9_",
  xdigit: "A-Fa-f0-9"
}

// the letters that JavaScript knows after a backslash
const ownLetters = new Set("bBcdDfknpPrsStuvwWx")

// the ends of the text, without the flag m; `\Z` as in Python, where the platforms run
const anchors: Readonly<Record<string, string>> = { A: "^", Z: "$", z: "$" }
const controls: Readonly<Record<string, string>> = { a: "\\x07", e: "\\x1b" }

const escapes =
  /\\(?:x\{([\dA-Fa-f]{1,6})\}|U([\dA-Fa-f]{8})|([pP])([A-Z])|([pP])\{[^}]*\}|x[\dA-Fa-f]{2}|u(?:[\dA-Fa-f]{4}|\{[\dA-Fa-f]{1,6}\})|c[A-Za-z]|([\s\S]))/y

/** The escape at `at` and its length in the source. */
const escapeAt = (source: string, at: number, inClass: boolean): readonly [text: string, length: number] | Reason => {
  escapes.lastIndex = at
  const found = escapes.exec(source)
  if (found === null) return "ends in a backslash"
  const [text, hex, wide, property, letter, , plain] = found
  const point = hex ?? wide
  if (point !== undefined) return [`\\u{${point}}`, text.length]
  if (property !== undefined && letter !== undefined) return [`\\${property}{${letter}}`, text.length]
  if (plain === undefined || !/[A-Za-z]/.test(plain)) return [text, text.length]
  const control = controls[plain]
  if (control !== undefined) return [control, text.length]
  const anchor = inClass ? undefined : anchors[plain]
  if (anchor !== undefined) return [anchor, text.length]
  // what is left of these has lost the part that it stands for
  if (ownLetters.has(plain) && !/[cpPux]/.test(plain)) return [text, text.length]
  return `uses ${text}, which JavaScript does not have`
}

const posix = /\[([:.=])(\^?)([^\]:.=]*)\1\]/y

/** The class that starts at `at`, and its length in the source. */
const classAt = (source: string, at: number): readonly [text: string, length: number] | Reason => {
  const isNegated = source[at + 1] === "^"
  let place = at + (isNegated ? 2 : 1)
  let text = isNegated ? "[^" : "["
  // a bracket in the first place is one of the characters
  if (source[place] === "]") {
    text += "\\]"
    place++
  }
  while (place < source.length && source[place] !== "]") {
    if (source[place] === "\\") {
      const escape = escapeAt(source, place, true)
      if (typeof escape === "string") return escape
      text += escape[0]
      place += escape[1]
    } else if (source[place] === "[") {
      posix.lastIndex = place
      const [whole, mark, not, name = ""] = posix.exec(source) ?? []
      if (whole === undefined) return "has a class in a class"
      const members = mark === ":" && not === "" && Object.hasOwn(posixClasses, name) ? posixClasses[name] : undefined
      if (members === undefined) return `uses ${whole}, which JavaScript does not have`
      // a hyphen beside it is no range
      text = text.replace(/(?<!\\)-$/, "\\-") + members
      place += whole.length
      if (source[place] === "-" && source[place + 1] !== "]") {
        text += "\\-"
        place++
      }
    } else text += source[place++]
  }
  return place < source.length ? [`${text}]`, place + 1 - at] : "does not compile"
}

const flagNames = /^\(\?([a-zA-Z]+)\)/

/**
 * A pattern of another language in the words of JavaScript, where that means exactly the same.
 *
 * | pattern | read as |
 * | --- | --- |
 * | `\A`, `\z`, `\Z` | the start and the end of the text |
 * | `[[:alpha:]]` and the other POSIX classes | their ASCII characters |
 * | `\a`, `\e`, `\x{41}`, `\U00000041`, `\pL` | the same character or property |
 * | `(?P<name>...)` | `(?<name>...)` |
 * | `(?i)`, `(?s)` in front | the flags |
 * | `[]a]`, `[^]a]` | a class with a bracket in it |
 *
 * @internal
 */
export const translate = (given: string): Translated | Reason => {
  const flags = flagNames.exec(given)?.[1] ?? ""
  if (/[^is]/.test(flags)) return `uses (?${flags}), which JavaScript does not have`
  const source = flags === "" ? given : given.slice(flags.length + 3)
  let text = ""
  let place = 0
  while (place < source.length) {
    const next = source[place]
    const part = next === "\\" ? escapeAt(source, place, false) : next === "[" ? classAt(source, place) : undefined
    if (typeof part === "string") return part
    if (part !== undefined) {
      text += part[0]
      place += part[1]
    } else if (source.startsWith("(?P<", place)) {
      text += "(?<"
      place += 4
    } else text += source[place++]
  }
  return { source: text, flags: [...new Set(flags)].join("") }
}
