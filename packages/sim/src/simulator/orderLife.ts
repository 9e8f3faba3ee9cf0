import { Completed, type Execution, Accepted } from "@effect-connectors/core/Job"
import { JobRef } from "@effect-connectors/core/JobRef"
import { Ledger } from "@effect-connectors/core/Ledger"
import { LedgerFailed } from "@effect-connectors/core/LedgerError"
import { type Entry, isPending, type LedgerJournal } from "@effect-connectors/core/LedgerJournal"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as Option from "effect/Option"
import * as Predicate from "effect/Predicate"
import * as Scope from "effect/Scope"
import { recordCall, returnedValue } from "./callLog.js"
import { type ClientProcess, start, type Tenant } from "./clientProcess.js"
import { run, sends } from "./connectionCalls.js"
import type { Invoked } from "./history.js"
import type { OrderFault } from "./orderFaults.js"
import type { Recorder } from "./recorder.js"
import type { ExchangeFault } from "./faults.js"
import type { SeededRandom } from "./seededRandom.js"
import { lookupPath, type Servers } from "./servers.js"
import { connectionsOrigin } from "./world.js"

/** One order: its key, the action that places it, and whether the program can find out what became of it. */
interface Order {
  readonly key: string
  readonly action: string
  readonly isVerified: boolean
}

const submitFaults: ReadonlyArray<readonly [ExchangeFault | OrderFault | "none", number]> = Object.entries({
  none: 6,
  refused: 1,
  limitedBefore: 2,
  status401: 0.5,
  status403: 0.5,
  status404: 0.5,
  status408: 0.5,
  status500: 0.5,
  status502: 1,
  unavailable: 0.5,
  gatewayTimeout: 0.5,
  reset: 1,
  lostAnswer: 1.5,
  hang: 1,
  hangAfterCommit: 1,
  cutBody: 0.5,
  badJson: 0.5,
  retryableTrue: 0.3,
  redirect: 0.3,
  lateWork: 3
} satisfies Partial<Record<ExchangeFault | OrderFault | "none", number>>) as ReadonlyArray<
  readonly [ExchangeFault | OrderFault | "none", number]
>

const readFaults: ReadonlyArray<readonly [ExchangeFault | "none", number]> = [
  ["none", 10],
  ["refused", 1],
  ["unavailable", 1],
  ["reset", 1],
  ["status403", 0.5],
  ["hang", 0.5],
  ["badJson", 0.5]
]

/** A journal that outlives its processes, and that one of them has at a time. */
class SharedJournal {
  readonly entries = new Map<string, Entry>()
  private holder = -1

  /** The journal as this process has it: until another one takes it, or until it crashes. */
  open(incarnation: number, isDead: () => boolean): LedgerJournal {
    this.holder = incarnation
    const held = Effect.suspend(() =>
      this.holder !== incarnation
        ? Effect.fail(new LedgerFailed({ step: "write", code: "TAKEN_OVER" }))
        : isDead()
          ? Effect.fail(new LedgerFailed({ step: "write", code: "CLOSED" }))
          : Effect.void
    )
    const { entries } = this
    return {
      get: (key) => Effect.sync(() => Option.fromNullable(entries.get(key))),
      put: (entry) =>
        Effect.zipRight(
          held,
          Effect.sync(() => void entries.set(entry.key, entry))
        ),
      remove: (key) =>
        Effect.zipRight(
          held,
          Effect.sync(() => void entries.delete(key))
        ),
      pending: Effect.sync(() => Array.from(entries.values()).filter(isPending)),
      stillHeld: held
    }
  }
}

const executions = (value: unknown): ReadonlyArray<unknown> =>
  Predicate.hasProperty(value, "placed") && Array.isArray(value.placed) ? value.placed : []

// the server says which orders it has, and by which jobs
const verifier = (process: ClientProcess, { key }: Order) => {
  const id = process.log.recorder.call()
  const call: Invoked = { class: "safe", policy: "default", maxSends: sends(process, 3), path: lookupPath }
  const read = process.connections.http.get("orders", { query: { key } })
  return Effect.map(
    recordCall(process.log, "ledger.verify", call, read, () => ({}), id),
    (found) => {
      const placed = found._tag === "Completed" ? executions(found.value) : []
      const [job] = placed
      if (placed.length === 0) return Ledger.notDone
      if (typeof job !== "string") return Completed({ result: { key } })
      const ref = {
        v: 1,
        api: "connections",
        origin: connectionsOrigin,
        jobId: job,
        operation: "actions.execute"
      } as const
      return Accepted(new JobRef({ ...ref, submittedAt: 0 }))
    }
  )
}

const following = (order: Order, more: Partial<Invoked>): Invoked => ({
  class: "safe",
  policy: "default",
  maxSends: 0,
  order: order.key,
  ...more
})

/** The same line that a program runs again and again: submit the order, and follow its job. */
const line = (process: ClientProcess, ledger: Ledger.Service, order: Order, random: SeededRandom) =>
  Effect.suspend(() => {
    const { action, isVerified, key } = order
    const execution = run(process, random, "crm", action, { async: true }, true, { key })
    const drain = random.pick<false | number | undefined>([undefined, undefined, false, 500])
    const work = { operation: action, connection: "crm", input: { key }, resubmit: "failed", drain } as const
    const submitted: Effect.Effect<Execution, { readonly _tag: string }> = isVerified
      ? ledger.submit(key, execution, { ...work, verify: Effect.suspend(() => verifier(process, order)) })
      : ledger.submit(key, execution, work)
    const recorded = recordCall(process.log, "ledger.submit", following(order, {}), submitted, (done) =>
      done._tag === "Accepted" ? { job: done.job.jobId } : {}
    )
    return Effect.flatMap(recorded, (done) => {
      if (done._tag === "Completed") return Effect.void
      const call = following(order, { job: done.job.jobId })
      const result = process.connections.jobs.result(done, { deadline: 60_000 })
      return Effect.asVoid(
        recordCall(process.log, "jobs.result", call, result, (value) => ({
          ...returnedValue(value),
          end: true,
          job: done.job.jobId
        }))
      )
    })
  })

const tries = 3

const pursued = Effect.fnUntraced(function* (
  process: ClientProcess,
  ledger: Ledger.Service,
  order: Order,
  random: SeededRandom
) {
  yield* Effect.sleep(random.between(0, 4000))
  for (let turn = 0; turn < tries; turn++) {
    const fiber = yield* Effect.fork(line(process, ledger, order, random))
    if (random.chance(0.3)) {
      yield* Effect.raceFirst(Fiber.await(fiber), Effect.sleep(random.pick([5, 40, 200, 2000, 9000, 40_000])))
      yield* Fiber.interrupt(fiber)
    }
    const exit = yield* Fiber.await(fiber)
    if (Exit.isSuccess(exit)) return
    yield* Effect.sleep(random.between(10, 3000))
  }
})

const orderActions = ["note", "sync", "quick", "at-once", "broken"] as const

const ordersOf = (random: SeededRandom, prefix: string): ReadonlyArray<Order> =>
  Array.from({ length: random.between(3, 6) }, (_, index) => {
    const action = random.pick(orderActions)
    // of a failed order and its next try the server gives two executions: nobody can tell which one was lost
    return { key: `${prefix}.o${index}`, action, isVerified: action !== "broken" && random.chance(0.7) }
  })

/** Processes that come after one another, or take over from one another, and pursue the same orders through one ledger. */
export const orderLife = Effect.fnUntraced(function* (
  servers: Servers,
  recorder: Recorder,
  tenant: Tenant,
  random: SeededRandom
) {
  const journal = new SharedJournal()
  const orders = ordersOf(random, String(tenant.index))
  const scopes: Array<Scope.CloseableScope> = []
  const live = Effect.fnUntraced(function* (
    incarnation: number,
    work: (process: ClientProcess, ledger: Ledger.Service) => Effect.Effect<unknown>
  ) {
    const scope = yield* Scope.make()
    scopes.push(scope)
    const process = yield* Scope.extend(start(servers, recorder, tenant, incarnation), scope)
    const { client } = process.log
    servers.detach(client, tenant.attemptTimeout)
    servers.script(client, ({ method, path }) => {
      const fault = random.weighted(method === "GET" || path === lookupPath ? readFaults : submitFaults)
      return fault === "none" ? undefined : fault
    })
    const ledger = Ledger.make(journal.open(incarnation, () => process.log.isDead))
    yield* ledger.pending.pipe(Effect.orDie)
    const fiber = yield* Effect.forkDaemon(work(process, ledger))
    return { process, fiber, client }
  })
  const all = (process: ClientProcess, ledger: Ledger.Service) =>
    Effect.forEach(orders, (order) => pursued(process, ledger, order, random), {
      concurrency: "unbounded",
      discard: true
    })

  const count = random.between(1, 3)
  for (let incarnation = 0; incarnation < count; incarnation++) {
    const { client, fiber, process } = yield* live(incarnation, all)
    const isLast = incarnation === count - 1
    const end = random.pick(["natural", "crash", "takeover"])
    if (isLast || end === "natural") {
      yield* Fiber.await(fiber)
      continue
    }
    yield* Effect.raceFirst(Fiber.await(fiber), Effect.sleep(random.between(20, 30_000)))
    if (end === "takeover") continue
    process.log.isDead = true
    servers.kill(client)
    recorder.add("crash", client, 0, "crash", {})
    yield* Fiber.interruptFork(fiber)
  }
  // without faults, everybody who can find out does
  servers.isFaultless = true
  const { fiber } = yield* live(8, (process, ledger) =>
    Effect.forEach(orders, (order) => Effect.exit(line(process, ledger, order, random)), {
      concurrency: "unbounded",
      discard: true
    })
  )
  yield* Fiber.await(fiber)
  yield* Effect.sleep("5 minutes")
  for (const scope of scopes) yield* Scope.close(scope, Exit.void)
  for (const { action, isVerified, key } of orders) {
    const entry = journal.entries.get(key)
    recorder.add("order", String(tenant.index), 0, action, {
      key,
      isVerified,
      state: entry?._tag ?? "free",
      ...(entry?._tag === "Accepted" ? { job: entry.job.jobId } : {})
    })
  }
})
