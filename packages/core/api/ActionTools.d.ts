import type { ActionError, ActionOptions } from "./Action.js"
import type { Ignored } from "./ActionSchema.js"
import type { ActionInfo } from "./Discovery.js"
import type { Issue } from "./InvalidRequest.js"
import type * as Effect from "effect/Effect"

export interface InputSchema {
  readonly type: "object"
  readonly title?: string
  readonly properties: Readonly<Record<string, unknown>>
  readonly required: ReadonlyArray<string>
  readonly additionalProperties: false
  readonly $defs?: Readonly<Record<string, unknown>>
}
export interface OutputSchema {
  readonly type: "object"
  readonly properties: Readonly<Record<string, unknown>>
  readonly required: ReadonlyArray<string>
  readonly additionalProperties: false
}
export interface ToolAnnotations {
  readonly readOnlyHint: boolean
  readonly destructiveHint: boolean
  readonly idempotentHint: boolean
  readonly openWorldHint: boolean
}
export interface ToolOptions extends ActionOptions {
  readonly filter?: ((action: ActionInfo, connector: string) => boolean) | undefined
  readonly maxFileBytes?: number | undefined
  readonly maxResultBytes?: number | undefined
  readonly annotations?: ((action: ActionInfo, connector: string) => Partial<ToolAnnotations> | undefined) | undefined
}
export interface Truncated {
  readonly path: ReadonlyArray<string>
  readonly unit: "elements" | "fields" | "characters"
  readonly kept: number
  readonly of: number
  readonly next: string
}
export interface ToolResult {
  readonly data: unknown
  readonly meta?: Readonly<Record<string, unknown>>
  readonly ignored?: ReadonlyArray<Ignored>
  readonly truncated?: ReadonlyArray<Truncated>
}
export interface ToolFile {
  readonly filename?: string
  readonly contentType?: string
  readonly size: number
  readonly base64?: string
}
export interface ToolFailure {
  readonly error: {
    readonly code: string
    readonly message: string
    readonly retryable: boolean
    readonly issues?: ReadonlyArray<Issue>
  }
  readonly truncated?: ReadonlyArray<Truncated>
}
export interface ToolUnknown {
  readonly outcome: "unknown"
  readonly mayHaveHappened: true
  readonly retryable: false
  readonly code: string
  readonly message: string
  readonly next: string
  readonly truncated?: ReadonlyArray<Truncated>
}
export interface ActionTool {
  readonly name: string
  readonly connector: string
  readonly action: string
  readonly description: string
  readonly inputSchema: InputSchema
  readonly outputSchema: OutputSchema
  readonly annotations: ToolAnnotations
  readonly invoke: (args: unknown, options?: ActionOptions) => Effect.Effect<ToolResult, ActionError>
  readonly invokeSafely: (
    args: unknown,
    options?: ActionOptions
  ) => Effect.Effect<ToolResult | ToolUnknown | ToolFailure>
}
