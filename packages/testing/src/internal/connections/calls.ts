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
  const { body, connection } = request
  const work = workOf(request)
  return { target: connection, work, input: work === undefined ? body : inputOf(work, body) }
}

const executed = ({ at, body, connection, name }: Execution): Executed => ({
  at,
  target: connection,
  work: name,
  input: inputOf(name, body)
})

/** The calls of the Connections platform. @internal */
export const callsIn = (log: Log, unused: () => ReadonlyArray<string>): Calls<ConnectionsOperation> =>
  makeCalls<ConnectionsOperation, RecordedRequest, Execution>({
    requests: Effect.sync(() => log.requests),
    executionLog: Effect.sync(() => log.executions),
    unused: Effect.sync(unused),
    subjectOf: about,
    executed
  })
