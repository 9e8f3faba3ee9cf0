import * as Effect from "effect/Effect"
import type { ModelRequest } from "../../ConnectionsModel.js"
import type { JsonObject } from "../../Executor.js"
import type { World } from "../../World.js"
import { parse } from "../data/jsonText.js"
import { isObject } from "../fakeServer/json.js"
import { type FakeResponse, json } from "../fakeServer/response.js"
import { isAllowed } from "./auth.js"
import type { Connections } from "./connections.js"
import type { Jobs } from "./jobs.js"
import type { Log, RequestInProgress } from "./log.js"
import { badRequest, notFound, refuse } from "./responses.js"
import { isOperation, type Match } from "./routes.js"
import type { Triggers } from "./triggers.js"
import type { WorkRunner } from "./work.js"

type Found = Extract<Match, { readonly _tag: "Found" }>

/** The parts that a request may need. @internal */
export interface PlatformParts {
  readonly world: World
  readonly log: Log
  readonly connections: Connections
  readonly triggers: Triggers
  readonly jobs: Jobs
  readonly work: WorkRunner
}

/** The body as it was recorded, so that it is kept once; a body too large to be kept is parsed again. */
const bodyOf = (request: ModelRequest, { body, dropped }: RequestInProgress): JsonObject | undefined => {
  const value = dropped === undefined ? body : parse(request.body)
  return isObject(value) ? value : undefined
}

/** The operations without a body; `undefined` for the others. */
const read = (
  parts: PlatformParts,
  { name, parameters }: Found,
  request: ModelRequest,
  now: number
): FakeResponse | undefined => {
  if (name === "jobs.get") return parts.jobs.get(parameters["job"] ?? "", now)
  if (name === "connections.list") return parts.connections.list(request.query)
  if (name === "catalog.list") return parts.connections.catalog
  if (name === "subscribers.remove") return parts.triggers.remove(parameters["subscriber"] ?? "")
  const slug = parameters["connection"] ?? ""
  const connection = parts.connections.get(slug)
  if (connection === undefined) return parts.connections.unknown(slug)
  const action = parameters["action"] ?? ""
  const account = request.query.find(([key]) => key === "account_slug")?.[1]
  switch (name) {
    case "connections.get":
      return parts.connections.one(connection)
    case "actions.list":
      return parts.connections.actions(connection)
    case "actions.get":
      return parts.connections.action(connection, action, "action")
    case "actions.inputs":
      return parts.connections.action(connection, action, "inputs")
    case "actions.outputs":
      return parts.connections.action(connection, action, "outputs")
    case "triggers.list":
      return parts.triggers.list(connection, account)
    case "triggers.get":
      return parts.triggers.get(connection, parameters["trigger"] ?? "", account)
    default:
      return undefined
  }
}

/** The operations with a body. */
const write = (
  parts: PlatformParts,
  found: Found,
  request: ModelRequest,
  record: RequestInProgress
): Effect.Effect<FakeResponse> => {
  const { name, parameters } = found
  const slug = parameters["connection"] ?? ""
  const connection = parts.connections.get(slug)
  if (connection === undefined) return Effect.succeed(parts.connections.unknown(slug))
  const body = bodyOf(request, record)
  if (body === undefined) return Effect.succeed(badRequest("the body must be a JSON object"))
  const bytes = request.bytes.byteLength
  if (isOperation(name)) return parts.work.typed({ record, body, bytes }, connection, name)
  switch (name) {
    case "actions.execute":
      return parts.work.action({ record, body, bytes }, connection, parameters["action"] ?? "")
    case "connections.authorize":
      return Effect.succeed(parts.connections.authorize(connection, true))
    case "connections.unauthorize":
      return Effect.succeed(parts.connections.authorize(connection, false))
    case "connections.setActive":
      return Effect.succeed(parts.connections.toggleActive(connection, body["active"]))
    case "triggers.subscribe":
      return Effect.succeed(parts.triggers.subscribe(connection, parameters["trigger"] ?? "", body))
    default:
      return Effect.succeed(notFound(request.path))
  }
}

/** The response of the platform to a request. @internal */
export const handle = (
  parts: PlatformParts,
  request: ModelRequest,
  route: Match,
  record: RequestInProgress,
  now: number
): Effect.Effect<FakeResponse> => {
  if (!isAllowed(parts.world.auth, request.headers)) {
    return Effect.succeed(refuse(401, "UNAUTHORIZED", "no valid service token, and no cookie with its CSRF token"))
  }
  switch (route._tag) {
    case "Unknown":
      return Effect.succeed(notFound(request.path))
    case "Malformed":
      return Effect.succeed(badRequest("the path is not well encoded"))
    case "WrongMethod":
      return Effect.succeed(
        json(405, { code: "METHOD_NOT_ALLOWED", message: `use ${route.allow}` }, { allow: route.allow })
      )
    case "Found": {
      const done = read(parts, route, request, now)
      return done === undefined ? write(parts, route, request, record) : Effect.succeed(done)
    }
  }
}
