import type { ModelRequest } from "../../ConnectionsModel.js"

/** What both models' records of a request tell. @internal */
export interface ObservedRecord {
  readonly operation: string | undefined
  readonly connection?: string | undefined
  readonly connector?: string | undefined
  readonly action: string | undefined
  readonly fault: string | undefined
  /** Whether a script or a fault decides over the answer. */
  readonly scripted: boolean
  readonly executed: boolean
}

/** What a model tells of a request as it comes. @internal */
export interface ObservedRequest {
  readonly request: ModelRequest
  /** It goes on changing until the answer. */
  readonly record: ObservedRecord
}

/** Told of each request once a model has found out what it is. @internal */
export type RequestListener = (noticed: ObservedRequest) => void
