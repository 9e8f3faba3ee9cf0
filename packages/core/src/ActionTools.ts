/**
 * The actions of connectors as tools for models: a name, a description, a JSON Schema, and a function that runs it.
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
 * A JSON Schema (draft 2020-12) of {@link ToolResult}.
 *
 * @since 0.5.0
 * @category models
 */
export interface OutputSchema {
  readonly type: "object"
  readonly properties: Readonly<Record<string, unknown>>
  readonly required: ReadonlyArray<string>
  readonly additionalProperties: false
}

/**
 * What is known of an action, in the words of MCP. These are hints for the one who lets a model use the tool; they do
 * not change how the action is sent or retried.
 *
 * @since 0.5.0
 * @category models
 */
export interface ToolAnnotations {
  /** It changes nothing. */
  readonly readOnlyHint: boolean
  /** It may delete or overwrite something. Says nothing when `readOnlyHint` is true. */
  readonly destructiveHint: boolean
  /** The same call again changes nothing more. Says nothing when `readOnlyHint` is true. */
  readonly idempotentHint: boolean
  /** It reaches systems outside of the server, such as the connector's own service. */
  readonly openWorldHint: boolean
}

/**
 * Which tools are made, and the options of their calls. A call can replace those.
 *
 * @since 0.2.0
 * @category models
 */
export interface ToolOptions extends ActionOptions {
  /** Which actions become tools. Default all. */
  readonly filter?: ((action: ActionInfo, connector: string) => boolean) | undefined
  /** The largest file, in bytes, that a result holds as base64; a larger one is described without its content. Default 1 MiB. */
  readonly maxFileBytes?: number | undefined
  /**
   * The most bytes that a result, or a failure as a value, has as JSON text in UTF-8, with its marks. What does not fit is cut, and `truncated`
   * says where. At least 4,096. Default 2 MiB.
   */
  readonly maxResultBytes?: number | undefined
  /**
   * What you know of an action. Discovery does not say what an action does, so that one is by default not read-only,
   * possibly destructive and not idempotent. Where `readOnlyHint` is true, `destructiveHint` is false and
   * `idempotentHint` is true unless you say otherwise.
   */
  readonly annotations?: ((action: ActionInfo, connector: string) => Partial<ToolAnnotations> | undefined) | undefined
}

/**
 * A place where a result was cut.
 *
 * @since 0.5.0
 * @category models
 */
export interface Truncated {
  /** Where it stands in the result, such as `["data", "items"]`. */
  readonly path: ReadonlyArray<string>
  /** What is counted: the elements of an array, the fields of an object, or the characters of a text or a number. */
  readonly unit: "elements" | "fields" | "characters"
  /** How many are there: the first ones. */
  readonly kept: number
  /** How many there were. */
  readonly of: number
  /** How to get the rest, in words for the model. */
  readonly next: string
}

/**
 * The result of a tool: plain JSON.
 *
 * @since 0.2.0
 * @category models
 */
export interface ToolResult {
  /** The data of the response; a {@link ToolFile} when it is a file. */
  readonly data: unknown
  /** What the server says about the data, such as where the next page is; absent when it says nothing. */
  readonly meta?: Readonly<Record<string, unknown>>
  /** Arguments that the action does not declare and that were not sent; absent when there are none. */
  readonly ignored?: ReadonlyArray<Ignored>
  /** Where the result was cut to `maxResultBytes`; absent when it is whole. */
  readonly truncated?: ReadonlyArray<Truncated>
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
  /** Its content; absent when it is over `maxFileBytes`, or does not fit in `maxResultBytes`. */
  readonly base64?: string
}

/**
 * A failure as models see it. It holds no credential and no header. Of the server's own text it holds the code, and the
 * reason in `message`: without secrets, in 500 characters, and not at all with the layer option `reasons: "hidden"`.
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
  /** Where the failure was cut to `maxResultBytes`; absent when it is whole. */
  readonly truncated?: ReadonlyArray<Truncated>
}

/**
 * An action that may have been carried out, as models see it: its response was lost, or an earlier attempt was. It is
 * not a failure that may be tried again. It holds no credential and no header.
 *
 * @since 0.5.0
 * @category models
 */
export interface ToolUnknown {
  readonly outcome: "unknown"
  readonly mayHaveHappened: true
  readonly retryable: false
  /** The server's code, or the error's tag in the same form, such as `OUTCOME_UNKNOWN`. */
  readonly code: string
  readonly message: string
  /** What to do, in words for the model: do not repeat it, check first. */
  readonly next: string
  /** Where the message was cut to `maxResultBytes`; absent when it is whole. */
  readonly truncated?: ReadonlyArray<Truncated>
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
 * // runs the tool that a model calls, and returns what the model reads
 * export const callTool = Effect.fnUntraced(function*(name: string, args: unknown) {
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
  /** The first line of the server's description; may be empty. */
  readonly description: string
  /**
   * The JSON Schema of the arguments: the parameters of the action at top level, without tokens or other options, which
   * a model does not need to know. Only those that the action needs are required. A parameter that takes a file is an
   * object with `filename`, `contentType` and `base64`.
   */
  readonly inputSchema: InputSchema
  /**
   * The JSON Schema of what {@link ActionTool.invoke} gives. Discovery does not say what an action responds with, so
   * `data` may be anything.
   */
  readonly outputSchema: OutputSchema
  /** What is known of what it does, for the one who lets a model use it. */
  readonly annotations: ToolAnnotations
  /**
   * Runs the action. The arguments are an object or its JSON as text; no arguments count as an empty object. Options
   * given here replace those that the tool was made with.
   */
  readonly invoke: (args: unknown, options?: ActionOptions) => Effect.Effect<ToolResult, ActionError>
  /** The same, with failures as values that a model can read, and what may have happened as a {@link ToolUnknown}. */
  readonly invokeSafely: (
    args: unknown,
    options?: ActionOptions
  ) => Effect.Effect<ToolResult | ToolUnknown | ToolFailure>
}
