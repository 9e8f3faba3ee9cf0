/**
 * The parameters of a BOSA action: what they are, and whether an input fits them.
 *
 * @since 0.2.0
 */
import * as Either from "effect/Either"
import type * as Schema from "effect/Schema"
import type { ConnectorFile } from "./ConnectorFile.js"
import type { Dialect } from "./Dialect.js"
import { type Fields, isFields } from "./internal/data/fields.js"
import { Compiled } from "./internal/jsonSchema/compiled.js"
import type { Issue } from "./InvalidRequest.js"

/**
 * A parameter as it is listed: its name, with dots inside a nested object, and
 * its type in neutral words. The words are `string`, `integer`, `number`,
 * `boolean`, `array`, `object`, `binary`, `any`, `array<T>` and `A|B`; a `?` at
 * the end says that null is admitted.
 *
 * @since 0.2.0
 * @category models
 */
export interface Parameter {
  readonly name: string
  readonly type: string
  readonly required: boolean
}

/**
 * A name of the input that the action does not declare: its value is not sent.
 *
 * @since 0.2.0
 * @category models
 */
export interface Ignored {
  /** The name, with dots inside a nested object. */
  readonly name: string
  /** The declared name that was probably meant. */
  readonly nearest?: string | undefined
}

/**
 * A property, or a rule of it, that is not checked, and why.
 *
 * @since 0.2.0
 * @category models
 */
export interface Unchecked {
  /** The name, with dots inside a nested object. */
  readonly name: string
  readonly reason: string
}

/**
 * The files of one parameter: its name, the files, and whether they were given as a list.
 *
 * @since 0.2.0
 * @category models
 */
export type ParameterFiles = readonly [name: string, files: ReadonlyArray<ConnectorFile>, isList: boolean]

/**
 * An input that fits, as it is sent.
 *
 * @since 0.2.0
 * @category models
 */
export interface Cleaned {
  /** The values without the files, in the order of the schema. */
  readonly values: Readonly<Record<string, unknown>>
  /** The files, in the order of the input. */
  readonly files: ReadonlyArray<ParameterFiles>
  readonly ignored: ReadonlyArray<Ignored>
}

/**
 * How an input is validated.
 *
 * @since 0.2.0
 * @category models
 */
export interface ValidateOptions {
  /**
   * Whether all rules of the schema hold, not only the types that the wire tells apart: references, combinations,
   * enumerations, formats, ranges and patterns; a name that the action does not declare is an issue then.
   * Default false.
   */
  readonly strict?: boolean | undefined
}

/**
 * The parameters of one action. Nothing is compiled before it is asked for.
 *
 * @since 0.2.0
 * @category models
 */
export interface ActionSchema {
  /** The parameters in the order of the schema; the fields of a nested object follow it. */
  readonly parameters: ReadonlyArray<Parameter>
  /** Whether the action declares a top-level parameter of this name. */
  readonly declares: (name: string) => boolean
  /** The top-level parameters that take files and nothing else. */
  readonly binaries: ReadonlyArray<string>
  /** The properties without a type on the wire: their values are sent unchanged. */
  readonly skipped: ReadonlyArray<Unchecked>
  /** What `strict` cannot check: references that lead elsewhere, patterns that could take too long. */
  readonly unchecked: ReadonlyArray<Unchecked>
  /**
   * Cleans an input, or lists every issue with its path. Messages name types, never values: those may be secret.
   */
  readonly validate: (
    input: Readonly<Record<string, unknown>>,
    options?: ValidateOptions
  ) => Either.Either<Cleaned, ReadonlyArray<Issue>>
  /**
   * The same rules as a Schema, to be combined with others: it decodes what `validate` accepts without `strict`, and
   * what is left out there is undefined here. Files stay among the values.
   */
  readonly schema: Schema.Schema<Values, Values>
}

/**
 * The values of an action's parameters, by name.
 *
 * @since 0.2.0
 * @category models
 */
export interface Values {
  readonly [name: string]: unknown
}

/**
 * How the parameters are read.
 *
 * @since 0.2.0
 * @category models
 */
export interface Options {
  /** `bosa` lists a binary parameter as `string`; all dialects take files there. */
  readonly dialect: Dialect
}

const none: Fields = {}

const show = (u: unknown): string => (u === undefined ? "missing" : "not an object")

/**
 * Reads the `parameters` of an action as discovery gives them. An odd property never makes the rest unusable; what
 * cannot be read at all gives the reason on the left.
 *
 * @example
 * ```ts
 * import { ActionSchema } from "@effect-connectors/core"
 * import * as Either from "effect/Either"
 *
 * const parameters = { request: { schema: { properties: { id: { type: "integer" } } } } }
 *
 * export const cleaned = ActionSchema.make(parameters, { dialect: "bosa" }).pipe(
 *   Either.map((action) => action.validate({ id: "12" }))
 * )
 * ```
 *
 * @since 0.2.0
 * @category constructors
 */
export const make = (parameters: unknown, options: Options): Either.Either<ActionSchema, string> => {
  if (!isFields(parameters)) return Either.left(`"parameters" is ${show(parameters)}`)
  const request = parameters.request
  if (request === undefined || request === null) return Either.right(new Compiled(none, none, options.dialect))
  if (!isFields(request)) return Either.left(`"parameters.request" is ${show(request)}`)
  const schema = request.schema
  if (!isFields(schema)) return Either.left(`"parameters.request.schema" is ${show(schema)}`)
  const properties = schema.properties
  return isFields(properties)
    ? Either.right(new Compiled(properties, schema, options.dialect))
    : Either.left(`"parameters.request.schema.properties" is ${show(properties)}`)
}
