import * as Effect from "effect/Effect"
import type { Calls, Executed } from "../../Calls.js"
import type { Execution, RecordedRequest } from "../../ConnectionsModel.js"
import type { ConnectionsOperation } from "@effect-connectors/core/Operation"
import type { Json } from "../../Executor.js"
import { makeCalls } from "../fakeServer/callLog.js"
import { isObject } from "../fakeServer/json.js"
import type { Log } from "./log.js"
import { isOperation } from "./routes.js"

const inputOf = (work: string, body: Json | undefined): Json =>
  isOperation(work) ? (body ?? null) : ((isObject(body) ? body["input"] : undefined) ?? {})

const workOf = ({ action, operation }: RecordedRequest): string | undefined => {
  if (operation === "actions.execute") return action
  return operation !== undefined && isOperation(operation) ? operation : undefined
}

const about = (request: RecordedRequest) => {
  const { body, connection, dropped } = request
  const work = workOf(request)
  if (dropped !== undefined) return { target: connection, work, input: undefined, dropped }
  return { target: connection, work, input: work === undefined ? body : inputOf(work, body) }
}

const executed = ({ at, body, connection, dropped, name }: Execution): Executed => {
  const common = { at, target: connection, work: name }
  return dropped === undefined ? { ...common, input: inputOf(name, body) } : { ...common, input: undefined, dropped }
}

/** The calls of the Connections platform. @internal */
export const callsIn = (log: Log, unused: () => ReadonlyArray<string>): Calls<ConnectionsOperation> =>
  makeCalls<ConnectionsOperation, RecordedRequest, Execution>({
    requests: Effect.sync(() => log.requests),
    executionLog: Effect.sync(() => log.executions),
    dropped: Effect.sync(() => log.dropped),
    unused: Effect.sync(unused),
    subjectOf: about,
    executed
  })
