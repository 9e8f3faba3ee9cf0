const run = /[A-Za-z0-9+/]{16,}={0,2}|[A-Za-z0-9_-]{16,}={0,2}/g

interface Opened {
  /** What it stands for, one character for each byte. */
  readonly text: string
  readonly close: (text: string) => string
}

const opened = (written: string): Opened | undefined => {
  const bytes = Buffer.from(written, "base64")
  const alphabet = /[-_]/.test(written) ? "base64url" : "base64"
  const isPadded = written.endsWith("=")
  const close = (text: string): string => {
    const closed = Buffer.from(text, "latin1").toString(alphabet).replace(/=+$/, "")
    return isPadded ? closed.padEnd(Math.ceil(closed.length / 4) * 4, "=") : closed
  }
  const text = bytes.toString("latin1")
  return close(text) === written ? { text, close } : undefined
}

/** Maps what is inside of each run of base64 in a text. A run that stays the same is not written anew. @internal */
export const mapBase64 = (text: string, f: (inner: string) => string): string =>
  text.replace(run, (written) => {
    const found = opened(written)
    if (found === undefined) return written
    const inner = f(found.text)
    return inner === found.text ? written : found.close(inner)
  })

/** A run of base64 in a text, and what it stands for. @internal */
export interface Run {
  readonly index: number
  readonly length: number
  readonly text: string
}

/** The runs of base64 in a text that stand for something with a mark in it. @internal */
export const runsWith = (text: string, mark: string): ReadonlyArray<Run> =>
  Array.from(text.matchAll(run)).flatMap(({ 0: written, index }) => {
    const found = opened(written)
    return found?.text.includes(mark) === true ? [{ index, length: written.length, text: found.text }] : []
  })

/** What a run of base64 stands for, one character for each byte. @internal */
export const innerOf = (written: string): string | undefined => opened(written)?.text
