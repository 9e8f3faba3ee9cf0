import type { ReadError, WriteError } from "@effect-connectors/core/ApiError"
import type { BosaApi } from "@effect-connectors/core/BosaApi"
import * as Call from "@effect-connectors/core/Call"
import type { ConnectionHandle, ExecuteOptions } from "@effect-connectors/core/ConnectionHandle"
import type { ConnectionsApi } from "@effect-connectors/core/ConnectionsApi"
import type { OpenBody } from "@effect-connectors/core/ExecuteParameters"
import { InvalidRequest } from "@effect-connectors/core/InvalidRequest"
import { Completed, type Execution } from "@effect-connectors/core/Job"
import * as Effect from "effect/Effect"
import type { BosaWork, ConnectionWork, Work } from "../../Work.js"

/**
 * What work is done with.
 *
 * @internal
 */
export interface Platforms {
  readonly connections: ConnectionsApi.Service
  readonly bosa: BosaApi.Service | undefined
}

type Executed = Effect.Effect<Execution, ReadError | WriteError>
type TypedOperation = Exclude<ConnectionWork["operation"], "actions.execute">
type TypedCall = (parameters: OpenBody, options: ExecuteOptions) => Executed

const typedCalls = ({ file, http, sql }: ConnectionHandle): Readonly<Record<TypedOperation, TypedCall>> => ({
  "http.get": http.get,
  "http.post": http.post,
  "http.put": http.put,
  "http.patch": http.patch,
  "http.delete": http.delete,
  "file.read": file.read,
  "file.upload": file.upload,
  "file.append": file.append,
  "file.list": file.list,
  "file.rename": file.rename,
  "file.move": file.move,
  "file.delete": file.delete,
  "sql.query": sql.query,
  "sql.select": sql.select,
  "sql.insert": sql.insert,
  "sql.update": sql.update,
  "sql.delete": sql.delete,
  "sql.execute": sql.execute
})

const onConnection = (connections: ConnectionsApi.Service, work: ConnectionWork): Executed => {
  const handle = connections.connection(work.connection)
  const { async = true, execution, timeoutMs } = work.options ?? {}
  const options: ExecuteOptions = { async, timeoutMs, execution }
  return work.operation === "actions.execute"
    ? handle.actions.execute(work.action ?? "", { input: work.input }, options)
    : typedCalls(handle)[work.operation]({ extra: work.input }, options)
}

/** @internal */
export const noBosa: InvalidRequest = new InvalidRequest({
  operation: "DurableJobs",
  issues: [
    {
      path: ["work", "platform"],
      message: "is bosa, and the runner has no BosaApi",
      fix: "provide BosaApi.layer to the layer of DurableJobs"
    }
  ]
})

const onBosa = (bosa: BosaApi.Service | undefined, { action, connector, input }: BosaWork): Executed =>
  bosa === undefined
    ? Effect.fail(noBosa)
    : Effect.map(bosa.execute(connector, action, input), ({ data }) => Completed(data))

/**
 * Does the work. Whether it is tried again is not for one call to say, since each attempt is written down.
 *
 * @internal
 */
export const execute = ({ bosa, connections }: Platforms, work: Work): Executed =>
  Call.withRetry(work.platform === "bosa" ? onBosa(bosa, work) : onConnection(connections, work), "none")
