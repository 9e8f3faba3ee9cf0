/**
 * What typed HTTP, file and SQL calls take.
 *
 * The shapes of the file and SQL parameters on the wire are not public. These are the fields that the emulator takes,
 * under their usual names: a slip of a name does not compile. Give a field that your server takes and these types do not
 * name in `extra`. A call sends what it is given: names that come past the compiler reach the server as they are.
 *
 * @since 0.5.0
 */
import type { ActionExecuteOptions, Parameters } from "./ConnectionHandle.js"

/**
 * The type of a body's field that is an option: no value has it. The compiler shows this name where an option stands in a body.
 *
 * @since 0.5.0
 * @category models
 */
export interface OptionOfTheArgumentAfterTheBody {
  readonly [belongsInTheOptions]: never
}

declare const belongsInTheOptions: unique symbol

/**
 * What does not belong in a body: the options are an argument of their own, after it, such as
 * `execute(action, { input }, { async: true })`.
 *
 * @since 0.5.0
 * @category models
 */
export type OptionsApart = { readonly [K in keyof ActionExecuteOptions]?: OptionOfTheArgumentAfterTheBody }

/**
 * The body of an execute besides what the operation takes.
 *
 * @since 0.5.0
 * @category models
 */
export interface OpenBody extends OptionsApart {
  /** Sent as the body's `options`; the options' `execution` is merged into it. */
  readonly options?: Parameters | undefined
  /** Fields that the server takes and this type does not name. Each is sent under its own name, next to the others. */
  readonly extra?: Parameters | undefined
}

/**
 * The parameters of the HTTP calls.
 *
 * @since 0.5.0
 * @category models
 */
export interface HttpParameters extends OpenBody {
  /** Below the URL of the connection. */
  readonly path?: string | undefined
  /** Values by name; a list is a name that is there more than once. */
  readonly query?: Parameters | undefined
  readonly headers?: Readonly<Record<string, string>> | undefined
  /** JSON, or text as it is. */
  readonly body?: unknown
}

/**
 * How the content of a file is written as text. Default `utf8`.
 *
 * @since 0.5.0
 * @category models
 */
export type FileEncoding = "utf8" | "base64"

/**
 * The parameters of `file.read`.
 *
 * @since 0.5.0
 * @category models
 */
export interface FileRead extends OpenBody {
  /** From the connection's folder on. */
  readonly path?: string | undefined
  readonly encoding?: FileEncoding | undefined
}

/**
 * The parameters of `file.append`.
 *
 * @since 0.5.0
 * @category models
 */
export interface FileAppend extends FileRead {
  readonly content?: string | undefined
}

/**
 * The parameters of `file.upload`.
 *
 * @since 0.5.0
 * @category models
 */
export interface FileUpload extends FileAppend {
  /** Whether a file of that name is replaced. Default true. */
  readonly overwrite?: boolean | undefined
}

/**
 * The parameters of `file.list`.
 *
 * @since 0.5.0
 * @category models
 */
export interface FileList extends OpenBody {
  /** A folder; the connection's own unless given. */
  readonly path?: string | undefined
  /** Whether the folders in it are listed too. Default false. */
  readonly recursive?: boolean | undefined
}

/**
 * The parameters of `file.rename`.
 *
 * @since 0.5.0
 * @category models
 */
export interface FileRename extends OpenBody {
  readonly path?: string | undefined
  /** In the same folder. One of this and `newPath`. */
  readonly newName?: string | undefined
  readonly newPath?: string | undefined
  /** Whether a file of that name is replaced. Default false. */
  readonly overwrite?: boolean | undefined
}

/**
 * The parameters of `file.move`.
 *
 * @since 0.5.0
 * @category models
 */
export interface FileMove extends OpenBody {
  readonly from?: string | undefined
  /** A path, or a folder. */
  readonly to?: string | undefined
  /** Whether a file of that name is replaced. Default false. */
  readonly overwrite?: boolean | undefined
}

/**
 * The parameters of `file.delete`.
 *
 * @since 0.5.0
 * @category models
 */
export interface FileDelete extends OpenBody {
  readonly path?: string | undefined
  /** Whether a folder is deleted with what is in it. Default false. */
  readonly recursive?: boolean | undefined
}

/**
 * The parameters of `sql.query` and `sql.execute`.
 *
 * @since 0.5.0
 * @category models
 */
export interface SqlStatement extends OpenBody {
  /** The text of the statement, with `$1`, `$2` for its values. */
  readonly sql?: string | undefined
  readonly params?: ReadonlyArray<unknown> | undefined
}

/**
 * The parameters of `sql.select`.
 *
 * @since 0.5.0
 * @category models
 */
export interface SqlSelect extends OpenBody {
  readonly table?: string | undefined
  /** All unless given. */
  readonly columns?: string | ReadonlyArray<string> | undefined
  /** A value, a list of values, or operators such as `{ gte: 5 }`, by column. */
  readonly where?: Parameters | undefined
  /** `"id"`, `"id desc"`, `{ id: "desc" }`, or a list of such. */
  readonly orderBy?: string | Parameters | ReadonlyArray<string | Parameters> | undefined
  readonly limit?: number | undefined
  readonly offset?: number | undefined
}

/**
 * Which columns of the rows that were changed a change answers with: all for `true` or `"*"`, none unless given.
 *
 * @since 0.5.0
 * @category models
 */
export type SqlReturning = boolean | string | ReadonlyArray<string>

/**
 * The parameters of `sql.insert`.
 *
 * @since 0.5.0
 * @category models
 */
export interface SqlInsert extends OpenBody {
  readonly table?: string | undefined
  /** Objects, or lists of values in the order of `columns`. */
  readonly rows?: Parameters | ReadonlyArray<Parameters> | undefined
  readonly columns?: ReadonlyArray<string> | undefined
  readonly returning?: SqlReturning | undefined
}

/**
 * The parameters of `sql.delete`.
 *
 * @since 0.5.0
 * @category models
 */
export interface SqlDelete extends OpenBody {
  readonly table?: string | undefined
  /** A value, a list of values, or operators such as `{ gte: 5 }`, by column. */
  readonly where?: Parameters | undefined
  /** Lets every row be changed where there is no `where`. Default false. */
  readonly all?: boolean | undefined
  readonly returning?: SqlReturning | undefined
}

/**
 * The parameters of `sql.update`.
 *
 * @since 0.5.0
 * @category models
 */
export interface SqlUpdate extends SqlDelete {
  /** The new values, by column. */
  readonly set?: Parameters | undefined
}
