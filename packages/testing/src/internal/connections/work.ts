import * as Cause from "effect/Cause"
import * as Clock from "effect/Clock"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Option from "effect/Option"
import type * as Scope from "effect/Scope"
import type { ExecutorFailure, Json, JsonObject, Operation } from "../../Executor.js"
import type { Plan, World, WorldAction } from "../../World.js"
import { type Answer, badRequest, notFound, ok, refuse } from "./responses.js"
import type { Live } from "./connections.js"
import { failureOf, type Jobs, lengthOf, type Outcome } from "./jobs.js"
import { toldWhenBroken } from "../fakeServer/reportDefect.js"
import { isObject } from "../fakeServer/json.js"
import type { Log, OpenRequest } from "./log.js"

interface Asked {
  readonly async: boolean
  readonly timeoutMillis: number | undefined
}

interface Task {
  readonly connection: Live
  readonly name: string
  readonly plan: Plan
  readonly body: JsonObject
  readonly work: Effect.Effect<Json, ExecutorFailure>
}

const asked = (query: ReadonlyArray<readonly [string, string]>): Asked | undefined => {
  let async = false
  let timeoutMillis: number | undefined
  for (const [name, value] of query) {
    if (name === "async") async = value === "true"
    if (name !== "timeout_ms") continue
    if (!/^\d{1,15}$/.test(value)) return undefined
    timeoutMillis = Number(value)
  }
  return { async, timeoutMillis }
}

const missing = (action: WorldAction, input: Json | undefined): string | undefined => {
  for (const { name, required } of action.inputs ?? []) {
    if (typeof name !== "string" || required !== true) continue
    if (!isObject(input) || input[name] === undefined) return name
  }
  return undefined
}

const answerOf = (plan: Plan, exit: Exit.Exit<Json, ExecutorFailure>): Answer => {
  const planned = failureOf(plan)
  if (planned !== undefined) return refuse(planned.status, planned.code, planned.message)
  if (Exit.isSuccess(exit)) {
    const last = plan.steps?.reduce<Json | undefined>((result, step) => step.result ?? result, undefined)
    return ok({ result: last ?? exit.value })
  }
  const failure = Option.getOrUndefined(Cause.failureOption(exit.cause))
  return failure === undefined
    ? refuse(500, "INTERNAL", "the work broke")
    : refuse(failure.status, failure.code, failure.message)
}

/** Starts work, counts it, and answers with its result or with a job. @internal */
export class Works {
  constructor(
    private readonly world: World,
    private readonly jobs: Jobs,
    private readonly log: Log,
    private readonly scope: Scope.Scope
  ) {}

  action(record: OpenRequest, connection: Live, slug: string, body: JsonObject): Effect.Effect<Answer> {
    const action = connection.actions.get(slug)
    if (action === undefined) return Effect.succeed(notFound(`the action ${slug} of ${connection.seen.slug}`))
    const input = body["input"] ?? {}
    const name = missing(action, input)
    if (name !== undefined) return Effect.succeed(refuse(400, "INVALID_INPUT", `the input ${name} is required`))
    const work = Effect.suspend(() => {
      if (action.handler === undefined) return Effect.succeed(action.echo === true ? input : (action.result ?? null))
      const execution = this.log.executionsOf(connection.seen.slug, slug)
      return action.handler(input, { connection: connection.seen.slug, action: slug, body, execution })
    })
    return this.start(record, { connection, name: slug, plan: action, body, work })
  }

  typed(record: OpenRequest, connection: Live, operation: Operation, body: JsonObject): Effect.Effect<Answer> {
    const kind = operation.slice(0, operation.indexOf("."))
    if (connection.seen.kind !== kind) {
      return Effect.succeed(badRequest(`${connection.seen.slug} is of kind ${connection.seen.kind}, not ${kind}`))
    }
    const plan = connection.definition.plans?.[operation] ?? connection.definition.plans?.["*"] ?? {}
    const work = Effect.suspend(() => connection.executor({ connection: connection.seen, operation, body }))
    return this.start(record, { connection, name: operation, plan, body, work })
  }

  private start(record: OpenRequest, task: Task): Effect.Effect<Answer> {
    const { slug } = task.connection.seen
    if (!task.connection.active) return Effect.succeed(refuse(409, "CONNECTION_INACTIVE", `${slug} is not active`))
    if (!task.connection.authorized) {
      return Effect.succeed(refuse(409, "CONNECTION_UNAUTHORIZED", `${slug} is not authorized`))
    }
    const wanted = asked(record.query)
    if (wanted === undefined) return Effect.succeed(badRequest("timeout_ms must be a whole number of milliseconds"))
    return this.run(record, task, wanted)
  }

  private readonly run = Effect.fnUntraced(function* (this: Works, record: OpenRequest, task: Task, wanted: Asked) {
    const { plan, name } = task
    const connection = task.connection.seen.slug
    const createdAt = yield* Clock.currentTimeMillis
    const execution = this.log.execute(createdAt, connection, name, task.body)
    record.executed = true
    const outcome: Outcome = { exit: undefined }
    const done = yield* Deferred.make<void>()
    // In the model's scope: a client that goes away does not stop a server.
    yield* task.work.pipe(
      toldWhenBroken(connection, name),
      Effect.onExit((exit) => {
        outcome.exit = exit
        return Deferred.succeed(done, undefined)
      }),
      Effect.exit,
      Effect.interruptible,
      Effect.forkIn(this.scope)
    )
    const length = lengthOf(plan)
    if (plan.polls === undefined && (plan.atOnce === true || (plan.alwaysJob !== true && !wanted.async))) {
      // Work that needs no time is over after this, and then no timer is set.
      yield* Effect.yieldNow()
      const limit = plan.atOnce === true ? Infinity : (wanted.timeoutMillis ?? this.world.syncLimitMillis ?? 20_000)
      if (length > 0 || outcome.exit === undefined) yield* this.wait(done, length, limit)
      if (outcome.exit !== undefined && length <= limit) return answerOf(plan, outcome.exit)
    }
    const id = this.jobs.create({ connection, name, createdAt, plan, outcome })
    execution.jobId = id
    return ok({ job_id: id })
  })

  /** Until the work is over, by its plan and in fact, but no longer than the limit. */
  private wait(done: Deferred.Deferred<void>, length: number, limit: number): Effect.Effect<void> {
    if (length > limit) return Effect.sleep(limit)
    const over = Effect.zipRight(length > 0 ? Effect.sleep(length) : Effect.void, Deferred.await(done))
    return limit === Infinity ? over : Effect.asVoid(Effect.timeoutOption(over, limit))
  }
}
