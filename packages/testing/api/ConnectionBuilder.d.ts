import type { Answer } from "./Answer.js"
import type { ActionContext, Executor, Json, JsonObject, Kind, Operation } from "./Executor.js"
import type { Job } from "./Job.js"
import type { WorldAction, WorldConnection, WorldHttpAnswer, WorldTrigger } from "./World.js"

export type ActionAnswer = Answer<Json, ActionContext> | Job
export type ActionOptions = Pick<WorldAction, "name" | "inputs" | "outputs" | "fields">
declare const ConnectionInvalid_base: new <A extends Record<string, any> = {}>(
  args: import("effect/Types").VoidIfEmpty<{ readonly [P in keyof A as P extends "_tag" ? never : P]: A[P] }>
) => import("effect/Cause").YieldableError & {
  readonly _tag: "ConnectionInvalid"
} & Readonly<A>
export declare class ConnectionInvalid extends ConnectionInvalid_base<{
  readonly slug: string
  readonly reason: string
}> {
  get message(): string
}
export declare class ConnectionBuilder {
  readonly definition: WorldConnection
  constructor(definition: WorldConnection)
  action(slug: string, answer: ActionAnswer, options?: ActionOptions): ConnectionBuilder
  trigger(slug: string, options?: Omit<WorldTrigger, "slug">): ConnectionBuilder
  http(
    method: WorldHttpAnswer["method"],
    path: string,
    body: Json,
    options?: Pick<WorldHttpAnswer, "status" | "headers">
  ): ConnectionBuilder
  file(path: string, text: string): ConnectionBuilder
  table(name: string, rows: ReadonlyArray<JsonObject>): ConnectionBuilder
  job(operation: Operation | "*", job: Job): ConnectionBuilder
  executor(kind: Exclude<Kind, "actions">, executor: Executor): ConnectionBuilder
  get inactive(): ConnectionBuilder
  get unauthorized(): ConnectionBuilder
  with(fields: Partial<Omit<WorldConnection, "slug">>): ConnectionBuilder
  private ofKind
}
