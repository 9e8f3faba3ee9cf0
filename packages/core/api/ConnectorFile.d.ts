import type * as Effect from "effect/Effect"
import type * as Pipeable from "effect/Pipeable"
import type * as Schema from "effect/Schema"
import type * as Stream from "effect/Stream"

export declare const TypeId: unique symbol
export type TypeId = typeof TypeId
declare const FileError_base: Schema.TaggedErrorClass<
  FileError,
  "FileError",
  {
    readonly _tag: Schema.tag<"FileError">
  } & {
    code: typeof Schema.String
    filename: Schema.optional<typeof Schema.String>
  }
>
export declare class FileError extends FileError_base {
  get message(): string
}
export interface Details {
  readonly filename?: string | undefined
  readonly contentType?: string | undefined
  readonly headers?: Readonly<Record<string, string>> | undefined
}
export interface ConnectorFile extends Pipeable.Pipeable {
  readonly [TypeId]: TypeId
  readonly filename: string | undefined
  readonly contentType: string | undefined
  readonly headers: Readonly<Record<string, string>>
  readonly size: number | undefined
  readonly isReplayable: boolean
  readonly stream: Stream.Stream<Uint8Array, FileError>
  readonly bytes: Effect.Effect<Uint8Array, FileError>
}
export declare const isConnectorFile: (u: unknown) => u is ConnectorFile
export declare const fromBytes: (content: Uint8Array, details?: Details) => ConnectorFile
export declare const fromText: (text: string, details?: Details) => ConnectorFile
export interface StreamDetails extends Details {
  readonly size?: number | undefined
  readonly replayable?: boolean | undefined
  readonly maxBytes?: number | undefined
}
export interface Reading {
  readonly isTransient: boolean
}
export declare const fromStream: <E>(
  source: Stream.Stream<Uint8Array, E> | ((reading: Reading) => Stream.Stream<Uint8Array, E>),
  details?: StreamDetails
) => ConnectorFile
export declare const withDetails: {
  (details: Details): (self: ConnectorFile) => ConnectorFile
  (self: ConnectorFile, details: Details): ConnectorFile
}
