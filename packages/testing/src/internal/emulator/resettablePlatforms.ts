import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Predicate from "effect/Predicate"
import * as Scope from "effect/Scope"
import type { BosaModel } from "../../BosaModel.js"
import type { ConnectionsModel } from "../../ConnectionsModel.js"
import type { ExecutorFailure } from "../../Executor.js"
import type { Plan } from "../../Faults.js"
import type { World } from "../../World.js"
import * as executors from "../executors/executors.js"
import { faultRulesOf } from "../fakeServer/faultRules.js"
import type { RequestListener } from "../fakeServer/requestListener.js"
import type { PlatformSettings } from "../platform.js"
import { forEachPlatform, makePlatforms } from "../platforms.js"

/** @internal */
export interface ResettablePlatformsOptions
  extends executors.ExecutorsOptions, Pick<PlatformSettings, "limits" | "requestLimit"> {
  /** Whether real executors do the typed work, or small ones in memory. */
  readonly real: boolean
  readonly faults: Plan | undefined
  /** Whether names that a platform does not know pass. */
  readonly lenient: boolean
  readonly listener: RequestListener
}

/** The platforms of a world, which can be reset to the start of that world. @internal */
export interface ResettablePlatforms {
  readonly connections: ConnectionsModel
  readonly bosa: BosaModel
  /** Forgets the recorded requests and executions of every platform. */
  readonly clearLogs: Effect.Effect<void>
  /** Resets every platform. Work in progress is interrupted; requests that come during the reset wait. */
  readonly reset: Effect.Effect<void, ExecutorFailure>
}

const build = Effect.fnUntraced(function* (
  world: World,
  { faults, lenient, limits, listener: onRequest, real, requestLimit, ...rest }: ResettablePlatformsOptions
) {
  const executorFor = real ? yield* executors.make(world, rest) : undefined
  const rules = faultRulesOf(world, faults)
  return yield* makePlatforms(world, { executorFor, lenient, rules, limits, requestLimit, listener: onRequest })
})

const member = (object: object, key: PropertyKey): unknown => Reflect.get(object, key)

const effectOf = (value: unknown, args: ReadonlyArray<unknown>): Effect.Effect<unknown, unknown, unknown> => {
  const effect: unknown = Predicate.isFunction(value) ? Reflect.apply(value, undefined, [...args]) : value
  return Effect.isEffect(effect) ? effect : Effect.dieMessage("a member of a fake platform is not an effect")
}

/** The object that `current` gives at the time of each use. Its effects wait until the gate is open. */
const latest = <A extends object>(current: () => A, gate: Effect.Effect<void>): A =>
  new Proxy(current(), {
    get: (_, key): unknown => {
      const value = member(current(), key)
      const run = (...args: ReadonlyArray<unknown>) =>
        Effect.zipRight(
          gate,
          Effect.suspend(() => effectOf(member(current(), key), args))
        )
      if (Predicate.isFunction(value)) return run
      if (Effect.isEffect(value)) return run()
      return Predicate.isObject(value) ? latest(() => Object(member(current(), key)), gate) : value
    }
  })

/** Starts the platforms; they end with the scope. @internal */
export const make = Effect.fnUntraced(function* (
  world: World,
  options: ResettablePlatformsOptions
): Effect.fn.Return<ResettablePlatforms, ExecutorFailure, Scope.Scope> {
  const parent = yield* Effect.scope
  const start = Effect.gen(function* () {
    const scope = yield* Scope.fork(parent, { _tag: "Sequential" })
    const { bosa, connections } = yield* Scope.extend(build(world, options), scope)
    const { receive: _connections, ...connectionsModel } = connections
    const { receive: _bosa, ...bosaModel } = bosa
    return { scope, connections: connectionsModel, bosa: bosaModel }
  })
  let current = yield* start
  const gate = yield* Effect.makeLatch(true)
  const oneReset = yield* Effect.makeSemaphore(1)
  const reset = Effect.gen(function* () {
    yield* gate.close
    yield* Scope.close(current.scope, Exit.void)
    current = yield* start
  }).pipe(Effect.ensuring(gate.open), Effect.uninterruptible, oneReset.withPermits(1))
  const models = {
    connections: latest(() => current.connections, gate.await),
    bosa: latest(() => current.bosa, gate.await)
  }
  const clearLogs = Effect.all(Object.values(forEachPlatform(({ name }) => models[name].clearLog)), { discard: true })
  return { ...models, clearLogs, reset }
})
