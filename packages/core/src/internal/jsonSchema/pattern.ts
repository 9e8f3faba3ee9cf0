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

/**
 * What a pattern may cost on the worst text; or what in it makes that grow
 * beyond a power of the length: variation within a repetition, a back
 * reference.
 */
const effortOf = (source: string): Effort | string => {
  const open: Array<Group> = []
  let current: Group = { varies: false, branches: 1 }
  let closed: Group | undefined
  let unbounded = 0
  let ways = 1
  for (const [token] of source.matchAll(tokens)) {
    const count = countOf(token)
    if (count !== undefined) {
      if (count.most > 1 && closed?.varies === true) return "varies within a repetition"
      if (count.most === Infinity) unbounded++
      else if (count.most > maxRepeat) return "repeats too often"
      else ways *= Math.max(1, count.most - count.least + 1)
      if (count.most !== count.least) current.varies = true
    } else if (token.startsWith("(")) {
      open.push(current)
      current = { varies: false, branches: 1 }
    } else if (token === "|") {
      current.branches++
      current.varies = true
    } else if (/^\\[1-9k]/.test(token)) return "refers back to what it matched"
    closed = undefined
    if (token !== ")") continue
    const outer = open.pop()
    if (outer === undefined) return "does not compile"
    ways *= current.branches
    if (current.varies) outer.varies = true
    closed = current
    current = outer
  }
  return { unbounded, ways: ways * current.branches }
}

const compile = (source: string): RegExp | undefined => {
  for (const flags of ["u", ""]) {
    try {
      return new RegExp(source, flags)
    } catch {
      // a pattern that is none with Unicode may be one without
    }
  }
  return undefined
}

/**
 * A pattern whose cost is bounded: the more it can vary, the shorter the text
 * it is run on.
 *
 * @internal
 */
export const pattern = (source: string): Pattern => {
  if (source.length > maxSource) return "is too long"
  const effort = effortOf(source)
  if (typeof effort === "string") return effort
  const maxLength = Math.min(maxText, Math.floor((maxSteps / effort.ways) ** (1 / (effort.unbounded + 1))))
  if (maxLength < 32) return "varies too much"
  const expression = compile(source)
  return expression === undefined ? "does not compile" : { test: (text) => expression.test(text), maxLength }
}
