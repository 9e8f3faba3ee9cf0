import type * as NodeConnectors from "./NodeConnectors.js"
import type { BosaOperations, ConnectionsOperations, ReceivedFile } from "./PromiseOperations.js"
import type { CallOptions as Options } from "./internal/promises/calls.js"
import type { BosaApi } from "@effect-connectors/core/BosaApi"
import type { ConnectionsApi } from "@effect-connectors/core/ConnectionsApi"
import type * as HttpClient from "@effect/platform/HttpClient"
import type * as Layer from "effect/Layer"
import type * as Redacted from "effect/Redacted"
import type * as Schema from "effect/Schema"

export type Secret = string | Redacted.Redacted
export interface FreshHeaders {
  readonly headers: Readonly<Record<string, Secret>>
  readonly expiresAt?: Date | number | undefined
}
export type Credentials =
  | {
      readonly serviceToken: Secret
    }
  | {
      readonly cookie: Secret
      readonly csrfToken: Secret
    }
  | {
      readonly apiKey: Secret
      readonly userToken?: Secret | undefined
    }
  | {
      readonly headers: Readonly<Record<string, Secret>>
    }
  | (() => Promise<FreshHeaders>)
  | "none"
export interface ClientOptions {
  readonly credentials: Credentials
  readonly connections?: NodeConnectors.NodeConnectorsOptions | undefined
  readonly httpClient?: HttpClient.HttpClient | undefined
  readonly layer?: Layer.Layer<never> | undefined
}
export interface CallOptions extends Options {}
declare const ClientClosed_base: Schema.TaggedErrorClass<
  ClientClosed,
  "ClientClosed",
  {
    readonly _tag: Schema.tag<"ClientClosed">
  }
>
export declare class ClientClosed extends ClientClosed_base {
  get message(): string
}
export interface Closable {
  readonly close: () => Promise<void>
  readonly [Symbol.asyncDispose]: () => Promise<void>
}
export interface ConnectionsClient extends ConnectionsOperations, Closable {
  readonly with: (options: CallOptions) => ConnectionsClient
}
export interface BosaClient extends BosaOperations, Closable {
  readonly with: (options: CallOptions) => BosaClient
}
export declare const connect: ({
  connections,
  credentials,
  httpClient,
  layer,
  ...options
}: ConnectionsApi.Options & ClientOptions) => ConnectionsClient
export declare const connectBosa: ({
  connections,
  credentials,
  httpClient,
  layer,
  ...options
}: BosaApi.Options & ClientOptions) => BosaClient
export declare const isReceivedFile: (data: unknown) => data is ReceivedFile
