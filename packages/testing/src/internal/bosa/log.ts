import type { Execution, RecordedRequest } from "../../BosaModel.js"
import type { ModelRequest } from "../../ConnectionsModel.js"
import type { Json } from "../../Executor.js"
import { parse } from "../data/jsonText.js"
import { isObject } from "../fakeServer/json.js"
import type { HistoryLimits } from "../fakeServer/boundedList.js"
import { RequestHistory } from "../fakeServer/requestHistory.js"
import type { Found } from "./handle.js"
import type { Route } from "./routes.js"

/** The requests and executions of the platform. @internal */
export type Log = RequestHistory<RecordedRequest, Execution>

/** @internal */
export const makeLog = (limits: HistoryLimits): Log =>
  new RequestHistory<RecordedRequest, Execution>(limits, {
    workOf: ({ action, connector }) => ({ target: connector, work: action }),
    takeInput: (execution) => {
      const { input } = execution
      execution.input = undefined
      return input
    }
  })

const hidden = new Set(["secret", "configuration"])

/** The parsed body without secrets. @internal */
export const bodyOf = (request: ModelRequest): Json | undefined => {
  if (request.body === "" || request.headers["content-type"]?.includes("json") !== true) return undefined
  const body = parse(request.body)
  if (!isObject(body) || !Object.keys(body).some((name) => hidden.has(name))) return body
  return Object.fromEntries(Object.entries(body).map(([name, value]) => [name, hidden.has(name) ? "<hidden>" : value]))
}

// two operations share their path with another one
const refine = (route: Route, request: ModelRequest, body: Json | undefined): Route => {
  if (route.operation === "connectors.list" && request.query.some(([name]) => name === "modules")) {
    return { ...route, operation: "connectors.actions" }
  }
  return route.operation === "integrations.initiate" && isObject(body) && body["auth_type"] === "custom"
    ? { ...route, operation: "integrations.configure" }
    : route
}

/** The operation of a request and the names in its path; `undefined` for an unknown route. @internal */
export const routeOf = (found: Found, request: ModelRequest, body: Json | undefined): Route | undefined => {
  if (found._tag === "Found") return refine(found.route, request, body)
  return found._tag === "Action" ? { operation: "actions.execute", connector: found.action.connector } : undefined
}

/** Records a request as it is received. @internal */
export const startRecord = (
  log: Log,
  request: ModelRequest,
  at: number,
  { body, found, route }: { readonly body: Json | undefined; readonly found: Found; readonly route: Route | undefined }
) =>
  log.record(
    {
      index: log.nextIndex(),
      at,
      method: request.method,
      path: request.path,
      query: request.query,
      headers: request.headers,
      body,
      operation: route?.operation,
      connector: route?.connector,
      action: found._tag === "Action" ? found.action.definition.name : undefined,
      status: undefined,
      fault: undefined,
      scripted: false,
      executed: false,
      interrupted: false
    },
    request.bytes.byteLength
  )
