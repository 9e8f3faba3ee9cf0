import * as Cause from "effect/Cause"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Option from "effect/Option"
import type * as Scope from "effect/Scope"
import { ExecutorFailure, type Json, type JsonObject, type Operation } from "../../Executor.js"
import type { JobPlan, World } from "../../World.js"
import { inputCheckOf } from "../parameters/inputCheck.js"
import type { FakeResponse } from "../fakeServer/response.js"
import { badRequest, ok, refuse } from "./responses.js"
import { type LiveConnection, unknownAction } from "./connections.js"
import type { Jobs } from "./jobs.js"
import { durationOf, failureOf, type WorkOutcome } from "./jobState.js"
import { reportDefect } from "../fakeServer/reportDefect.js"
import { serverTime } from "../fakeServer/serverClock.js"
import { check, isBuiltIn, refuseUnknown } from "../parameters/check.js"
import { inputRefusal } from "./actionInput.js"
import type { Log, RequestInProgress } from "./log.js"

interface ExecuteQuery {
  readonly async: boolean
  readonly timeoutMillis: number | undefined
}

/** A request for work. @internal */
interface WorkRequest {
  readonly record: RequestInProgress
  readonly body: JsonObject
  /** The length of the body as it was sent. */
  readonly bytes: number
}

interface Task {
  readonly connection: LiveConnection
  readonly name: string
  readonly plan: JobPlan
  readonly work: Effect.Effect<Json, ExecutorFailure>
}

const bodyFields = ["input", "options"]

const refused = ({ code, message, status }: ExecutorFailure): Effect.Effect<FakeResponse> =>
  Effect.succeed(refuse(status, code, message))

const invalidInput = (message: string): Effect.Effect<never, ExecutorFailure> =>
  Effect.fail(new ExecutorFailure({ status: 400, code: "INVALID_INPUT", message }))

const executeQueryOf = (query: ReadonlyArray<readonly [string, string]>): ExecuteQuery | undefined => {
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

const responseOf = (plan: JobPlan, exit: Exit.Exit<Json, ExecutorFailure>): FakeResponse => {
  const planned = failureOf(plan)
  if (planned !== undefined) return refuse(planned.status, planned.code, planned.message)
  if (Exit.isSuccess(exit)) {
    const last = plan.steps?.reduce<Json | undefined>((result, step) => step.result ?? result, undefined)
    return ok({ result: last ?? exit.value })
  }
  const failure = Option.getOrUndefined(Cause.failureOption(exit.cause))
  if (failure !== undefined) return refuse(failure.status, failure.code, failure.message)
  return Cause.isInterruptedOnly(exit.cause)
    ? refuse(500, "FAKE_ENDED", "the scope of this fake is closed: keep it open for as long as the fake is used")
    : refuse(500, "INTERNAL", "the work broke")
}

/** Starts work, counts it, and responds with its result or with a job. @internal */
export class WorkRunner {
  constructor(
    private readonly world: World,
    private readonly jobs: Jobs,
    private readonly log: Log,
    private readonly scope: Scope.Scope,
    private readonly lenient: boolean
  ) {}

  action(request: WorkRequest, connection: LiveConnection, slug: string): Effect.Effect<FakeResponse> {
    const { body } = request
    const action = connection.actions.get(slug)
    if (action === undefined) return Effect.succeed(unknownAction(connection, slug))
    const input = body["input"] ?? {}
    const names = this.lenient ? Effect.void : refuseUnknown(body, bodyFields, bodyFields, "a field of the body")
    const refusal = inputRefusal(action, input)
    const checked =
      refusal === undefined ? (inputCheckOf(action.handler)?.(input) ?? Effect.void) : invalidInput(refusal)
    const work = Effect.suspend(() => {
      if (action.handler === undefined) return Effect.succeed(action.echo === true ? input : (action.result ?? null))
      const execution = this.log.executionsOf(connection.view.slug, slug)
      return action.handler(input, { connection: connection.view.slug, action: slug, body, execution })
    })
    return Effect.matchEffect(Effect.zipRight(names, checked), {
      onFailure: refused,
      onSuccess: () => this.start(request, { connection, name: slug, plan: action, work })
    })
  }

  typed(request: WorkRequest, connection: LiveConnection, operation: Operation): Effect.Effect<FakeResponse> {
    const { body } = request
    const kind = operation.slice(0, operation.indexOf("."))
    if (connection.view.kind !== kind) {
      return Effect.succeed(badRequest(`${connection.view.slug} is of kind ${connection.view.kind}, not ${kind}`))
    }
    const plan = connection.definition.plans?.[operation] ?? connection.definition.plans?.["*"] ?? {}
    const parameters = isBuiltIn(connection.executor) ? check(operation, body, this.lenient) : Effect.succeed(body)
    return Effect.matchEffect(parameters, {
      onFailure: refused,
      onSuccess: (given) => {
        const work = Effect.suspend(() => connection.executor({ connection: connection.view, operation, body: given }))
        return this.start(request, { connection, name: operation, plan, work })
      }
    })
  }

  private start(request: WorkRequest, task: Task): Effect.Effect<FakeResponse> {
    const { slug } = task.connection.view
    if (!task.connection.active) return Effect.succeed(refuse(409, "CONNECTION_INACTIVE", `${slug} is not active`))
    if (!task.connection.authorized) {
      return Effect.succeed(refuse(409, "CONNECTION_UNAUTHORIZED", `${slug} is not authorized`))
    }
    const query = executeQueryOf(request.record.query)
    if (query === undefined) return Effect.succeed(badRequest("timeout_ms must be a whole number of milliseconds"))
    return this.run(request, task, query)
  }

  private readonly run = Effect.fnUntraced(function* (
    this: WorkRunner,
    { body, bytes, record }: WorkRequest,
    task: Task,
    query: ExecuteQuery
  ) {
    const { plan, name } = task
    const connection = task.connection.view.slug
    const createdAt = yield* serverTime
    const execution = this.log.execute({ at: createdAt, connection, name, body }, bytes)
    record.executed = true
    const outcome: WorkOutcome = { exit: undefined, jobId: undefined }
    const done = yield* Deferred.make<void>()
    // in the scope of the platform: a client that leaves does not stop the work of a server. Only the work can be
    // interrupted: in a scope that is closed it is, before it starts, and the client still gets a response
    yield* task.work.pipe(
      reportDefect(connection, name),
      Effect.interruptible,
      Effect.onExit((exit) => {
        outcome.exit = exit
        if (outcome.jobId !== undefined) this.jobs.settle(outcome.jobId)
        return Deferred.succeed(done, undefined)
      }),
      Effect.exit,
      Effect.forkIn(this.scope),
      Effect.uninterruptible
    )
    const length = durationOf(plan)
    if (plan.polls === undefined && (plan.atOnce === true || (plan.alwaysJob !== true && !query.async))) {
      // work that takes no time is over after this, and needs no timer
      yield* Effect.yieldNow()
      const limit = plan.atOnce === true ? Infinity : (query.timeoutMillis ?? this.world.syncLimitMillis ?? 20_000)
      if (length > 0 || outcome.exit === undefined) yield* this.wait(done, length, limit)
      if (outcome.exit !== undefined && length <= limit) return responseOf(plan, outcome.exit)
    }
    const id = this.jobs.create({ connection, name, createdAt, plan, outcome })
    execution.jobId = id
    outcome.jobId = id
    return ok({ job_id: id })
  })

  /** Waits until the work is over, both by its plan and in fact, but no longer than the limit. */
  private wait(done: Deferred.Deferred<void>, length: number, limit: number): Effect.Effect<void> {
    if (length > limit) return Effect.sleep(limit)
    const over = Effect.zipRight(length > 0 ? Effect.sleep(length) : Effect.void, Deferred.await(done))
    return limit === Infinity ? over : Effect.asVoid(Effect.timeoutOption(over, limit))
  }
}
