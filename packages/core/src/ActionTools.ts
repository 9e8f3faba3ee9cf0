/**
 * The actions of connectors as tools for models: a name, a description, a JSON Schema, and a way to run it.
 *
 * @since 0.2.0
 */
import type * as Effect from "effect/Effect"
import type { ActionError, ActionOptions } from "./Action.js"
import type { Ignored } from "./ActionSchema.js"
import type { ActionInfo } from "./Discovery.js"
import type { Issue } from "./InvalidRequest.js"

/**
 * A JSON Schema (draft 2020-12) whose top level is an object.
 *
 * @since 0.2.0
 * @category models
 */
export interface InputSchema {
  readonly type: "object"
  readonly title?: string
  readonly properties: Readonly<Record<string, unknown>>
  readonly required: ReadonlyArray<string>
  readonly additionalProperties: false
  readonly $defs?: Readonly<Record<string, unknown>>
}

/**
 * How tools are made, and what they are run with unless a call says otherwise.
 *
 * @since 0.2.0
 * @category models
 */
export interface ToolOptions extends ActionOptions {
  /** Which actions become tools. Default all. */
  readonly filter?: ((action: ActionInfo, connector: string) => boolean) | undefined
  /** The most bytes of a file that a result holds as base64; of a larger one it only tells. Default 1 MiB. */
  readonly maxFileBytes?: number | undefined
}

/**
 * What a tool gives: plain JSON.
 *
 * @since 0.2.0
 * @category models
 */
export interface ToolResult {
  /** The data of the answer; a {@link ToolFile} when it is a file. */
  readonly data: unknown
  /** What the server says of the data, such as where the next page is; absent when it says nothing. */
  readonly meta?: Readonly<Record<string, unknown>>
  /** Arguments that the action does not know and that were not sent; absent when there are none. */
  readonly ignored?: ReadonlyArray<Ignored>
}

/**
 * A file as models see it, in results and in arguments.
 *
 * @since 0.2.0
 * @category models
 */
export interface ToolFile {
  readonly filename?: string
  readonly contentType?: string
  /** In bytes. */
  readonly size: number
  /** Its content; absent when it is over `maxFileBytes`. */
  readonly base64?: string
}

/**
 * A failure as models see it: no credential, no header and nothing of the server's own words but its code.
 *
 * @since 0.2.0
 * @category models
 */
export interface ToolFailure {
  readonly error: {
    /** The server's code, such as `ITEM_NOT_FOUND`, or the error's tag in the same form. */
    readonly code: string
    readonly message: string
    /** Whether the same call may be repeated as it is. */
    readonly retryable: boolean
    /** What is wrong with the arguments; nothing was sent then. */
    readonly issues?: ReadonlyArray<Issue>
  }
}

/**
 * An action as a tool.
 *
 * @example
 * ```ts
 * import { BosaApi } from "@effect-connectors/core"
 * import * as Effect from "effect/Effect"
 * import * as Redacted from "effect/Redacted"
 *
 * // what a model asked for, and what it is told
 * export const answer = Effect.fnUntraced(function*(name: string, args: unknown) {
 *   const bosa = yield* BosaApi
 *   const tools = yield* bosa.tools(["github", "notes"], { token: Redacted.make("token"), timeout: "20 seconds" })
 *   const tool = tools.find((tool) => tool.name === name)
 *   return tool === undefined ? { error: "there is no such tool" } : yield* tool.invokeSafely(args)
 * })
 * ```
 *
 * @since 0.2.0
 * @category models
 */
export interface ActionTool {
  /** `{connector}_{action}_tool` in letters, digits, `_` and `-`, up to 64 of them; no two of one call are the same. */
  readonly name: string
  readonly connector: string
  readonly action: string
  /** The first line of what the server says of it; may be empty. */
  readonly description: string
  /**
   * What the arguments are: the parameters of the action at top level, without tokens or other options, which no model
   * has to know. Those that the action needs are required, and no others. A parameter that takes a file is an object
   * with `filename`, `contentType` and `base64`.
   */
  readonly inputSchema: InputSchema
  /**
   * Runs it. Arguments are an object, or its JSON as text; none count as an empty one. Options given here replace those that
   * the tool was made with.
   */
  readonly invoke: (args: unknown, options?: ActionOptions) => Effect.Effect<ToolResult, ActionError>
  /** The same with failures as values that a model can read. */
  readonly invokeSafely: (args: unknown, options?: ActionOptions) => Effect.Effect<ToolResult | ToolFailure>
}
