/**
 * JSON that people type: where it is broken, with a caret under the place.
 */
import * as ExactJson from "@effect-connectors/core/ExactJson"
import * as Either from "effect/Either"

const space = /[ \t\n\r]*/y
const scalar = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false|null/y
// a part of a text: one pattern for all of it would overflow the stack of the matcher
const characters = /(?:[^"\\\p{Cc}]|[\u007f-\u009f]){1,1000}|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4})/uy

interface Flaw {
  readonly at: number
  readonly expected: string
}

/** The first place where a text stops to be JSON; none when it is JSON. */
const flawIn = (text: string): Flaw | undefined => {
  let at = 0
  const take = (pattern: RegExp): boolean => {
    pattern.lastIndex = at
    const found = pattern.exec(text)?.[0]
    if (found === undefined) return false
    at += found.length
    return true
  }
  const takeChar = (char: string): boolean => {
    take(space)
    if (text[at] !== char) return false
    at += 1
    return true
  }
  /** Takes a text with its quotes. Where it is broken, it stops there. */
  const takeString = (): boolean => {
    at += 1
    while (take(characters));
    if (text[at] !== '"') return false
    at += 1
    return true
  }
  const brokenString = (): Flaw => {
    return at >= text.length
      ? { at, expected: 'a closing "' }
      : text[at] === "\\"
        ? { at, expected: 'one of \\" \\\\ \\/ \\b \\f \\n \\r \\t \\u0000' }
        : { at, expected: "no control character in a text: write \\n for a new line" }
  }
  const key = (): Flaw | undefined => {
    take(space)
    if (text[at] !== '"') return { at, expected: "a name in double quotes" }
    if (!takeString()) return brokenString()
    return takeChar(":") ? undefined : { at, expected: '":" after the name' }
  }
  // the ends of what is open, from the outside in; no recursion, since the text may be deep
  const open: Array<"]" | "}"> = []
  let needsValue = true
  for (;;) {
    if (needsValue) {
      take(space)
      if (text[at] === "{" || text[at] === "[") {
        const end = text[at] === "{" ? "}" : "]"
        at += 1
        if (takeChar(end)) {
          needsValue = false
        } else {
          open.push(end)
          const flaw = end === "}" ? key() : undefined
          if (flaw !== undefined) return flaw
        }
        continue
      }
      if (text[at] === '"') {
        if (!takeString()) return brokenString()
      } else if (!take(scalar)) {
        return { at, expected: at >= text.length ? "a value, and the text ends" : "a value" }
      }
      needsValue = false
      continue
    }
    const end = open.at(-1)
    if (end === undefined) {
      take(space)
      return at >= text.length ? undefined : { at, expected: "the end" }
    }
    if (takeChar(end)) {
      open.pop()
    } else if (takeChar(",")) {
      const flaw = end === "}" ? key() : undefined
      if (flaw !== undefined) return flaw
      needsValue = true
    } else {
      return { at, expected: `"," or "${end}"` }
    }
  }
}

const shownWidth = 60

/** The line around a place, cut to what fits, with a caret under it. */
const excerpt = (text: string, at: number): string => {
  const start = text.lastIndexOf("\n", at - 1) + 1
  const lineEnd = text.indexOf("\n", at)
  const line = text.slice(start, lineEnd === -1 ? undefined : lineEnd)
  const column = at - start
  const from = Math.max(0, column - shownWidth / 2)
  const part = line.slice(from, from + shownWidth).replaceAll(/\p{Cc}/gu, " ")
  const before = from > 0 ? "..." : ""
  const after = from + shownWidth < line.length ? "..." : ""
  return `  ${before}${part}${after}\n  ${" ".repeat(before.length + column - from)}^`
}

/** Reads JSON that came from `source`; left is the text for its author. */
export const read = (source: string, text: string): Either.Either<ExactJson.Value, string> =>
  Either.fromOption(ExactJson.parse(text), () => {
    const flaw = flawIn(text)
    if (flaw === undefined) return `${source} has a number that is too large`
    const line = text.slice(0, flaw.at).split("\n").length
    const column = flaw.at - text.lastIndexOf("\n", flaw.at - 1)
    return `${source} is not JSON: line ${line}, column ${column}: expected ${flaw.expected}\n${excerpt(text, flaw.at)}`
  })
