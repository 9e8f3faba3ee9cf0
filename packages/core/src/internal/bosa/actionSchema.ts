import * as Either from "effect/Either"
import type * as Schema from "effect/Schema"
import type { ConnectorFile } from "../../ConnectorFile.js"
import type { Issue } from "../../InvalidRequest.js"
import type { Dialect } from "../../Dialect.js"
import * as OptionNames from "../../OptionNames.js"
import { type Fields, isFields } from "../data/fields.js"
import * as Result from "../data/result.js"
import { toEither } from "../runtime/fromResult.js"
import { ActionParameters, type CleanInput } from "../jsonSchema/actionParameters.js"
import type { Ignored } from "../jsonSchema/context.js"
import type { Parameter } from "../jsonSchema/parameterList.js"
import type { Unchecked } from "../jsonSchema/unchecked.js"
import { connectorFilesOf } from "./connectorFiles.js"
import { effectSchemaOf } from "./effectSchema.js"

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
  /**
   * The values without the files, in the order of the schema. The input itself, not a copy, when nothing of it has to be
   * changed, left out or put in order.
   */
  readonly values: Fields
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
   * Whether to check every rule of the schema and not only the types: references, combinations, enumerations, formats,
   * ranges and patterns. A name that the action does not declare is then an issue. Default false.
   */
  readonly strict?: boolean | undefined
}

const validateOptions = OptionNames.make<ValidateOptions>({ strict: true })

const noFiles: ReadonlyArray<ParameterFiles> = []

const cleanedOf = ({ files, ignored, values }: CleanInput): Cleaned => ({
  values,
  files:
    files.length === 0
      ? noFiles
      : files.map(([name, contents, isList]) => [name, connectorFilesOf(contents), isList] as const),
  ignored
})

/**
 * The parameters of an action with the types of Effect: results as `Either`, files as `ConnectorFile`.
 *
 * @internal
 */
export class CompiledActionSchema {
  readonly #parameters: ActionParameters
  #schema: Schema.Schema<Fields, Fields> | undefined

  constructor(parameters: ActionParameters) {
    this.#parameters = parameters
  }

  get parameters(): ReadonlyArray<Parameter> {
    return this.#parameters.listed
  }

  get skipped(): ReadonlyArray<Unchecked> {
    return this.#parameters.skipped
  }

  get unchecked(): ReadonlyArray<Unchecked> {
    return this.#parameters.unchecked
  }

  get binaries(): ReadonlyArray<string> {
    return this.#parameters.binaries
  }

  get schema(): Schema.Schema<Fields, Fields> {
    return (this.#schema ??= effectSchemaOf(this.#parameters.compiled))
  }

  readonly declares = (name: string): boolean => this.#parameters.declares(name)

  clean(input: Fields, strict: boolean): Result.Result<Cleaned, ReadonlyArray<Issue>> {
    return Result.map(this.#parameters.validate(input, strict), cleanedOf)
  }

  readonly validate = (input: Fields, options: ValidateOptions = {}): Either.Either<Cleaned, ReadonlyArray<Issue>> => {
    const wrongNames = OptionNames.issues(validateOptions, options)
    return wrongNames.length > 0 ? Either.left(wrongNames) : toEither(this.clean(input, options.strict === true))
  }
}

const none: Fields = {}

const show = (value: unknown): string => (value === undefined ? "missing" : "not an object")

/**
 * Reads the `parameters` of an action as discovery gives them, or says why it cannot.
 *
 * @internal
 */
export const readActionSchema = (
  parameters: unknown,
  dialect: Dialect
): Result.Result<CompiledActionSchema, string> => {
  const made = (properties: Fields, root: Fields) =>
    Result.succeed(
      new CompiledActionSchema(new ActionParameters(properties, root, dialect === "bosa" ? "string" : "binary"))
    )
  if (!isFields(parameters)) return Result.fail(`"parameters" is ${show(parameters)}`)
  const { request } = parameters
  if (request === undefined || request === null) return made(none, none)
  if (!isFields(request)) return Result.fail(`"parameters.request" is ${show(request)}`)
  const { schema } = request
  if (!isFields(schema)) return Result.fail(`"parameters.request.schema" is ${show(schema)}`)
  const { properties } = schema
  return isFields(properties)
    ? made(properties, schema)
    : Result.fail(`"parameters.request.schema.properties" is ${show(properties)}`)
}
