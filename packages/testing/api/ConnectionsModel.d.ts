import type { Calls, DroppedBody } from "./Calls.js"
import type { Executor, ExecutorConnection, Json, Kind, OperationName } from "./Executor.js"
import type * as Faults from "./Faults.js"
import type { WorldConnection } from "./World.js"
import type * as Effect from "effect/Effect"
import type * as Redacted from "effect/Redacted"

export interface ModelRequest {
  readonly method: string
  readonly path: string
  readonly query: ReadonlyArray<readonly [name: string, value: string]>
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
  readonly bytes: Uint8Array
  readonly origin: string
}
export interface BodyPace {
  readonly bytes: number
  readonly everyMillis: number
}
export type ModelResponse =
  | {
      readonly _tag: "Answer"
      readonly status: number
      readonly headers: Readonly<Record<string, string>>
      readonly body: string | Uint8Array
      readonly pace?: BodyPace
    }
  | {
      readonly _tag: "Reset"
    }
  | {
      readonly _tag: "Refused"
    }
  | {
      readonly _tag: "CutBody"
      readonly status: number
      readonly headers: Readonly<Record<string, string>>
      readonly body: string | Uint8Array
      readonly contentLength: number
    }
export type Scripted =
  | ({
      readonly _tag?: "Answer"
      readonly status?: number
      readonly headers?: Readonly<Record<string, string>>
      readonly json?: unknown
      readonly text?: string
      readonly bytes?: Uint8Array
      readonly commit?: boolean
    } & Faults.Timing)
  | ({
      readonly _tag: "CutBody"
      readonly commit?: boolean
      readonly status?: number
      readonly json?: unknown
    } & Faults.Timing)
  | Exclude<
      Faults.Fault,
      {
        readonly _tag: "Answer" | "CutBody"
      }
    >
export type FaultName = "Reset" | "Refused" | "Hang" | "CutBody" | "SlowBody" | "StaleRead" | "Duplicate" | "ClockSkew"
export interface Matcher {
  readonly method?: string
  readonly path?: string | RegExp
  readonly operation?: OperationName
  readonly connection?: string
  readonly action?: string
}
export interface RecordedRequest {
  readonly index: number
  readonly at: number
  readonly method: string
  readonly path: string
  readonly query: ReadonlyArray<readonly [name: string, value: string]>
  readonly headers: Readonly<Record<string, string | Redacted.Redacted>>
  readonly body: Json | undefined
  readonly dropped?: DroppedBody
  readonly operation: OperationName | undefined
  readonly connection: string | undefined
  readonly action: string | undefined
  readonly status: number | undefined
  readonly fault: FaultName | undefined
  readonly executed: boolean
  readonly scripted: boolean
  readonly interrupted: boolean
}
export interface Execution {
  readonly index: number
  readonly at: number
  readonly connection: string
  readonly name: string
  readonly body: Json | undefined
  readonly dropped?: DroppedBody
  readonly jobId: string | number | undefined
}
export interface JobView {
  readonly id: string | number
  readonly connection: string
  readonly name: string
  readonly createdAt: number
  readonly status: string
  readonly ended: boolean
  readonly progress: Json | undefined
  readonly polls: number
  readonly pollsAfterEnd: number
}
export interface JobChange {
  readonly status?: string
  readonly progress?: Json
  readonly result?: Json
  readonly error?: Json
  readonly raw?: Json
  readonly gone?: boolean
}
export interface ConnectionView {
  readonly slug: string
  readonly kind: Kind
  readonly active: boolean
  readonly authorized: boolean
}
export interface State {
  readonly requests: Effect.Effect<ReadonlyArray<RecordedRequest>>
  readonly calls: Calls<OperationName>
  readonly executionLog: Effect.Effect<ReadonlyArray<Execution>>
  readonly executionCount: Effect.Effect<number>
  readonly executions: (connection: string, name: string) => Effect.Effect<number>
  readonly jobs: Effect.Effect<ReadonlyArray<JobView>>
  readonly connections: Effect.Effect<ReadonlyArray<ConnectionView>>
  readonly subscribers: Effect.Effect<ReadonlyArray<number>>
  readonly respondNext: (matcher: Matcher, answers: ReadonlyArray<Scripted>) => Effect.Effect<void>
  readonly unusedScripts: Effect.Effect<number>
  readonly setFaults: (plan: Faults.Plan) => Effect.Effect<void>
  readonly faults: Effect.Effect<Faults.Plan>
  readonly unusedFaults: Effect.Effect<Faults.Plan>
  readonly setJob: (id: string | number, change: JobChange) => Effect.Effect<void>
  readonly clearLog: Effect.Effect<void>
}
export interface ConnectionsModel extends State {
  readonly handle: (request: ModelRequest) => Effect.Effect<ModelResponse>
}
export interface ConnectionsModelOptions {
  readonly logLimit?: number
  readonly logBytes?: number
  readonly faults?: Faults.Plan
  readonly lenient?: boolean
  readonly executorFor?: (connection: ExecutorConnection, definition: WorldConnection) => Executor | undefined
}
