/**
 * The messages between the processes of the kill run.
 */
export const connection = "crm"
export const action = "work"

/** Where a submit stands at the server: it has arrived and nothing is done, or it is done and has no response yet. */
export type Window = "before" | "after"

/** Work that was executed, as the server counts it. */
export interface Executed {
  readonly key: string
  readonly times: number
}

/** Of the server. */
export type ServerMessage =
  | { readonly _tag: "Listening"; readonly url: string }
  | { readonly _tag: "Submit"; readonly by: string; readonly window: Window }
  | {
      readonly _tag: "State"
      readonly id: number
      readonly executed: ReadonlyArray<Executed>
      /** The most requests that arrived within one second of the server's clock, and all of them. */
      readonly worstSecond: number
      readonly requests: number
    }

/** To the server. While it holds, submits that arrive stay before their work. */
export type ServerCommand =
  | { readonly _tag: "State"; readonly id: number }
  | { readonly _tag: "Hold" }
  | { readonly _tag: "Release" }

/** Of a runner. */
export type RunnerMessage =
  | { readonly _tag: "Ready" }
  /** How many buckets it owns, again and again. */
  | { readonly _tag: "Owns"; readonly buckets: number }
  | { readonly _tag: "Failed"; readonly reason: string }

/** A row, as the public API gives it. */
export interface Row {
  readonly key: string
  readonly state: string
  /** Whether its value is the one that belongs to its key. */
  readonly isRight: boolean
  readonly failure: string | undefined
}

/** Of a program that submits and watches. */
export type ClientMessage =
  | { readonly _tag: "Ready" }
  | { readonly _tag: "Submitted"; readonly id: number }
  /** A watch came to its end. It is `Completed`, or the tag of its error. */
  | { readonly _tag: "Ended"; readonly key: string; readonly how: string }
  | { readonly _tag: "Rows"; readonly id: number; readonly rows: ReadonlyArray<Row> }
  /** Rows that have no end and no unknown outcome. */
  | { readonly _tag: "Counts"; readonly id: number; readonly open: number }
  | { readonly _tag: "Failed"; readonly reason: string }

/** To a program that submits and watches. */
export type ClientCommand =
  | { readonly _tag: "Submit"; readonly id: number; readonly keys: ReadonlyArray<string> }
  | { readonly _tag: "Rows"; readonly id: number }
  | { readonly _tag: "Counts"; readonly id: number }

/** The result of a piece of work, derived from its key. */
export const resultOf = (key: string) => ({ seal: `done:${Array.from(key).reverse().join("")}` })
