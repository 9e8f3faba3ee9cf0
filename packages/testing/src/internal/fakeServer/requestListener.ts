import type { ModelRequest } from "../../ConnectionsModel.js"

/** What the records of every platform have in common. @internal */
export interface ObservedRecord {
  readonly operation: string | undefined
  readonly connection?: string | undefined
  readonly connector?: string | undefined
  readonly action: string | undefined
  readonly fault: string | undefined
  /** Whether a script or a fault decides the response. */
  readonly scripted: boolean
  readonly executed: boolean
}

/** A request as a platform receives it. @internal */
export interface ObservedRequest {
  readonly request: ModelRequest
  /** It changes until the response. */
  readonly record: ObservedRecord
}

/** Called for each request once its operation is known. @internal */
export type RequestListener = (observed: ObservedRequest) => void
