/** The history of one run, as Jepsen keeps it: the calls of the clients, their outcomes, and what the servers saw. */

import type { MachineFault } from "./faults.js"

export type RetryClass = "safe" | "idempotent" | "unsafe"

/**
 * What a caller has allowed. `default`: replay only on proof. `declared`: doing it twice is harmless.
 * `attempts`: another attempt after an error response. `replayUnsafe`: after anything. `word`: after the server says so.
 */
export type Policy = "default" | "declared" | "attempts" | "word" | "replayUnsafe"

/** How an exchange ended, as the server and the wire know it. */
export type Reply =
  | "not sent"
  | "not sent for good"
  | "refused credentials"
  | "retryable"
  | "final"
  | "transient"
  | "refusal"
  | "redirect"
  | "success"
  | "unreadable"
  | "lost"

export interface Invoked {
  readonly class: RetryClass
  readonly policy: Policy
  /** In the body of a call that changes something: executions are counted by it. */
  readonly marker?: string
  /** In milliseconds, over the whole call. */
  readonly deadline?: number
  /** The same over the wait for a job. */
  readonly watchDeadline?: number
  /** How often one request may leave. */
  readonly maxSends: number
  /** The path that its own requests must have. */
  readonly path?: string
  /** The job that it follows. */
  readonly job?: string
  /** The key of the order that it is for. */
  readonly order?: string
  /** It follows a job that it submits by itself. */
  readonly follows?: boolean
  /** It reads page after page. */
  readonly pages?: boolean
  /** The waits between its attempts are not those of the default policy. */
  readonly ownWaits?: boolean
}

export interface Returned {
  readonly marker?: string
  /** The job that it became, or that it followed. */
  readonly job?: string
  readonly end?: boolean
  readonly wrong?: string
}

export interface Failed {
  readonly tag: string
  readonly code?: string
  readonly phase?: string
  readonly status?: number
  readonly job?: string
  readonly mayHaveHappened?: boolean
  readonly exhausted?: boolean
}

export interface Sent {
  readonly exchange: number
  /** Method, path and body: the same for each attempt of one request. */
  readonly request: string
  readonly path: string
  readonly platform: string
  readonly fault: string
  readonly isWritten: boolean
  /** It went to the forbidden origin, or carried credentials to an origin that may not have them. */
  readonly misdirected?: boolean
}

export interface Replied {
  readonly exchange: number
  readonly reply: Reply
  readonly status?: number
  /** The wait that the response asks for, in milliseconds, when it is readable. */
  readonly wait?: number
}

interface Order {
  readonly key: string
  /** Its program could find out what the server did. */
  readonly isVerified: boolean
  readonly state: "free" | "Intended" | "Accepted" | "Done"
  readonly job?: string
}

type Kinds = {
  readonly invoke: Invoked
  readonly ok: Returned
  readonly fail: Failed
  readonly unknown: Failed
  readonly interrupted: { readonly by: "user" | "crash" }
  readonly send: Sent
  readonly reply: Replied
  /** The client stopped waiting before the response. */
  readonly abandoned: { readonly exchange: number; readonly fault: string }
  readonly event: { readonly event: string }
  readonly stored: { readonly job: string }
  readonly crash: {}
  /** The wall clock was set by so many milliseconds. */
  readonly clock: { readonly fault: MachineFault; readonly byMillis: number }
  /** What the ledger has of an order at the end. */
  readonly order: Order
  readonly leak: { readonly sink: string }
  readonly rest: { readonly watched: number; readonly inFlight: number; readonly timers: number }
}

export type Event = {
  [K in keyof Kinds]: {
    readonly t: number
    /** Tenant and incarnation, such as `1.0`. */
    readonly client: string
    /** 0 for what belongs to no single call: polls and discovery are shared. */
    readonly call: number
    readonly op: string
    readonly kind: K
    readonly detail: Kinds[K]
  }
}[keyof Kinds]

export interface JobTruth {
  readonly end: "succeeded" | "failed" | "cancelled" | "never"
  readonly gone: boolean
  readonly marker: string | undefined
}

/** What the servers know at the end. */
export interface Truth {
  /** How often each marker was executed. */
  readonly executions: Readonly<Record<string, number>>
  /** The executions of each order, by the jobs that they became. */
  readonly orders: Readonly<Record<string, ReadonlyArray<string | undefined>>>
  readonly jobs: Readonly<Record<string, JobTruth>>
  readonly openExchanges: number
  readonly openBodies: number
  readonly sleepers: number
  /** Why the run did not come to its end, if it did not. */
  readonly stuck?: string
}

export interface History {
  readonly seed: number
  readonly events: ReadonlyArray<Event>
  readonly truth: Truth
}

const lineOf = ({ call, client, detail, kind, op, t }: Event): string =>
  JSON.stringify({ t, client, call, op, kind, detail })

/** As lines of JSON: the same run gives the same bytes. */
export const linesOf = (history: History): ReadonlyArray<string> => [
  JSON.stringify({ seed: history.seed }),
  ...history.events.map(lineOf),
  JSON.stringify({ truth: history.truth })
]
