import type { ConnectorFile } from "../../ConnectorFile.js"
import type { Fields } from "../data/fields.js"
import type { Ignored } from "../jsonSchema/context.js"

export type ParameterFiles = readonly [name: string, files: ReadonlyArray<ConnectorFile>, isList: boolean]
export interface Cleaned {
  readonly values: Fields
  readonly files: ReadonlyArray<ParameterFiles>
  readonly ignored: ReadonlyArray<Ignored>
}
export interface ValidateOptions {
  readonly strict?: boolean | undefined
}
