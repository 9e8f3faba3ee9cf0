import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import type {
  ConnectionsModel,
  Matcher,
  ModelRequest,
  ModelResponse,
  ConnectionsModelOptions
} from "../../ConnectionsModel.js"
import type { JsonObject } from "../../Executor.js"
import type { World } from "../../World.js"
import { json } from "../fakeServer/response.js"
import { handleWith, type FakeServer } from "../fakeServer/client.js"
import { AnswerHistory } from "../fakeServer/answerHistory.js"
import { unusedScriptsAndFaults } from "../fakeServer/callLog.js"
import { type FaultRules, faultRulesOf } from "../fakeServer/faultRules.js"
import { isObject, parse } from "../fakeServer/json.js"
import { respondTo } from "../fakeServer/respond.js"
import { Scripts } from "../fakeServer/scripts.js"
import type { RequestListener } from "../fakeServer/requestListener.js"
import { type Answer, badRequest, notFound, refuse } from "./responses.js"
import { isAllowed } from "./auth.js"
import { callsIn } from "./calls.js"
import { Connections } from "./connections.js"
import { Jobs } from "./jobs.js"
import { Log, type OpenRequest } from "./log.js"
import { isOperation, match, type Match } from "./routes.js"
import { Triggers } from "./triggers.js"
import { WorkRunner } from "./work.js"

type Found = Extract<Match, { readonly _tag: "Found" }>

interface PlatformParts {
  readonly world: World
  readonly log: Log
  readonly connections: Connections
  readonly triggers: Triggers
  readonly jobs: Jobs
  readonly work: WorkRunner
}

const bodyOf = (request: ModelRequest): JsonObject | undefined => {
  const body = parse(request.body)
  return isObject(body) ? body : undefined
}

/** Reads, which need no body. */
const read = (
  parts: PlatformParts,
  { name, parameters }: Found,
  request: ModelRequest,
  now: number
): Answer | undefined => {
  if (name === "jobs.get") return parts.jobs.get(parameters["job"] ?? "", now)
  if (name === "connections.list") return parts.connections.list(request.query)
  if (name === "catalog.list") return parts.connections.catalog
  if (name === "subscribers.remove") return parts.triggers.remove(parameters["subscriber"] ?? "")
  const slug = parameters["connection"] ?? ""
  const connection = parts.connections.get(slug)
  if (connection === undefined) return notFound(`the connection ${slug}`)
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

/** Everything with a body. */
const write = (
  parts: PlatformParts,
  found: Found,
  request: ModelRequest,
  record: OpenRequest
): Effect.Effect<Answer> => {
  const { name, parameters } = found
  const connection = parts.connections.get(parameters["connection"] ?? "")
  if (connection === undefined) return Effect.succeed(notFound("the connection"))
  const body = bodyOf(request)
  if (body === undefined) return Effect.succeed(badRequest("the body must be a JSON object"))
  if (isOperation(name)) return parts.work.typed(record, connection, name, body)
  switch (name) {
    case "actions.execute":
      return parts.work.action(record, connection, parameters["action"] ?? "", body)
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

const answer = (
  parts: PlatformParts,
  request: ModelRequest,
  route: Match,
  record: OpenRequest,
  now: number
): Effect.Effect<Answer> => {
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

/** A model; platforms of one server share the rules of their faults. @internal */
export const make = (
  world: World,
  options?: ConnectionsModelOptions,
  shared?: FaultRules,
  listener?: RequestListener
): Effect.Effect<ConnectionsModel & FakeServer, never, Scope.Scope> =>
  Effect.map(Effect.scope, (scope) => {
    const rules = shared ?? faultRulesOf(world, options?.faults)
    const log = new Log(options?.logLimit ?? 100_000)
    const scripts = new Scripts<Matcher>(rules)
    const history = new AnswerHistory()
    const jobs = new Jobs(world.jobIds ?? "text")
    const parts: PlatformParts = {
      world,
      log,
      jobs,
      connections: new Connections(world, options),
      triggers: new Triggers(world),
      work: new WorkRunner(world, jobs, log, scope)
    }
    const receive = (request: ModelRequest, now: number): Effect.Effect<ModelResponse> => {
      const route = match(request.method, request.path)
      const record = log.start(now, request, route)
      const { operation, connection, action } = record
      const scripted = scripts.take(request, { operation, connection, action })
      record.scripted = scripted !== undefined
      listener?.({ request, record })
      const respond =
        scripted === undefined
          ? answer(parts, request, route, record, now)
          : Effect.clockWith((clock) => answer(parts, request, route, record, clock.unsafeCurrentTimeMillis()))
      return respondTo(record, `req-${record.index + 1}`, scripted, respond, history)
    }
    return {
      receive,
      handle: handleWith({ receive: receive }),
      requests: Effect.sync(() => log.requests),
      executionLog: Effect.sync(() => log.executions.map((execution) => ({ ...execution }))),
      calls: callsIn(log, () => unusedScriptsAndFaults(scripts, rules)),
      executions: (connection, name) => Effect.sync(() => log.executionsOf(connection, name)),
      jobs: Effect.map(Clock.currentTimeMillis, (now) => jobs.views(now)),
      connections: Effect.sync(() => parts.connections.views),
      subscribers: Effect.sync(() => parts.triggers.ids),
      respondNext: (matcher, answers) => Effect.sync(() => scripts.add(matcher, answers)),
      unusedScripts: Effect.sync(() => scripts.unused),
      ...rules.state,
      setJob: (id, change) => Effect.map(Clock.currentTimeMillis, (now) => jobs.change(id, change, now)),
      clearLog: Effect.sync(() => log.clear())
    }
  })
