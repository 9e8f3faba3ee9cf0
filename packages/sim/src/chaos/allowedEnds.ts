import type { Kind } from "./operations.js"
import type { TransportName } from "./transports.js"

/** Rows of the table: faults that the client cannot distinguish. */
export type Family =
  | "fine"
  | "refused"
  | "maybe sent"
  | "handshake"
  | "refused for good"
  | "lost"
  | "race"
  | "cut"
  | "short"
  | "corrupt"
  | "unasked 100"
  | "no HTTP"
  | "too large"
  | "gzip cut"
  | "unreadable"
  | "page"
  | "empty"
  | "redirect"
  | "401"
  | "403"
  | "404"
  | "429"
  | "503"
  | "early"
  | "interrupted"

/** The allowed ends of a call when one attempt meets the fault, and when all do. */
interface Ends {
  readonly once: ReadonlyArray<string>
  readonly always: ReadonlyArray<string>
}

type Row = Readonly<Record<Kind, Ends>>

const ends = (once: string, always: string = once): Ends => ({ once: once.split(" "), always: always.split(" ") })

/** A poll is a read that goes on; a download is an unsafe action whose content comes later. */
const row = (read: Ends, idempotent: Ends, unsafe: Ends, more: Partial<Row> = {}): Row => ({
  read,
  idempotent,
  unsafe,
  poll: read,
  action: unsafe,
  download: unsafe,
  ...more
})

const same = (all: Ends): Row => row(all, all, all)
const unknown = ends("OutcomeUnknown")
const notSent = row(ends("ok", "Unreachable"), ends("ok", "NotSent"), ends("ok", "NotSent"))
const lost = row(ends("ok", "Unreachable"), ends("ok", "OutcomeUnknown"), unknown)
const cutFile = ends("OutcomeUnknown FileError")
const noHttp = row(ends("Unreachable"), unknown, unknown, { poll: ends("ok Unreachable", "Unreachable") })
const unreadable = row(ends("UnexpectedBody"), unknown, unknown, {
  poll: ends("ok UnexpectedBody", "UnexpectedBody")
})

const rows: Readonly<Record<Family, Row | Readonly<Record<TransportName, Row>>>> = {
  fine: same(ends("ok")),
  // the policy of an action may retry before the listener is back
  refused: { ...notSent, action: ends("ok NotSent", "NotSent"), download: ends("ok NotSent", "NotSent") },
  // the request may have been written before the client sees the reset; without a written byte the reset is proof
  "maybe sent": {
    node: row(
      ends("ok", "Unreachable"),
      ends("ok", "NotSent OutcomeUnknown"),
      ends("ok OutcomeUnknown", "NotSent OutcomeUnknown")
    ),
    fetch: lost
  },
  // for fetch this reset is the same as one after the request
  handshake: { node: notSent, fetch: lost },
  // the client may see the end of the connection first, which allows a retry
  "refused for good": row(
    ends("Unreachable ok", "Unreachable"),
    ends("NotSent ok", "NotSent"),
    ends("NotSent ok", "NotSent")
  ),
  lost,
  // a job starts with its submit
  race: row(ends("ok"), ends("ok"), ends("ok OutcomeUnknown"), { poll: ends("ok OutcomeUnknown") }),
  cut: row(ends("ok", "UnexpectedBody Unreachable"), ends("ok", "OutcomeUnknown"), unknown, { download: cutFile }),
  short: { ...unreadable, download: ends("ok OutcomeUnknown FileError") },
  corrupt: same(ends("any")),
  // the fetch of Node loses the response behind it
  "unasked 100": { node: same(ends("ok")), fetch: lost },
  "no HTTP": noHttp,
  "too large": unreadable,
  "gzip cut": {
    node: row(ends("ok", "UnexpectedBody"), ends("ok", "OutcomeUnknown"), unknown, { download: cutFile }),
    fetch: unreadable
  },
  unreadable,
  // an action may return any file, and this is one
  page: { ...unreadable, action: ends("ok"), download: ends("ok") },
  empty: { ...unreadable, idempotent: ends("ok") },
  redirect: { ...same(ends("UnexpectedRedirect")), poll: ends("ok", "UnexpectedRedirect") },
  "401": same(ends("Unauthorized")),
  "403": same(ends("Forbidden")),
  "404": { ...same(ends("NotFound")), poll: ends("ok JobNotFound", "JobNotFound") },
  "429": row(ends("ok", "RateLimited"), ends("ok", "RateLimited"), ends("RateLimited"), {
    poll: ends("ok", "JobDeadlineExceeded")
  }),
  "503": row(ends("ok", "ServerFailed"), ends("ok", "ServerFailed"), ends("ServerFailed")),
  early: row(
    ends("ok", "ServerFailed Unreachable"),
    ends("ok", "ServerFailed OutcomeUnknown"),
    ends("ServerFailed OutcomeUnknown")
  ),
  interrupted: same(ends("interrupted ok"))
}

const isRow = (found: Row | Readonly<Record<TransportName, Row>>): found is Row => "read" in found

/** The ends that the table allows. */
export const allowed = (family: Family, kind: Kind, transport: TransportName, hits: number): ReadonlyArray<string> => {
  const found = rows[family]
  const { always, once } = (isRow(found) ? found : found[transport])[kind]
  return hits === 1 ? once : always
}

/** Errors that say that the server did nothing. */
export const proofs: ReadonlySet<string> = new Set([
  "NotSent",
  "InvalidRequest",
  "Unauthorized",
  "Forbidden",
  "NotFound"
])
