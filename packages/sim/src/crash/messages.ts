/**
 * The messages between the processes of the crash test.
 */
export const connection = "crm"
export const action = "work"

/** Of the child. Its last messages before a kill may be lost: the ledger's file decides. */
export type ChildMessage =
  | { readonly _tag: "Ready" }
  | { readonly _tag: "Unknown"; readonly key: string; readonly outcome: string }
  | { readonly _tag: "Resumed" }
  | { readonly _tag: "Started"; readonly key: string }
  | { readonly _tag: "Accepted"; readonly key: string; readonly job: string }
  | { readonly _tag: "Result"; readonly key: string; readonly value: unknown }
  | { readonly _tag: "Finished"; readonly key: string }
  | { readonly _tag: "Idle" }
  | { readonly _tag: "Failed"; readonly reason: string }

/** Of a process that shares a ledger with one in another namespace. */
export type NamespaceMessage =
  | { readonly _tag: "Opened" }
  | { readonly _tag: "Refused"; readonly code: string }
  | { readonly _tag: "Intended" }
  | { readonly _tag: "Outcome"; readonly outcome: string }

/** Work that was executed, as the server counts it. */
export interface Executed {
  readonly key: string
  /** The process that submitted it. */
  readonly by: string
  readonly job: string | undefined
  /** How often its job was polled. */
  readonly polls: number
}

/** Of the server. */
export type ServerMessage =
  | { readonly _tag: "Listening"; readonly url: string }
  | { readonly _tag: "State"; readonly id: number; readonly executed: ReadonlyArray<Executed> }

/** The result of a piece of work, derived from its key. */
export const resultOf = (key: string) => ({ seal: `done:${Array.from(key).reverse().join("")}` })
