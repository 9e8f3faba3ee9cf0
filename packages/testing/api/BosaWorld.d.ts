import type { ExecutorFailure, Json, JsonObject } from "./Executor.js"
import type * as Effect from "effect/Effect"

export interface BosaFailure {
  readonly status: number
  readonly code?: string
  readonly message?: string
  readonly retryable?: boolean
  readonly retryAfterSeconds?: number
  readonly details?: JsonObject
  readonly headers?: Readonly<Record<string, string>>
}
export interface BosaPages {
  readonly items: ReadonlyArray<Json>
  readonly by?: "page" | "cursor"
  readonly perPage?: number
  readonly stuck?: boolean
}
export interface BosaFile {
  readonly filename?: string
  readonly contentType?: string
  readonly text?: string
  readonly base64?: string
  readonly headers?: Readonly<Record<string, string>>
}
export interface BosaContext {
  readonly connector: string
  readonly action: string
  readonly user: string | undefined
  readonly account: string | undefined
  readonly execution: number
}
export type BosaHandler = (input: JsonObject, context: BosaContext) => Effect.Effect<Json, ExecutorFailure>
export interface BosaAction {
  readonly name: string
  readonly path?: string
  readonly docstring?: string
  readonly properties?: Readonly<Record<string, Json>>
  readonly required?: ReadonlyArray<string>
  readonly schema?: JsonObject
  readonly fields?: JsonObject
  readonly value?: Json
  readonly meta?: JsonObject
  readonly echo?: boolean
  readonly pages?: BosaPages
  readonly file?: BosaFile
  readonly upload?: boolean
  readonly error?: BosaFailure
  readonly flaky?: BosaFailure & {
    readonly times: number
    readonly commits?: boolean
  }
  readonly needsIntegration?: boolean
  readonly takesMillis?: number
  readonly handler?: BosaHandler
}
export interface BosaConnector {
  readonly name: string
  readonly actions?: ReadonlyArray<BosaAction>
  readonly auth?: "oauth" | "custom"
  readonly configuration?: ReadonlyArray<string>
  readonly rows?: JsonObject
}
export interface BosaUser {
  readonly identifier: string
  readonly secret?: string
  readonly token?: string
  readonly accounts?: Readonly<Record<string, ReadonlyArray<string>>>
}
export interface BosaClient {
  readonly name: string
  readonly apiKey: string
  readonly users?: ReadonlyArray<BosaUser>
}
export interface BosaSkill {
  readonly name: string
  readonly sourceType: string
  readonly description?: string
  readonly text?: string
  readonly files?: Readonly<Record<string, string>>
  readonly contentSha256?: string
  readonly pending?: boolean
  readonly fields?: JsonObject
}
export interface BosaCatalog {
  readonly tools?: ReadonlyArray<JsonObject>
  readonly mcps?: ReadonlyArray<JsonObject>
  readonly skills?: ReadonlyArray<JsonObject>
}
export interface BosaWorld {
  readonly connectors?: ReadonlyArray<BosaConnector>
  readonly clients?: ReadonlyArray<BosaClient>
  readonly catalog?: BosaCatalog
  readonly skills?: ReadonlyArray<BosaSkill>
  readonly tokenTtlMillis?: number
  readonly createClientPath?: string
}
export declare const demo: BosaWorld
