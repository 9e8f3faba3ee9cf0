/**
 * The parameters of a BOSA action: what they are, and whether an input fits them.
 *
 * @since 0.2.0
 */
import * as Either from "effect/Either"
import type * as Schema from "effect/Schema"
import type { Dialect } from "./Dialect.js"
import {
  type Cleaned,
  readActionSchema,
  type ParameterFiles,
  type ValidateOptions
} from "./internal/bosa/actionSchema.js"
import { toEither } from "./internal/runtime/fromResult.js"
import type { Ignored } from "./internal/jsonSchema/context.js"
import type { Parameter } from "./internal/jsonSchema/parameterList.js"
import type { Unchecked } from "./internal/jsonSchema/unchecked.js"
import type { Issue } from "./InvalidRequest.js"
import * as OptionNames from "./OptionNames.js"

export type {
  /**
   * A parameter as it is listed: its name, with dots inside a nested object, and
   * its type in neutral words. The words are `string`, `integer`, `number`,
   * `boolean`, `array`, `object`, `binary`, `any`, `array<T>` and `A|B`; a `?` at
   * the end says that null is allowed.
   *
   * @since 0.2.0
   * @category models
   */
  Parameter,
  /**
   * A name of the input that the action does not declare: its value is not sent.
   *
   * @since 0.2.0
   * @category models
   */
  Ignored,
  /**
   * A property, or a rule of it, that is not checked, and why.
   *
   * @since 0.2.0
   * @category models
   */
  Unchecked,
  /**
   * The files of one parameter: its name, the files, and whether they were given as a list.
   *
   * @since 0.2.0
   * @category models
   */
  ParameterFiles,
  /**
   * An input that fits, as it is sent.
   *
   * @since 0.2.0
   * @category models
   */
  Cleaned,
  /**
   * How an input is validated.
   *
   * @since 0.2.0
   * @category models
   */
  ValidateOptions
}

/**
 * The parameters of one action. Each part is compiled on first use.
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
  /** What `strict` cannot check: references to other documents, patterns that could take too long or that only another language has. */
  readonly unchecked: ReadonlyArray<Unchecked>
  /**
   * Cleans an input, or lists every issue with its path. Messages name types and not values, which may be secret.
   */
  readonly validate: (
    input: Readonly<Record<string, unknown>>,
    options?: ValidateOptions
  ) => Either.Either<Cleaned, ReadonlyArray<Issue>>
  /**
   * The same rules as a Schema that you can combine with others. It decodes what `validate` accepts without `strict`.
   * A value that `validate` leaves out is undefined here; files stay among the values.
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
export interface ActionSchemaOptions {
  /** `bosa` lists a binary parameter as `string`; all dialects take files there. */
  readonly dialect: Dialect
}

const optionNames = OptionNames.make<ActionSchemaOptions>({ dialect: true })

/**
 * Reads the `parameters` of an action as discovery gives them. A property that cannot be read does not make the others
 * unusable. When nothing can be read, the reason is on the left.
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
export const make = (parameters: unknown, options: ActionSchemaOptions): Either.Either<ActionSchema, string> => {
  const [wrong] = OptionNames.issues(optionNames, options)
  return wrong === undefined
    ? toEither(readActionSchema(parameters, options.dialect))
    : Either.left(`"${wrong.path.join(".")}" ${wrong.message}${wrong.fix === undefined ? "" : `: ${wrong.fix}`}`)
}
