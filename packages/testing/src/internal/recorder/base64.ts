const run = /[A-Za-z0-9+/_-]{16,}={0,2}/g
const segment = /[A-Za-z0-9_-]{16,}={0,2}/g

interface Style {
  /** How placeholders begin inside of what was written so: nothing else may be left that tells the style. */
  readonly mark: string
  readonly alphabet: "base64" | "base64url"
  readonly isPadded: boolean
}

const mark = "redacted-"

const usual: Style = { mark, alphabet: "base64", isPadded: true }

const others: ReadonlyArray<Style> = [
  { mark: "redacted.", alphabet: "base64", isPadded: false },
  { mark: "redacted_", alphabet: "base64url", isPadded: false },
  { mark: "redacted:", alphabet: "base64url", isPadded: true }
]

/** A run of base64 in a text, and what it stands for. @internal */
export interface Run {
  readonly index: number
  readonly written: string
  /** What it stands for, one character for each byte. */
  readonly text: string
  readonly style: Style
}

const closed = (text: string, style: Style): string => {
  const written = Buffer.from(text.replaceAll(mark, style.mark), "latin1").toString(style.alphabet).replace(/=+$/, "")
  return style.isPadded ? written.padEnd(Math.ceil(written.length / 4) * 4, "=") : written
}

const styleOf = (written: string, inner: string): Style => {
  const marked = others.find((style) => inner.includes(style.mark))
  if (marked !== undefined) return marked
  const alphabet = /[-_]/.test(written) ? "base64url" : "base64"
  const isPadded = written.length % 4 === 0
  return others.find((style) => style.alphabet === alphabet && style.isPadded === isPadded) ?? usual
}

const opened = (written: string, index: number): Run | undefined => {
  const inner = Buffer.from(written, "base64").toString("latin1")
  const style = styleOf(written, inner)
  const text = inner.replaceAll(style.mark, mark)
  return closed(text, style) === written ? { index, written, text, style } : undefined
}

/** The runs of base64 in a text that are looked for; a run with slashes may be a path with one of them in it. */
const runsIn = (text: string, isSought: (inner: string) => boolean): ReadonlyArray<Run> =>
  Array.from(text.matchAll(run)).flatMap(({ 0: written, index }) => {
    const whole = opened(written, index)
    if (whole !== undefined && isSought(whole.text)) return [whole]
    if (!/[+/]/.test(written)) return []
    return Array.from(written.matchAll(segment)).flatMap((part) => {
      const found = opened(part[0], index + part.index)
      return found !== undefined && isSought(found.text) ? [found] : []
    })
  })

/** Maps what is inside of the runs of base64 in a text, where that is changed by it. @internal */
export const mapBase64 = (text: string, f: (inner: string) => string): string => {
  let mapped = ""
  let at = 0
  for (const { index, style, text: inner, written } of runsIn(text, (inner) => f(inner) !== inner)) {
    mapped += text.slice(at, index) + closed(f(inner), style)
    at = index + written.length
  }
  return mapped + text.slice(at)
}

/** The runs of base64 in a text that have a placeholder inside. @internal */
export const hiddenRuns = (text: string): ReadonlyArray<Run> => runsIn(text, (inner) => inner.includes(mark))

/** What a run of base64 stands for, one character for each byte. @internal */
export const innerOf = (written: string): string | undefined => opened(written, 0)?.text
