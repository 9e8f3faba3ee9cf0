import * as Either from "effect/Either"
import type * as Schema from "effect/Schema"
import type { ConnectorFile } from "../../ConnectorFile.js"
import type { Issue } from "../../InvalidRequest.js"
import type { Fields } from "../data/fields.js"
import type { ActionParameters, CleanInput } from "../jsonSchema/actionParameters.js"
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
  /** The values without the files, in the order of the schema. */
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

  readonly validate = (input: Fields, options?: ValidateOptions): Either.Either<Cleaned, ReadonlyArray<Issue>> => {
    const result = this.#parameters.validate(input, options?.strict === true)
    return result._tag === "Success" ? Either.right(cleanedOf(result.success)) : Either.left(result.failure)
  }
}
