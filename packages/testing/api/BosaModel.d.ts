import type { BosaAction } from "./BosaWorld.js"
import type { Calls, DroppedBody } from "./Calls.js"
import type { FaultName, ModelRequest, ModelResponse, Scripted } from "./ConnectionsModel.js"
import type { Json, JsonObject } from "./Executor.js"
import type * as Faults from "./Faults.js"
import type { BosaOperation } from "@effect-connectors/core/Operation"
import type * as Effect from "effect/Effect"
import type * as Redacted from "effect/Redacted"

export type OperationName = BosaOperation | "oauth.authorize"
export interface Matcher {
  readonly method?: string
  readonly path?: string | RegExp
  readonly operation?: OperationName
  readonly connector?: string
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
  readonly connector: string | undefined
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
  readonly connector: string
  readonly action: string
  readonly input: JsonObject | undefined
  readonly dropped?: DroppedBody
  readonly user: string | undefined
  readonly account: string | undefined
}
export interface IntegrationView {
  readonly connector: string
  readonly account: string
  readonly selected: boolean
}
export interface UserView {
  readonly id: string
  readonly identifier: string
  readonly integrations: ReadonlyArray<IntegrationView>
  readonly liveTokens: number
}
export interface CreatedUser {
  readonly id: string
  readonly identifier: string
  readonly secret: string
}
export interface State {
  readonly apiKey: string
  readonly requests: Effect.Effect<ReadonlyArray<RecordedRequest>>
  readonly calls: Calls<OperationName>
  readonly executionLog: Effect.Effect<ReadonlyArray<Execution>>
  readonly executionCount: Effect.Effect<number>
  readonly executions: (connector: string, action: string) => Effect.Effect<number>
  readonly users: Effect.Effect<ReadonlyArray<UserView>>
  readonly user: (identifier: string) => Effect.Effect<CreatedUser>
  readonly token: (identifier: string) => Effect.Effect<string>
  readonly link: (identifier: string, connector: string, account?: string) => Effect.Effect<void>
  readonly unlink: (identifier: string, connector: string, account?: string) => Effect.Effect<void>
  readonly revokeToken: (token: string) => Effect.Effect<void>
  readonly respondNext: (matcher: Matcher, answers: ReadonlyArray<Scripted>) => Effect.Effect<void>
  readonly unusedScripts: Effect.Effect<number>
  readonly setFaults: (plan: Faults.Plan) => Effect.Effect<void>
  readonly faults: Effect.Effect<Faults.Plan>
  readonly unusedFaults: Effect.Effect<Faults.Plan>
  readonly changeAction: (connector: string, action: string, change: Partial<BosaAction>) => Effect.Effect<void>
  readonly removeAction: (connector: string, action: string) => Effect.Effect<void>
  readonly clearLog: Effect.Effect<void>
}
export interface BosaModel extends State {
  readonly handle: (request: ModelRequest) => Effect.Effect<ModelResponse>
}
export interface BosaModelOptions {
  readonly logLimit?: number
  readonly logBytes?: number
  readonly requestLimit?: number
  readonly faults?: Faults.Plan
}
