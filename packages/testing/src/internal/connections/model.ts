import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import type {
  ConnectionsModel,
  ConnectionsModelOptions,
  Matcher,
  ModelRequest,
  ModelResponse
} from "../../ConnectionsModel.js"
import type { World } from "../../World.js"
import { AnswerHistory } from "../fakeServer/answerHistory.js"
import { limitsOf } from "../fakeServer/boundedList.js"
import { unusedScriptsAndFaults } from "../fakeServer/callLog.js"
import { type FakeServer, handleWith } from "../fakeServer/fakeServer.js"
import { type FaultRules, faultRulesOf } from "../fakeServer/faultRules.js"
import type { RequestListener } from "../fakeServer/requestListener.js"
import { respondTo } from "../fakeServer/respond.js"
import { Scripts } from "../fakeServer/scripts.js"
import { serverMillis, serverTime } from "../fakeServer/serverClock.js"
import { callsIn } from "./calls.js"
import { Connections } from "./connections.js"
import { handle, type PlatformParts } from "./handle.js"
import { Jobs } from "./jobs.js"
import { Log } from "./log.js"
import { match } from "./routes.js"
import { Triggers } from "./triggers.js"
import { WorkRunner } from "./work.js"

/** The fake platform. The platforms of one server share the fault rules. @internal */
export const make = (
  world: World,
  options?: ConnectionsModelOptions,
  shared?: FaultRules,
  listener?: RequestListener
): Effect.Effect<ConnectionsModel & FakeServer, never, Scope.Scope> =>
  Effect.map(Effect.scope, (scope) => {
    const limits = limitsOf(options ?? {})
    const rules = shared ?? faultRulesOf(world, options?.faults)
    const log = new Log(limits)
    const scripts = new Scripts<Matcher>(rules)
    const history = new AnswerHistory()
    const jobs = new Jobs(world.jobIds ?? "text", limits)
    const parts: PlatformParts = {
      world,
      log,
      jobs,
      connections: new Connections(world, options),
      triggers: new Triggers(world),
      work: new WorkRunner(world, jobs, log, scope, options?.lenient === true)
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
          ? handle(parts, request, route, record, now)
          : Effect.clockWith((clock) => handle(parts, request, route, record, serverMillis(clock)))
      return respondTo(record, `req-${record.index + 1}`, scripted, respond, history)
    }
    return {
      receive,
      handle: handleWith({ receive }),
      requests: Effect.sync(() => log.requests),
      executionLog: Effect.sync(() => log.executions.map((execution) => ({ ...execution }))),
      executionCount: Effect.sync(() => log.executionCount),
      calls: callsIn(log, () => unusedScriptsAndFaults(scripts, rules)),
      executions: (connection, name) => Effect.sync(() => log.executionsOf(connection, name)),
      jobs: Effect.map(serverTime, (now) => jobs.views(now)),
      connections: Effect.sync(() => parts.connections.views),
      subscribers: Effect.sync(() => parts.triggers.ids),
      respondNext: (matcher, answers) => Effect.sync(() => scripts.add(matcher, answers)),
      unusedScripts: Effect.sync(() => scripts.unused),
      ...rules.state,
      setJob: (id, change) => Effect.map(serverTime, (now) => jobs.change(id, change, now)),
      clearLog: Effect.sync(() => log.clear())
    }
  })
