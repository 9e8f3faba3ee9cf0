import type * as BosaWorld from "./BosaWorld.js"
import type { ConnectionBuilder } from "./ConnectionBuilder.js"
import type { ConnectorBuilder } from "./ConnectorBuilder.js"
import type { ActionHandler, Executor, Json, JsonObject, Kind } from "./Executor.js"
import type * as Effect from "effect/Effect"

export interface JobState {
  readonly status: string
  readonly progress?: Json
  readonly result?: Json
  readonly error?: Json
  readonly message?: string
}
export type JobPoll = string | number | JobState
export interface JobStep extends JobState {
  readonly atMillis: number
}
export interface JobPlan {
  readonly takesMillis?: number
  readonly queuedMillis?: number
  readonly progress?: boolean
  readonly fails?: {
    readonly status?: number
    readonly code?: string
    readonly message: string
  }
  readonly stays?: string
  readonly cancelled?: boolean
  readonly atOnce?: boolean
  readonly alwaysJob?: boolean
  readonly steps?: ReadonlyArray<JobStep>
  readonly polls?: ReadonlyArray<JobPoll>
}
export interface WorldAction extends JobPlan {
  readonly slug: string
  readonly name?: string
  readonly inputs?: ReadonlyArray<JsonObject>
  readonly outputs?: ReadonlyArray<JsonObject>
  readonly result?: Json
  readonly echo?: boolean
  readonly handler?: ActionHandler
  readonly fields?: JsonObject
}
export interface WorldTrigger {
  readonly slug: string
  readonly name?: string
  readonly inputs?: ReadonlyArray<JsonObject>
  readonly refuses?: boolean
  readonly fields?: JsonObject
}
export interface WorldHttpAnswer {
  readonly method: "get" | "post" | "patch" | "put" | "delete"
  readonly path: string
  readonly status?: number
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: Json
}
export interface WorldConnection {
  readonly slug: string
  readonly kind?: Kind
  readonly displayName?: string
  readonly active?: boolean
  readonly authorized?: boolean
  readonly relayId?: string
  readonly templateId?: string
  readonly actions?: ReadonlyArray<WorldAction>
  readonly triggers?: ReadonlyArray<WorldTrigger>
  readonly files?: Readonly<Record<string, string>>
  readonly tables?: Readonly<Record<string, ReadonlyArray<JsonObject>>>
  readonly answers?: ReadonlyArray<WorldHttpAnswer>
  readonly baseUrl?: string
  readonly plans?: Readonly<Record<string, JobPlan>>
  readonly executor?: Executor
  readonly fields?: JsonObject
}
export interface WorldAuth {
  readonly serviceTokens?: ReadonlyArray<string>
  readonly sessions?: ReadonlyArray<{
    readonly cookie: string
    readonly csrfToken: string
  }>
}
export interface WorldFaults {
  readonly share: number
  readonly seed?: number
  readonly kinds?: readonly [Fault, ...Array<Fault>]
}
type Fault = "unavailable" | "limited" | "reset" | "lost" | "cut"
export interface World {
  readonly connections: ReadonlyArray<WorldConnection>
  readonly auth?: WorldAuth
  readonly catalog?: ReadonlyArray<JsonObject>
  readonly syncLimitMillis?: number
  readonly admin?: boolean
  readonly jobIds?: "text" | "number"
  readonly faults?: WorldFaults
  readonly bosa?: BosaWorld.BosaWorld
}
declare const WorldInvalid_base: new <A extends Record<string, any> = {}>(
  args: import("effect/Types").VoidIfEmpty<{ readonly [P in keyof A as P extends "_tag" ? never : P]: A[P] }>
) => import("effect/Cause").YieldableError & {
  readonly _tag: "WorldInvalid"
} & Readonly<A>
export declare class WorldInvalid extends WorldInvalid_base<{
  readonly path: string
  readonly reason: string
  readonly issues: ReadonlyArray<{
    readonly path: string
    readonly reason: string
  }>
}> {
  get message(): string
}
export type Part = ConnectionBuilder | ConnectorBuilder | Partial<World>
export declare const make: (...parts: ReadonlyArray<Part>) => World
export declare const connection: (slug: string) => ConnectionBuilder
export declare const connector: (name: string) => ConnectorBuilder
export declare const demo: World
export declare const fromJson: (json: unknown) => Effect.Effect<World, WorldInvalid>
export declare const fromJsonText: (text: string) => Effect.Effect<World, WorldInvalid>
