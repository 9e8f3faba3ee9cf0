import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import type { BosaModel, Execution, Matcher, BosaModelOptions, RecordedRequest } from "../../BosaModel.js"
import type { ModelRequest, ModelResponse } from "../../ConnectionsModel.js"
import type { Json } from "../../Executor.js"
import type { World } from "../../World.js"
import type { FakeResponse } from "../fakeServer/response.js"
import * as Begun from "../fakeServer/maybeDone.js"
import { handleWith, type FakeServer } from "../fakeServer/client.js"
import { AnswerHistory } from "../fakeServer/answerHistory.js"
import { unusedScriptsAndFaults } from "../fakeServer/callLog.js"
import { type FaultRules, faultRulesOf } from "../fakeServer/faultRules.js"
import { isObject, parse } from "../fakeServer/json.js"
import { RequestHistory } from "../fakeServer/requestHistory.js"
import { respondTo } from "../fakeServer/respond.js"
import { maxBodyBytes } from "../fakeServer/requestBody.js"
import { Scripts } from "../fakeServer/scripts.js"
import { redactHeaders } from "../fakeServer/redactHeaders.js"
import type { RequestListener } from "../fakeServer/requestListener.js"
import { Actions } from "./actions.js"
import { callsIn } from "./calls.js"
import { Catalog } from "./catalog.js"
import { Connectors, type LiveAction } from "./connectors.js"
import { type Call, refusal, refuse, tooLarge } from "./envelope.js"
import { Integrations } from "./integrations.js"
import { createdUserOf, Directory } from "./directory.js"
import { defaultCreateClientPath, makeMatch, type Match, type Route } from "./routes.js"
import { Skills } from "./skills.js"
import { authenticate, createClient, createUser, me } from "./users.js"

type Found = Match | { readonly _tag: "Action"; readonly action: LiveAction }

const hidden = new Set(["secret", "configuration"])

/** The parsed body, without what only its owner may know. */
const bodyOf = (request: ModelRequest): Json | undefined => {
  if (request.body === "" || request.headers["content-type"]?.includes("json") !== true) return undefined
  const body = parse(request.body)
  if (!isObject(body) || !Object.keys(body).some((name) => hidden.has(name))) return body
  return Object.fromEntries(Object.entries(body).map(([name, value]) => [name, hidden.has(name) ? "<hidden>" : value]))
}

// Two operations have a path in common with another one.
const refine = (route: Route, request: ModelRequest, body: Json | undefined): Route => {
  if (route.operation === "connectors.list" && request.query.some(([name]) => name === "modules")) {
    return { ...route, operation: "connectors.discover" }
  }
  return route.operation === "integrations.initiate" && isObject(body) && body["auth_type"] === "custom"
    ? { ...route, operation: "integrations.configure" }
    : route
}

/** A model; platforms of one server share the rules of their faults. @internal */
export const make = (
  world: World,
  options?: BosaModelOptions,
  rules: FaultRules = faultRulesOf(world, options?.faults),
  listener?: RequestListener
): BosaModel & FakeServer => {
  const { bosa = {} } = world
  const log = new RequestHistory<RecordedRequest, Execution>(options?.logLimit ?? 100_000)
  const scripts = new Scripts<Matcher>(rules)
  const history = new AnswerHistory()
  const directory = new Directory(bosa)
  const connectors = new Connectors(bosa.connectors ?? [])
  const integrations = new Integrations(directory, (name) => connectors.get(name))
  const actions = new Actions(directory, log)
  const catalog = new Catalog(bosa.catalog ?? {}, connectors, directory)
  const skills = new Skills(bosa.skills ?? [], directory)
  const match = makeMatch(bosa.createClientPath ?? defaultCreateClientPath)

  const find = ({ method, path }: ModelRequest): Found => {
    const action = connectors.action(path)
    if (action === undefined) return match(method, path)
    return method === "POST" ? { _tag: "Action", action } : { _tag: "WrongMethod", allow: "POST" }
  }

  const unknown = (call: Call): FakeResponse => {
    const [, connector = "", ...rest] = call.request.path.split("/")
    return rest.length > 0 && connectors.get(connector) !== undefined
      ? refusal(call, 404, "ACTION_NOT_FOUND", `${connector} has no action at ${call.request.path}`)
      : refusal(call, 404, "NOT_FOUND", `${call.request.path} does not exist`)
  }

  const answer = (call: Call): FakeResponse => {
    switch (call.route.operation) {
      case "connectors.list":
      case "connectors.discover":
        return connectors.discover(call)
      case "connectors.names":
        return connectors.names
      case "clients.create":
        return createClient(directory, call)
      case "users.create":
        return createUser(directory, call)
      case "users.authenticate":
        return authenticate(directory, call)
      case "users.me":
        return me(directory, call)
      case "oauth.authorize":
        return integrations.authorize(call)
      case "catalog.tools":
      case "catalog.mcps":
      case "catalog.skills":
      case "catalog.search":
        return catalog.handle(call)
      case "skills.list":
      case "skills.get":
      case "skills.artifact":
        return skills.handle(call)
      default:
        return integrations.handle(call)
    }
  }

  const respond = (found: Found, call: Call, record: { executed: boolean }): Effect.Effect<FakeResponse> => {
    if (call.request.bytes.byteLength > maxBodyBytes) return Effect.succeed(tooLarge(call.requestId))
    switch (found._tag) {
      case "Action":
        return actions.execute(call, record, found.action)
      case "Found":
        return Effect.succeed(answer(call))
      case "Unknown":
        return Effect.succeed(unknown(call))
      case "Malformed":
        return Effect.succeed(refusal(call, 400, "BAD_REQUEST", "the path is not well encoded"))
      case "WrongMethod": {
        const { allow } = found
        return Effect.succeed(refuse(call.requestId, { status: 405, message: `use ${allow}`, headers: { allow } }))
      }
    }
  }

  const receive = (request: ModelRequest, now: number): Effect.Effect<ModelResponse> => {
    const found = find(request)
    const body = bodyOf(request)
    const route: Route | undefined =
      found._tag === "Found"
        ? refine(found.route, request, body)
        : found._tag === "Action"
          ? { operation: "actions.execute", connector: found.action.connector }
          : undefined
    const record = log.record({
      index: log.nextIndex(),
      at: now,
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
    })
    const requestId = `req-${record.index + 1}`
    const call: Call = { request, requestId, now, route: route ?? { operation: "connectors.list" } }
    const { operation, connector, action } = record
    const scripted = scripts.take(request, { operation, connector, action })
    record.scripted = scripted !== undefined
    listener?.({ request, record })
    const own =
      scripted === undefined ? respond(found, call, record) : Effect.suspend(() => respond(found, call, record))
    const rest = respondTo(record, requestId, scripted, own, history)
    const contract = request.headers["x-gl-error-contract"]
    if (contract === undefined) return rest
    const withContract = (response: ModelResponse): ModelResponse =>
      "headers" in response
        ? { ...response, headers: { "x-gl-error-contract": contract, ...response.headers } }
        : response
    return Begun.map(rest, withContract)
  }

  return {
    receive: receive,
    handle: handleWith({ receive: receive }),
    apiKey: directory.firstClient.apiKey,
    requests: Effect.sync(() => log.requests.map(redactHeaders)),
    executionLog: Effect.sync(() => log.executions.map((execution) => ({ ...execution }))),
    calls: callsIn(log, () => unusedScriptsAndFaults(scripts, rules)),
    executions: (connector, action) => Effect.sync(() => log.executionsOf(`${connector}/${action}`)),
    users: Effect.map(Clock.currentTimeMillis, (now) => directory.views(now)),
    user: (identifier) => Effect.sync(() => createdUserOf(directory.user(identifier))),
    token: (identifier) =>
      Effect.map(Clock.currentTimeMillis, (now) => directory.issue(directory.user(identifier), now).token),
    link: (identifier, connector, account) =>
      Effect.sync(() => directory.link(directory.user(identifier), connector, account ?? identifier)),
    unlink: (identifier, connector, account) =>
      Effect.sync(() => void directory.unlink(directory.user(identifier), connector, account)),
    revokeToken: (token) => Effect.sync(() => directory.revoke(token)),
    respondNext: (matcher, answers) => Effect.sync(() => scripts.add(matcher, answers)),
    unusedScripts: Effect.sync(() => scripts.unused),
    ...rules.state,
    changeAction: (connector, action, change) => Effect.sync(() => connectors.change(connector, action, change)),
    removeAction: (connector, action) => Effect.sync(() => connectors.remove(connector, action)),
    clearLog: Effect.sync(() => log.clear())
  }
}
