import type * as ConnectorFile from "@effect-connectors/core/ConnectorFile"
import type * as Effect from "effect/Effect"
import type * as Schema from "effect/Schema"

declare const FileUnreadable_base: Schema.TaggedErrorClass<
  FileUnreadable,
  "FileUnreadable",
  {
    readonly _tag: Schema.tag<"FileUnreadable">
  } & {
    path: typeof Schema.String
    code: typeof Schema.String
    detail: Schema.optional<typeof Schema.String>
  }
>
export declare class FileUnreadable extends FileUnreadable_base {
  get message(): string
}
declare const FileUnsaved_base: Schema.TaggedErrorClass<
  FileUnsaved,
  "FileUnsaved",
  {
    readonly _tag: Schema.tag<"FileUnsaved">
  } & {
    path: typeof Schema.String
    code: typeof Schema.String
    detail: Schema.optional<typeof Schema.String>
  }
>
export declare class FileUnsaved extends FileUnsaved_base {
  get message(): string
}
declare const DigestMismatch_base: Schema.TaggedErrorClass<
  DigestMismatch,
  "DigestMismatch",
  {
    readonly _tag: Schema.tag<"DigestMismatch">
  } & {
    path: typeof Schema.String
    expected: typeof Schema.String
    actual: typeof Schema.String
  }
>
export declare class DigestMismatch extends DigestMismatch_base {
  get message(): string
}
export interface FromPathOptions extends ConnectorFile.Details {
  readonly maxBytes?: number | undefined
}
export declare const fromPath: (
  path: string,
  options?: FromPathOptions | undefined
) => Effect.Effect<ConnectorFile.ConnectorFile, FileUnreadable, never>
export interface SaveOptions {
  readonly overwrite?: boolean | undefined
  readonly sha256?: string | undefined
}
export interface Saved {
  readonly path: string
  readonly bytes: number
  readonly sha256: string
}
export declare const save: (
  file: ConnectorFile.ConnectorFile,
  path: string,
  options?: SaveOptions | undefined
) => Effect.Effect<Saved, DigestMismatch | ConnectorFile.FileError | FileUnsaved, never>
