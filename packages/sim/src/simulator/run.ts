import { VirtualClock } from "@effect-connectors/testing/VirtualClock"
import * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as Logger from "effect/Logger"
import * as LogLevel from "effect/LogLevel"
import * as RuntimeFlags from "effect/RuntimeFlags"
import * as RuntimeFlagsPatch from "effect/RuntimeFlagsPatch"
import * as Scope from "effect/Scope"
import { bosaCalls } from "./bosaCalls.js"
import { connectionCalls, type Operation } from "./connectionCalls.js"
import { SeededRandom } from "./seededRandom.js"
import type { History, Truth } from "./history.js"
import { jobCalls, resume } from "./jobCalls.js"
import { orderLife } from "./orderLife.js"
import { type ScheduledCall, type Scenario, scenarioOf, type TenantScenario } from "./scenario.js"
import { type ClientProcess, start, type Tenant } from "./clientProcess.js"
import { Recorder } from "./recorder.js"
import { Servers } from "./servers.js"
import { burst } from "./burst.js"
import { canary } from "../common/canary.js"

const startMillis = 1_700_000_000_000
const maxBodyBytes = 32 * 1024

const operations: Readonly<Record<string, Operation>> = { ...connectionCalls, ...jobCalls, ...bosaCalls }

// a log that shows a secret is an event of the history
const logger = (recorder: Recorder) =>
  Logger.make(({ cause, message }) => {
    const text = `${String(message)} ${Cause.isEmpty(cause) ? "" : Cause.pretty(cause)}`
    if (text.includes(canary)) recorder.add("leak", "", 0, "log", { sink: "log" })
  })

const perform = Effect.fnUntraced(function* (process: ClientProcess, scenario: ScheduledCall) {
  const operation = operations[scenario.name]
  if (operation === undefined) return
  yield* Effect.sleep(scenario.at)
  const fiber = yield* Effect.fork(operation(process, new SeededRandom(scenario.seed)))
  if (scenario.interruptAfter !== undefined) {
    const isOver = yield* Effect.raceFirst(
      Effect.as(Fiber.await(fiber), true),
      Effect.as(Effect.sleep(scenario.interruptAfter), false)
    )
    if (!isOver) yield* Fiber.interrupt(fiber)
  }
  yield* Fiber.await(fiber)
})

// an interrupted call releases what it holds within a millisecond
const rest = ({ connections, log }: ClientProcess) =>
  Effect.map(Effect.delay(connections.jobs.stats, 1), (stats) => {
    const { inFlight, timers, watched } = stats
    log.recorder.add("rest", log.client, 0, "rest", { watched, inFlight, timers })
  })

// a process that ends by itself, or crashes and loses everything
const live = Effect.fnUntraced(function* (
  servers: Servers,
  recorder: Recorder,
  tenant: Tenant,
  incarnation: number,
  work: (process: ClientProcess) => Effect.Effect<void>,
  crashAt: number | undefined
) {
  const scope = yield* Scope.make()
  const process = yield* Scope.extend(start(servers, recorder, tenant, incarnation), scope)
  const { client } = process.log
  const fiber = yield* Effect.fork(work(process))
  const hasCrashed =
    crashAt === undefined
      ? yield* Effect.as(Fiber.await(fiber), false)
      : yield* Effect.raceFirst(Effect.as(Fiber.await(fiber), false), Effect.as(Effect.sleep(crashAt), true))
  if (hasCrashed) {
    process.log.isDead = true
    servers.kill(client)
    recorder.add("crash", client, 0, "crash", {})
    yield* Fiber.interrupt(fiber)
  } else {
    yield* rest(process)
  }
  yield* Scope.close(scope, Exit.void)
  return hasCrashed
})

const all = (process: ClientProcess, calls: ReadonlyArray<ScheduledCall>): Effect.Effect<void> =>
  Effect.forEach(calls, (call) => perform(process, call), { concurrency: "unbounded", discard: true })

const resumed = (process: ClientProcess, random: SeededRandom, jobs: ReadonlyArray<string>, deadline: number) =>
  Effect.forEach(jobs, (job) => Effect.exit(resume(process, random, job, deadline)), {
    concurrency: "unbounded",
    discard: true
  })

const lifeOf = Effect.fnUntraced(function* (servers: Servers, recorder: Recorder, scenario: TenantScenario) {
  const { tenant } = scenario
  const random = new SeededRandom(scenario.seed)
  if (scenario.burst === "orders") return yield* orderLife(servers, recorder, tenant, random)
  if (scenario.burst !== undefined) {
    const kind = scenario.burst
    yield* live(servers, recorder, tenant, 0, (process) => burst(servers, process, kind, random), undefined)
    return
  }
  const hasCrashed = yield* live(
    servers,
    recorder,
    tenant,
    0,
    (process) => all(process, scenario.calls),
    scenario.crashAt
  )
  if (!hasCrashed) return
  // nothing of the old process is left but what it stored
  const again = (process: ClientProcess) =>
    Effect.zipRight(
      resumed(process, random, Array.from(tenant.store.keys()), random.pick([20_000, 60_000])),
      all(process, scenario.callsAfterCrash)
    )
  yield* live(servers, recorder, tenant, 1, again, undefined)
})

const concluded = (recorder: Recorder): ReadonlySet<string> => {
  const jobs = new Set<string>()
  for (const event of recorder.events) {
    if ((event.kind === "ok" && event.detail.end === true) || event.kind === "fail") {
      if (event.detail.job !== undefined) jobs.add(event.detail.job)
    }
  }
  return jobs
}

// without faults, each stored reference must lead to the outcome that the server knows
const audit = Effect.fnUntraced(function* (servers: Servers, recorder: Recorder, { seed, tenant }: TenantScenario) {
  const random = new SeededRandom(seed + 1)
  const known = concluded(recorder)
  const jobs = Array.from(tenant.store.keys()).filter((job) => !known.has(job) || random.chance(0.3))
  if (jobs.length === 0) return
  yield* live(servers, recorder, tenant, 9, (process) => resumed(process, random, jobs, 45_000), undefined)
})

// servers are other machines: their clocks are not set
const setClocks = (virtual: VirtualClock.Service, recorder: Recorder, { clockJumps }: Scenario) =>
  Effect.forEach(
    clockJumps,
    ({ after, byMillis }) =>
      Effect.zipRight(
        Effect.delay(virtual.jumpWallTime(byMillis), after),
        Effect.sync(() =>
          recorder.add("clock", "", 0, "clock", { fault: byMillis < 0 ? "clockBack" : "clockForward", byMillis })
        )
      ),
    { discard: true }
  )

const program = (virtual: VirtualClock.Service, scenario: Scenario, recorder: Recorder) =>
  Effect.gen(function* () {
    const scope = yield* Scope.make()
    const clocks = yield* Effect.fork(setClocks(virtual, recorder, scenario))
    const servers = yield* Scope.extend(
      Servers.make(recorder, scenario.faultProfile, new SeededRandom(scenario.faultSeed), maxBodyBytes),
      scope
    )
    yield* Effect.forEach(scenario.tenants, (tenant) => lifeOf(servers, recorder, tenant), {
      concurrency: "unbounded",
      discard: true
    })
    servers.isFaultless = true
    yield* Effect.forEach(scenario.tenants, (tenant) => audit(servers, recorder, tenant), { discard: true })
    yield* Fiber.interrupt(clocks)
    // a discovery is shared: it may outlive the calls that wait for it, but it must end
    yield* Effect.sleep("15 minutes")
    const truth = yield* servers.truth
    yield* Scope.close(scope, Exit.void)
    return truth
  }).pipe(
    Effect.provide(Logger.replace(Logger.defaultLogger, logger(recorder))),
    scenario.logsAll ? Logger.withMinimumLogLevel(LogLevel.Debug) : (self) => self
  )

const nothing: Omit<Truth, "sleepers"> = { executions: {}, orders: {}, jobs: {}, openExchanges: 0, openBodies: 0 }

/** Runs one seed. The same seed gives the same history. */
export const simulate = (seed: number): Promise<History> => simulateScenario(seed, scenarioOf(seed))

/** The same, and nobody sets a clock. */
export const simulateEvenly = (seed: number): Promise<History> =>
  simulateScenario(seed, { ...scenarioOf(seed), clockJumps: [] })

const simulateScenario = (seed: number, scenario: Scenario): Promise<History> => {
  let recorder: Recorder | undefined
  const run = Effect.gen(function* () {
    const virtual = yield* VirtualClock
    const written = new Recorder(virtual.clock, startMillis)
    recorder = written
    const truth = yield* program(virtual, scenario, written)
    // timers of interrupted fibers are removed at the next turn
    yield* Effect.yieldNow()
    return { ...truth, sleepers: yield* virtual.pending }
  })
  return Effect.runPromise(
    // the metrics of the runtime are not used
    Effect.withRuntimeFlagsPatch(RuntimeFlagsPatch.disable(RuntimeFlags.RuntimeMetrics))(
      VirtualClock.run(run, { seed, startMillis, maxAdvances: 60_000 })
    ).pipe(
      Effect.catchAllCause((cause) => Effect.succeed({ ...nothing, sleepers: 0, stuck: Cause.pretty(cause) })),
      Effect.map((truth) => ({ seed, events: recorder?.events ?? [], truth }))
    )
  )
}
