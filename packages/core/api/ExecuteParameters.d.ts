import type { ActionExecuteOptions, Parameters } from "./ConnectionHandle.js"

export interface OptionOfTheArgumentAfterTheBody {
  readonly [belongsInTheOptions]: never
}
declare const belongsInTheOptions: unique symbol
export type OptionsApart = {
  readonly [K in keyof ActionExecuteOptions]?: OptionOfTheArgumentAfterTheBody
}
export interface OpenBody extends OptionsApart {
  readonly options?: Parameters | undefined
  readonly extra?: Parameters | undefined
}
export interface HttpParameters extends OpenBody {
  readonly path?: string | undefined
  readonly query?: Parameters | undefined
  readonly headers?: Readonly<Record<string, string>> | undefined
  readonly body?: unknown
}
export type FileEncoding = "utf8" | "base64"
export interface FileRead extends OpenBody {
  readonly path?: string | undefined
  readonly encoding?: FileEncoding | undefined
}
export interface FileAppend extends FileRead {
  readonly content?: string | undefined
}
export interface FileUpload extends FileAppend {
  readonly overwrite?: boolean | undefined
}
export interface FileList extends OpenBody {
  readonly path?: string | undefined
  readonly recursive?: boolean | undefined
}
export interface FileRename extends OpenBody {
  readonly path?: string | undefined
  readonly newName?: string | undefined
  readonly newPath?: string | undefined
  readonly overwrite?: boolean | undefined
}
export interface FileMove extends OpenBody {
  readonly from?: string | undefined
  readonly to?: string | undefined
  readonly overwrite?: boolean | undefined
}
export interface FileDelete extends OpenBody {
  readonly path?: string | undefined
  readonly recursive?: boolean | undefined
}
export interface SqlStatement extends OpenBody {
  readonly sql?: string | undefined
  readonly params?: ReadonlyArray<unknown> | undefined
}
export interface SqlSelect extends OpenBody {
  readonly table?: string | undefined
  readonly columns?: string | ReadonlyArray<string> | undefined
  readonly where?: Parameters | undefined
  readonly orderBy?: string | Parameters | ReadonlyArray<string | Parameters> | undefined
  readonly limit?: number | undefined
  readonly offset?: number | undefined
}
export type SqlReturning = boolean | string | ReadonlyArray<string>
export interface SqlInsert extends OpenBody {
  readonly table?: string | undefined
  readonly rows?: Parameters | ReadonlyArray<Parameters> | undefined
  readonly columns?: ReadonlyArray<string> | undefined
  readonly returning?: SqlReturning | undefined
}
export interface SqlDelete extends OpenBody {
  readonly table?: string | undefined
  readonly where?: Parameters | undefined
  readonly all?: boolean | undefined
  readonly returning?: SqlReturning | undefined
}
export interface SqlUpdate extends SqlDelete {
  readonly set?: Parameters | undefined
}
