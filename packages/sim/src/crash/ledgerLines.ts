/**
 * Reads a ledger's file without the library: a second reader checks what the first one wrote.
 */
import { existsSync, readFileSync } from "node:fs"

interface Line {
  readonly state: string
  readonly job: string | undefined
}

export interface Lines {
  readonly keys: ReadonlyMap<string, Line>
  readonly isTorn: boolean
}

interface Parsed {
  readonly _tag?: string
  readonly key?: string
  readonly job?: { readonly jobId?: string }
}

const parsed = (line: string): Parsed | undefined => {
  try {
    return JSON.parse(line) as Parsed
  } catch {
    return undefined
  }
}

export const linesOf = (path: string): Lines => {
  const keys = new Map<string, Line>()
  const text = existsSync(path) ? readFileSync(path, "utf8") : ""
  for (const line of text.split("\n")) {
    const entry = parsed(line)
    if (entry?.key !== undefined) keys.set(entry.key, { state: entry._tag ?? "", job: entry.job?.jobId })
  }
  return { keys, isTorn: text !== "" && !text.endsWith("\n") }
}
