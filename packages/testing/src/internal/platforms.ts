import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Scope from "effect/Scope"
import type { Calls } from "../Calls.js"
import type { BosaModel } from "../BosaModel.js"
import type { ConnectionsModel } from "../ConnectionsModel.js"
import type { ExecutorFailure } from "../Executor.js"
import type { Plan } from "../Faults.js"
import type { World } from "../World.js"
import { make as makeBosa } from "./bosa/model.js"
import * as executors from "./executors/executors.js"
import { rulesOf } from "./fakeServer/faultRules.js"
import type { Watch } from "./fakeServer/requestListener.js"
import { make as makeConnections } from "./connections/model.js"

/** @internal */
export interface Options extends executors.Options {
  /** Whether what stands behind the typed operations is real, or in memory. */
  readonly real: boolean
  readonly faults: Plan | undefined
  readonly watch: Watch
}

/** Both platforms of a world, which begin anew when they are told to. @internal */
export interface PlatformPair {
  readonly connections: ConnectionsModel
  readonly bosa: BosaModel
  /** Back to the world as it was at the start; work that goes on is interrupted, requests that come meanwhile wait. */
  readonly reset: Effect.Effect<void, ExecutorFailure>
}

const build = Effect.fnUntraced(function* (world: World, { faults, real, watch, ...rest }: Options) {
  const executorFor = real ? yield* executors.make(world, rest) : undefined
  const rules = rulesOf(world, faults)
  const connections = yield* makeConnections(world, executorFor === undefined ? {} : { executorFor }, rules, watch)
  return { connections, bosa: makeBosa(world, {}, rules, watch) }
})

/** The calls of whichever model there is when one looks. */
const callsOver = <O extends string>(
  over: <A, E>(use: (calls: Calls<O>) => Effect.Effect<A, E>) => Effect.Effect<A, E>
): Calls<O> => ({
  log: over((calls) => calls.log),
  all: over((calls) => calls.all),
  of: (operation) => over((calls) => calls.of(operation)),
  executes: (where, work) => over((calls) => calls.executes(where, work)),
  executions: (where, work) => over((calls) => calls.executions(where, work)),
  unmatched: over((calls) => calls.unmatched),
  verify: over((calls) => calls.verify)
})

/** The state of both, for as long as the scope is open. @internal */
export const make = Effect.fnUntraced(function* (
  world: World,
  options: Options
): Effect.fn.Return<PlatformPair, ExecutorFailure, Scope.Scope> {
  const parent = yield* Effect.scope
  const open = Effect.gen(function* () {
    const scope = yield* Scope.fork(parent, { _tag: "Sequential" })
    const models = yield* Scope.extend(build(world, options), scope)
    return { ...models, scope }
  })
  let now = yield* open
  const isOpen = yield* Effect.makeLatch(true)
  const one = yield* Effect.makeSemaphore(1)
  const reset = Effect.gen(function* () {
    yield* isOpen.close
    yield* Scope.close(now.scope, Exit.void)
    now = yield* open
  }).pipe(Effect.ensuring(isOpen.open), Effect.uninterruptible, one.withPermits(1))

  const connections = <A, E>(use: (model: ConnectionsModel) => Effect.Effect<A, E>): Effect.Effect<A, E> =>
    Effect.zipRight(
      isOpen.await,
      Effect.suspend(() => use(now.connections))
    )
  const bosa = <A, E>(use: (model: BosaModel) => Effect.Effect<A, E>): Effect.Effect<A, E> =>
    Effect.zipRight(
      isOpen.await,
      Effect.suspend(() => use(now.bosa))
    )
  return {
    reset,
    connections: {
      handle: (request) => connections((model) => model.handle(request)),
      requests: connections((model) => model.requests),
      executionLog: connections((model) => model.executionLog),
      executions: (connection, name) => connections((model) => model.executions(connection, name)),
      jobs: connections((model) => model.jobs),
      connections: connections((model) => model.connections),
      subscribers: connections((model) => model.subscribers),
      respondNext: (matcher, answers) => connections((model) => model.respondNext(matcher, answers)),
      unusedScripts: connections((model) => model.unusedScripts),
      setFaults: (plan) => connections((model) => model.setFaults(plan)),
      faults: connections((model) => model.faults),
      unusedFaults: connections((model) => model.unusedFaults),
      setJob: (id, change) => connections((model) => model.setJob(id, change)),
      clearLog: connections((model) => model.clearLog),
      calls: callsOver((use) => connections((model) => use(model.calls)))
    },
    bosa: {
      handle: (request) => bosa((model) => model.handle(request)),
      apiKey: now.bosa.apiKey,
      requests: bosa((model) => model.requests),
      executionLog: bosa((model) => model.executionLog),
      executions: (connector, action) => bosa((model) => model.executions(connector, action)),
      users: bosa((model) => model.users),
      user: (identifier) => bosa((model) => model.user(identifier)),
      token: (identifier) => bosa((model) => model.token(identifier)),
      link: (identifier, connector, account) => bosa((model) => model.link(identifier, connector, account)),
      unlink: (identifier, connector, account) => bosa((model) => model.unlink(identifier, connector, account)),
      revokeToken: (token) => bosa((model) => model.revokeToken(token)),
      respondNext: (matcher, answers) => bosa((model) => model.respondNext(matcher, answers)),
      unusedScripts: bosa((model) => model.unusedScripts),
      setFaults: (plan) => bosa((model) => model.setFaults(plan)),
      faults: bosa((model) => model.faults),
      unusedFaults: bosa((model) => model.unusedFaults),
      changeAction: (connector, action, change) => bosa((model) => model.changeAction(connector, action, change)),
      removeAction: (connector, action) => bosa((model) => model.removeAction(connector, action)),
      clearLog: bosa((model) => model.clearLog),
      calls: callsOver((use) => bosa((model) => use(model.calls)))
    }
  }
})
