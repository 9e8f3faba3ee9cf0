/**
 * The lines of a ledger: read from a file that may have been torn, and added so that they stay.
 */
import * as LedgerJournal from "@effect-connectors/core/LedgerJournal"
import * as Option from "effect/Option"
import * as Predicate from "effect/Predicate"
import type { FileHandle } from "node:fs/promises"

const version = 1

/** The first line of every ledger. */
export const header = JSON.stringify({ _tag: "Ledger", v: version })

export const lineOf = (entry: LedgerJournal.Entry): string => JSON.stringify(LedgerJournal.encode(entry))

export const forgotten = (key: string): string => JSON.stringify({ _tag: "Forgotten", key })

/** What a file holds; `isTorn` when its end was dropped, `lines` without that. */
export type Content =
  | {
      readonly _tag: "Entries"
      readonly entries: Map<string, LedgerJournal.Entry>
      readonly lines: number
      readonly isTorn: boolean
    }
  | { readonly _tag: "Unusable"; readonly code: string; readonly line?: number | undefined }

const unusable = (code: string, line?: number): Content => ({ _tag: "Unusable", code, line })

const json = (line: string): unknown => {
  try {
    return JSON.parse(line)
  } catch {
    return undefined
  }
}

const isHead = (head: unknown): head is { readonly _tag: "Ledger" } =>
  Predicate.hasProperty(head, "_tag") && head._tag === "Ledger"

/** Whether a text begins as a ledger does, of whatever version. */
export const isHeaded = (text: string): boolean => isHead(json(text.split("\n", 1)[0] ?? ""))

type Change = (entries: Map<string, LedgerJournal.Entry>) => void

const changeOf = (line: string): Change | undefined => {
  const parsed = json(line)
  if (
    Predicate.hasProperty(parsed, "_tag") &&
    parsed._tag === "Forgotten" &&
    Predicate.hasProperty(parsed, "key") &&
    Predicate.isString(parsed.key)
  ) {
    const { key } = parsed
    return (entries) => void entries.delete(key)
  }
  const entry = Option.getOrUndefined(LedgerJournal.decode(parsed))
  return entry === undefined ? undefined : (entries) => void entries.set(entry.key, entry)
}

/**
 * Reads a ledger. A line that is torn at its end was never reported as written, so no work was sent for it. Damage with good
 * lines behind it is another thing: it may hide an intent.
 */
export const read = (text: string): Content => {
  const [first, ...lines] = text.split("\n")
  const head = json(first ?? "")
  if (!isHead(head)) return unusable("NOT_A_LEDGER")
  if (!Predicate.hasProperty(head, "v") || head.v !== version) return unusable("VERSION")
  const entries = new Map<string, LedgerJournal.Entry>()
  // what stands behind the last line break: nothing, when the last line is whole
  if (lines.at(-1) === "") lines.pop()
  let damaged: number | undefined
  let count = 0
  for (const [index, line] of lines.entries()) {
    const change = changeOf(line)
    if (change === undefined) {
      damaged ??= index
      continue
    }
    // the header is line 1
    if (damaged !== undefined) return unusable("CORRUPT", damaged + 2)
    change(entries)
    count++
  }
  return { _tag: "Entries", entries, lines: count, isTorn: damaged !== undefined || !text.endsWith("\n") }
}

/** What of a file the writer needs. */
export type Target = Pick<FileHandle, "appendFile" | "datasync" | "truncate">

/**
 * Adds lines to the end of a file of `start` bytes, each on the disk before its promise is kept. Those that come while
 * others are being written go together, and `verify` follows. A failed write leaves nothing of its lines behind.
 */
export const writer = (target: Target, start: number, verify: () => Promise<void> = () => Promise.resolve()) => {
  let size = start
  let isTorn = false
  let last: Promise<void> = Promise.resolve()
  let batch: { text: string; done: Promise<void> } | undefined

  const mended = async (): Promise<void> => {
    await target.truncate(size)
    isTorn = false
  }

  const flush = async (text: string): Promise<void> => {
    if (isTorn) await mended()
    const bytes = Buffer.from(text)
    isTorn = true
    try {
      await target.appendFile(bytes)
      await target.datasync()
    } catch (error) {
      // else before the next write, or when the file is opened
      await mended().catch(() => undefined)
      throw error
    }
    isTorn = false
    size += bytes.length
  }

  const append = (line: string): Promise<void> => {
    if (batch !== undefined) {
      batch.text += `${line}\n`
      return batch.done
    }
    const mine = { text: `${line}\n`, done: last }
    batch = mine
    mine.done = last
      .then(() => {
        batch = undefined
        return flush(mine.text)
      })
      .then(verify)
    last = mine.done.catch(() => undefined)
    return mine.done
  }

  return { append, settled: () => last }
}
