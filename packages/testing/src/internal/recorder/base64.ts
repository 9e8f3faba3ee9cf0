const run = /[A-Za-z0-9+/_-]{16,}={0,2}/g
const segment = /[A-Za-z0-9_-]{16,}={0,2}/g

interface Base64Style {
  /** How placeholders start in base64 of this style. When all is redacted, only the mark still shows the style. */
  readonly mark: string
  readonly alphabet: "base64" | "base64url"
  readonly isPadded: boolean
}

const mark = "redacted-"

const usual: Base64Style = { mark, alphabet: "base64", isPadded: true }

const others: ReadonlyArray<Base64Style> = [
  { mark: "redacted.", alphabet: "base64", isPadded: false },
  { mark: "redacted_", alphabet: "base64url", isPadded: false },
  { mark: "redacted:", alphabet: "base64url", isPadded: true }
]

/** A run of base64 in a text. @internal */
export interface Base64Run {
  readonly index: number
  readonly writtenSecret: string
  /** The decoded bytes, one character for each. */
  readonly text: string
  readonly style: Base64Style
}

const encodeRun = (text: string, style: Base64Style): string => {
  const written = Buffer.from(text.replaceAll(mark, style.mark), "latin1").toString(style.alphabet).replace(/=+$/, "")
  return style.isPadded ? written.padEnd(Math.ceil(written.length / 4) * 4, "=") : written
}

const styleOf = (written: string, inner: string): Base64Style => {
  const marked = others.find((style) => inner.includes(style.mark))
  if (marked !== undefined) return marked
  const alphabet = /[-_]/.test(written) ? "base64url" : "base64"
  const isPadded = written.length % 4 === 0
  return others.find((style) => style.alphabet === alphabet && style.isPadded === isPadded) ?? usual
}

const decodeRun = (written: string, index: number): Base64Run | undefined => {
  const inner = Buffer.from(written, "base64").toString("latin1")
  const style = styleOf(written, inner)
  const text = inner.replaceAll(style.mark, mark)
  return encodeRun(text, style) === written ? { index, writtenSecret: written, text, style } : undefined
}

/** The wanted runs of base64 in a text. A run with slashes may be a path with base64 in one segment. */
const runsIn = (text: string, isWanted: (inner: string) => boolean): ReadonlyArray<Base64Run> =>
  Array.from(text.matchAll(run)).flatMap(({ 0: written, index }) => {
    const whole = decodeRun(written, index)
    if (whole !== undefined && isWanted(whole.text)) return [whole]
    if (!/[+/]/.test(written)) return []
    return Array.from(written.matchAll(segment)).flatMap((part) => {
      const found = decodeRun(part[0], index + part.index)
      return found !== undefined && isWanted(found.text) ? [found] : []
    })
  })

/** Replaces the decoded text of each run of base64, where `f` changes it. @internal */
export const mapBase64 = (text: string, f: (inner: string) => string): string => {
  let mapped = ""
  let at = 0
  for (const { index, style, text: inner, writtenSecret: written } of runsIn(text, (inner) => f(inner) !== inner)) {
    mapped += text.slice(at, index) + encodeRun(f(inner), style)
    at = index + written.length
  }
  return mapped + text.slice(at)
}

/** The runs of base64 in a text that have a placeholder inside. @internal */
export const runsWithPlaceholder = (text: string): ReadonlyArray<Base64Run> =>
  runsIn(text, (inner) => inner.includes(mark))

/** The decoded bytes of a run of base64, one character for each. @internal */
export const decodedText = (written: string): string | undefined => decodeRun(written, 0)?.text
