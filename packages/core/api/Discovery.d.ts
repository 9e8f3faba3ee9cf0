import type { Parameter } from "./ActionSchema.js"

export interface ActionInfo {
  readonly name: string
  readonly path: string
  readonly docstring: string
  readonly parameters: ReadonlyArray<Parameter>
  readonly requestBody: unknown
}
export interface Skipped {
  readonly name: string
  readonly reason: string
}
export interface ConnectorInfo {
  readonly name: string
  readonly actions: ReadonlyArray<ActionInfo>
  readonly skipped: ReadonlyArray<Skipped>
}
