import type { Dialect } from "./Dialect.js"
import type { Issue } from "./InvalidRequest.js"
import type { Cleaned, ParameterFiles, ValidateOptions } from "./internal/bosa/actionSchema.js"
import type { Ignored } from "./internal/jsonSchema/context.js"
import type { Parameter } from "./internal/jsonSchema/parameterList.js"
import type { Unchecked } from "./internal/jsonSchema/unchecked.js"
import type * as Either from "effect/Either"
import type * as Schema from "effect/Schema"

export type { Parameter, Ignored, Unchecked, ParameterFiles, Cleaned, ValidateOptions }
export interface ActionSchema {
  readonly parameters: ReadonlyArray<Parameter>
  readonly declares: (name: string) => boolean
  readonly binaries: ReadonlyArray<string>
  readonly skipped: ReadonlyArray<Unchecked>
  readonly unchecked: ReadonlyArray<Unchecked>
  readonly validate: (
    input: Readonly<Record<string, unknown>>,
    options?: ValidateOptions
  ) => Either.Either<Cleaned, ReadonlyArray<Issue>>
  readonly schema: Schema.Schema<Values, Values>
}
export interface Values {
  readonly [name: string]: unknown
}
export interface ActionSchemaOptions {
  readonly dialect: Dialect
}
export declare const make: (parameters: unknown, options: ActionSchemaOptions) => Either.Either<ActionSchema, string>
