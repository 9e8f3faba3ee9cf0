import type { Exchange, Recording, RecordingInvalid } from "./Recording.js"
import type * as FileSystem from "@effect/platform/FileSystem"
import type * as HttpClient from "@effect/platform/HttpClient"
import type * as Cause from "effect/Cause"
import type * as Context from "effect/Context"
import type * as Effect from "effect/Effect"
import type * as Layer from "effect/Layer"
import type * as Redacted from "effect/Redacted"
import type * as Scope from "effect/Scope"

declare const RecorderFailure_base: new <A extends Record<string, any> = {}>(
  args: import("effect/Types").VoidIfEmpty<{ readonly [P in keyof A as P extends "_tag" ? never : P]: A[P] }>
) => Cause.YieldableError & {
  readonly _tag: "RecorderFailure"
} & Readonly<A>
export declare class RecorderFailure extends RecorderFailure_base<{
  readonly reason: "Missing" | "Unreadable" | "Unwritable"
  readonly file: string
  readonly message: string
}> {}
export interface SecretOptions {
  readonly values?: ReadonlyArray<Redacted.Redacted> | undefined
  readonly headers?: ReadonlyArray<string> | undefined
  readonly query?: ReadonlyArray<string> | undefined
  readonly fields?: ReadonlyArray<string> | undefined
}
export interface ReplayOptions {
  readonly secrets?: SecretOptions | undefined
  readonly ignore?:
    | {
        readonly headers?: ReadonlyArray<string> | undefined
        readonly query?: ReadonlyArray<string> | undefined
        readonly body?: ReadonlyArray<string> | undefined
      }
    | undefined
  readonly repeatLast?: boolean | undefined
}
export interface RecordOptions {
  readonly secrets?: SecretOptions | undefined
  readonly maxBodyBytes?: number | undefined
}
export interface RecorderOptions extends RecordOptions, ReplayOptions {
  readonly mode?: "record" | "replay" | "auto" | undefined
}
declare const Recorder_base: Context.TagClass<Recorder, "@effect-connectors/testing/Recorder", Recorder.Service>
export declare class Recorder extends Recorder_base {
  static readonly layer: (
    file: string,
    options?: RecorderOptions
  ) => Layer.Layer<
    Recorder | HttpClient.HttpClient,
    RecorderFailure | RecordingInvalid,
    HttpClient.HttpClient | FileSystem.FileSystem
  >
  static readonly layerRecord: (
    options?: RecordOptions
  ) => Layer.Layer<Recorder | HttpClient.HttpClient, never, HttpClient.HttpClient>
  static readonly layerReplay: (
    recording: Recording,
    options?: ReplayOptions
  ) => Layer.Layer<Recorder | HttpClient.HttpClient>
}
export declare namespace Recorder {
  interface Service {
    readonly mode: "record" | "replay"
    readonly recording: Effect.Effect<Recording>
    readonly unused: Effect.Effect<ReadonlyArray<Exchange>>
    readonly missed: Effect.Effect<ReadonlyArray<string>>
    readonly client: HttpClient.HttpClient
  }
}
export declare const make: (
  path: string,
  options?: RecorderOptions | undefined
) => Effect.Effect<
  Recorder.Service,
  RecorderFailure | RecordingInvalid,
  FileSystem.FileSystem | HttpClient.HttpClient | Scope.Scope
>
