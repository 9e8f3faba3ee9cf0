/**
 * What a connector can do, as the server describes it.
 *
 * @since 0.2.0
 */
import type { Parameter } from "./ActionSchema.js"

/**
 * An action of a connector.
 *
 * @since 0.2.0
 * @category models
 */
export interface ActionInfo {
  readonly name: string
  /** Where it is run, below the base URL. */
  readonly path: string
  /** What it does, in the server's words; empty when the server says nothing. */
  readonly docstring: string
  /** What it takes; nested objects are listed and then their fields, with dots. */
  readonly parameters: ReadonlyArray<Parameter>
  /** The JSON Schema of its request body as the server gives it, for tools. */
  readonly requestBody: unknown
}

/**
 * Something in a connector that cannot be used, and why.
 *
 * @since 0.2.0
 * @category models
 */
export interface Skipped {
  readonly name: string
  readonly reason: string
}

/**
 * A connector: its actions in the server's order. An action that cannot be understood is skipped and
 * reported here; the others can be used.
 *
 * @since 0.2.0
 * @category models
 */
export interface ConnectorInfo {
  readonly name: string
  readonly actions: ReadonlyArray<ActionInfo>
  readonly skipped: ReadonlyArray<Skipped>
}
