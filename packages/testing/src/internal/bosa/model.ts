import * as Effect from "effect/Effect"
import type { BosaModel, Matcher, BosaModelOptions } from "../../BosaModel.js"
import type { ModelRequest, ModelResponse } from "../../ConnectionsModel.js"
import type { World } from "../../World.js"
import * as MaybeDone from "../fakeServer/maybeDone.js"
import { handleWith, type FakeServer } from "../fakeServer/fakeServer.js"
import { AnswerHistory } from "../fakeServer/answerHistory.js"
import { limitsOf } from "../fakeServer/boundedList.js"
import { unusedScriptsAndFaults } from "../fakeServer/callLog.js"
import { type FaultRules, faultRulesOf } from "../fakeServer/faultRules.js"
import { defaultRequestLimit } from "../fakeServer/requestBody.js"
import { respondTo } from "../fakeServer/respond.js"
import { Scripts } from "../fakeServer/scripts.js"
import { serverTime } from "../fakeServer/serverClock.js"
import { redactHeaders } from "../fakeServer/redactHeaders.js"
import type { RequestListener } from "../fakeServer/requestListener.js"
import { Actions } from "./actions.js"
import { callsIn } from "./calls.js"
import { Catalog } from "./catalog.js"
import { Connectors } from "./connectors.js"
import type { Call } from "./envelope.js"
import { find, handle } from "./handle.js"
import { bodyOf, makeLog, routeOf, startRecord } from "./log.js"
import { Integrations } from "./integrations.js"
import { createdUserOf, Directory } from "./directory.js"
import { defaultCreateClientPath, makeMatch } from "./routes.js"
import { Skills } from "./skills.js"

/** The header of the error contract is sent back. */
const withContract = (request: ModelRequest, response: Effect.Effect<ModelResponse>): Effect.Effect<ModelResponse> => {
  const contract = request.headers["x-gl-error-contract"]
  if (contract === undefined) return response
  return MaybeDone.map(response, (response) =>
    "headers" in response
      ? { ...response, headers: { "x-gl-error-contract": contract, ...response.headers } }
      : response
  )
}

/** The fake platform. The platforms of one server share the fault rules. @internal */
export const make = (
  world: World,
  options?: BosaModelOptions,
  rules: FaultRules = faultRulesOf(world, options?.faults),
  listener?: RequestListener
): BosaModel & FakeServer => {
  const { bosa = {} } = world
  const log = makeLog(limitsOf(options ?? {}))
  const scripts = new Scripts<Matcher>(rules)
  const history = new AnswerHistory()
  const directory = new Directory(bosa)
  const connectors = new Connectors(bosa.connectors ?? [])
  const integrations = new Integrations(directory, (name) => connectors.get(name))
  const actions = new Actions(directory, log)
  const catalog = new Catalog(bosa.catalog ?? {}, connectors, directory)
  const skills = new Skills(bosa.skills ?? [], directory)
  const match = makeMatch(bosa.createClientPath ?? defaultCreateClientPath)
  const requestLimit = options?.requestLimit ?? defaultRequestLimit
  const parts = { requestLimit, directory, connectors, integrations, actions, catalog, skills }

  const receive = (request: ModelRequest, now: number): Effect.Effect<ModelResponse> => {
    const found = find(connectors, match, request)
    const body = bodyOf(request)
    const route = routeOf(found, request, body)
    const record = startRecord(log, request, now, { body, found, route })
    const requestId = `req-${record.index + 1}`
    const call: Call = { request, requestId, now, route: route ?? { operation: "connectors.list" } }
    const { operation, connector, action } = record
    const scripted = scripts.take(request, { operation, connector, action })
    record.scripted = scripted !== undefined
    listener?.({ request, record })
    const respond =
      scripted === undefined
        ? handle(parts, found, call, record)
        : Effect.suspend(() => handle(parts, found, call, record))
    return withContract(request, respondTo(record, requestId, scripted, respond, history))
  }

  return {
    receive,
    handle: handleWith({ receive }),
    apiKey: directory.firstClient.apiKey,
    requests: Effect.sync(() => log.requests.map(redactHeaders)),
    executionLog: Effect.sync(() => log.executions.map((execution) => ({ ...execution }))),
    executionCount: Effect.sync(() => log.executionCount),
    calls: callsIn(log, () => unusedScriptsAndFaults(scripts, rules)),
    executions: (connector, action) => Effect.sync(() => log.executionsOf(connector, action)),
    users: Effect.map(serverTime, (now) => directory.views(now)),
    user: (identifier) => Effect.sync(() => createdUserOf(directory.user(identifier))),
    token: (identifier) => Effect.map(serverTime, (now) => directory.issue(directory.user(identifier), now).token),
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
