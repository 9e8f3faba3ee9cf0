import { Auth } from "@effect-connectors/core/Auth"
import { make as makeBosa } from "@effect-connectors/core/BosaApi"
import * as Call from "@effect-connectors/core/Call"
import { make as makeConnections } from "@effect-connectors/core/ConnectionsApi"
import * as HttpClient from "@effect/platform/HttpClient"
import * as Cause from "effect/Cause"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import { flow } from "effect/Function"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Predicate from "effect/Predicate"
import * as Redacted from "effect/Redacted"
import * as Schedule from "effect/Schedule"
import { canary } from "../common/canary.js"
import { plainClient } from "../baseline/plainClient.js"
import type { SocketKind } from "../faultKinds.js"
import { drawOf } from "./draw.js"
import { allowed, proofs } from "./allowedEnds.js"
import { type Clients, type Operation, operations, type OperationName } from "./operations.js"
import type { CellRecord, Origin } from "./origin.js"
import { type CellSetup, proxy, type Proxy } from "./proxy.js"
import { socketFaults } from "./socketFaults.js"
import type { ForbiddenOrigin } from "./forbiddenOrigin.js"
import { type TransportName, transports } from "./transports.js"

export interface Cell {
  readonly fault: SocketKind
  readonly operation: OperationName
  readonly transport: TransportName
}

export const nameOf = ({ fault, operation, transport }: Cell): string => `${fault}/${operation}/${transport}`

export interface CellWorld {
  readonly origin: Origin
  readonly forbidden: ForbiddenOrigin
  readonly handshakePort: number
  /** Which of the processes that share the work this is. */
  readonly shard: number
  /** Whether the calls are made without the library. */
  readonly isPlain: boolean
}

/** The result of one cell. */
export interface Report {
  readonly name: string
  readonly seed: number
  /** `ok`, `interrupted`, `never ended`, `defect`, or the error's tag. */
  readonly end: string
  readonly calls: number
  readonly applied: number
  readonly executions: number
  readonly duplicates: number
  readonly openSockets: number
  /** Whether a busy machine alone can cause all breaks: a short attempt that timed out before its turn. */
  readonly mayBeLate: boolean
  /** The broken promises. */
  readonly breaks: ReadonlyArray<string>
}

const deadlineMillis = 10_000
/** For calls that are not under test and for faults that take no time: a busy machine must not fail them. */
const ampleTimeout = "5 seconds"
const graceMillis = 1_000

const secret = (name: string) => Redacted.make(`${canary}-${name}`)
const sessions = Auth.headers({
  "x-service-token": secret("token"),
  cookie: secret("cookie"),
  "x-csrf-token": secret("csrf")
})
const keys = Auth.bosa({ apiKey: secret("key"), userToken: secret("user") })

const clientsOf = Effect.fnUntraced(function* (
  client: HttpClient.HttpClient,
  baseUrl: string,
  { hits, operation, fault }: CellSetup
) {
  const options = {
    baseUrl,
    allowInsecureHttp: true,
    // a refused call waits until the listener is back
    retry:
      fault.refuses === true
        ? Schedule.intersect(Schedule.spaced("60 millis"), Schedule.recurs(2))
        : Schedule.recurs(2),
    attemptTimeout: fault.isSlow === true ? "1 second" : ampleTimeout,
    deadline: deadlineMillis,
    maxBodyBytes: 256 * 1024
  } as const
  const jobs = {
    pace: Schedule.spaced("3 millis"),
    notFoundGrace: "10 millis",
    maxConsecutivePollFailures: 1,
    budget: "unlimited",
    // a server that always returns 429 is polled until then
    deadline: fault.family === "429" && hits > 1 ? 2_000 : deadlineMillis
  } as const
  const connections = makeConnections({ ...options, jobs }).pipe(Effect.provide(sessions))
  // discovery is not under test here; the action has its timeout as an option of the call
  const bosa = makeBosa(operation.discovers === true ? { ...options, attemptTimeout: ampleTimeout } : options).pipe(
    Effect.provide(keys)
  )
  const made = yield* Effect.all({ connections, bosa }).pipe(Effect.provideService(HttpClient.HttpClient, client))
  const plain = plainClient(client, baseUrl, `${canary}-token`)
  const clients: Clients = { ...made, attemptTimeout: options.attemptTimeout, plain }
  return clients
}, Effect.orDie)

const endOf = (exit: Exit.Exit<unknown, { readonly _tag: string }>): string =>
  Exit.match(exit, {
    onSuccess: () => "ok",
    onFailure: (cause) =>
      Option.match(Cause.failureOption(cause), {
        onSome: (error) => error._tag,
        onNone: () => (Cause.isInterruptedOnly(cause) ? "interrupted" : "defect")
      })
  })

/** The exit of a call, or nothing a second after its deadline. */
const watched = <A, E>(call: Effect.Effect<A, E>, cellProxy: Proxy, interruptAfter: number | undefined) =>
  Effect.gen(function* () {
    const fiber = yield* Effect.forkDaemon(call)
    if (interruptAfter !== undefined) {
      // mostly once the server has the request, sometimes before
      for (let n = 0; n < 200 && interruptAfter > 5 && cellProxy.applied() === 0; n++) yield* Effect.sleep("2 millis")
      yield* Effect.sleep(interruptAfter)
      yield* Fiber.interruptFork(fiber)
    }
    return yield* Effect.timeoutOption(Fiber.await(fiber), deadlineMillis + graceMillis)
  })

// counts rounds, not time: a process without a turn for seconds does not see that a connection was closed
const settledBy = Effect.fnUntraced(function* (count: () => number) {
  for (let round = 0; count() > 0 && round < 1_500; round++) yield* Effect.sleep("2 millis")
  return count()
})

interface Observed {
  readonly exit: Option.Option<Exit.Exit<unknown, { readonly _tag: string }>>
  readonly busy: number
  readonly matching: number
  readonly follow: ReadonlyArray<string>
  readonly calls: number
  readonly sendsAfter: number
}

const withAmpleTime = flow(Call.withAttemptTimeout(ampleTimeout), Call.withDeadline("1 minute"))

const textOf = (value: unknown): string => JSON.stringify(value) ?? ""

const callsOf = Effect.fnUntraced(function* (
  setup: CellSetup,
  baseUrl: string,
  transport: TransportName,
  cellProxy: Proxy,
  marker: string,
  isPlain: boolean
) {
  const { draw, operation, fault } = setup
  const client = Context.get(yield* Layer.build(transports[transport]), HttpClient.HttpClient)
  const clients = yield* clientsOf(client, baseUrl, setup)
  if (operation.discovers === true) yield* withAmpleTime(Effect.orDie(clients.bosa.connect("demo").info))
  else if (fault.isWarm === true) yield* withAmpleTime(Effect.orDie(clients.connections.get("marker-warm")))
  yield* cellProxy.arm
  const run = isPlain ? (operation.plain ?? operation.run) : operation.run
  const exit = yield* watched(run(clients, marker), cellProxy, fault.interrupts?.(draw))
  const busy = yield* settledBy(cellProxy.busy)
  // what had left before the call ended may still be on its way to the proxy
  yield* Effect.sleep("5 millis")
  const sends = cellProxy.requests()
  const matching = cellProxy.matching()
  if (!cellProxy.disarm()) return { exit, busy, matching, follow: [], calls: 1, sendsAfter: 0 }
  // bytes that are left on a connection must not become the response to another call
  const next = yield* Effect.exit(withAmpleTime(clients.connections.get(`${marker}-next`)))
  const shown = Exit.isSuccess(next) ? textOf(next.value) : endOf(next)
  const follow = shown.includes(`${marker}-next`) ? [] : [`the next call ended in ${shown}`]
  return { exit, busy, matching, follow, calls: 2, sendsAfter: cellProxy.requests() - sends - 1 }
})

const otherEnd = "ended in"

const breaksOf = (
  cell: Cell,
  setup: CellSetup,
  record: CellRecord,
  marker: string,
  seen: Observed,
  end: string
): Array<string> => {
  const { operation, fault } = setup
  const breaks: Array<string> = [...seen.follow]
  const may = allowed(fault.family, operation.kind, cell.transport, setup.hits)
  if (end === "never ended" || end === "defect") breaks.push(end)
  else if (!may.includes("any") && !may.includes(end)) breaks.push(`${otherEnd} ${end}, not in ${may.join(" or ")}`)
  const error = Option.flatMap(seen.exit, (exit) =>
    Exit.isFailure(exit) ? Cause.failureOption(exit.cause) : Option.none()
  )
  if (operation.kind === "poll" && Option.isSome(error) && error.value._tag !== "OutcomeUnknown") {
    const { value } = error
    if (!Predicate.hasProperty(value, "job") || value.job === undefined) breaks.push("the job's reference is lost")
  }
  if (!operation.executes) return breaks
  const own = [...record.executions].filter(([key]) => key.startsWith(marker))
  const target = operation.skip === undefined ? marker : `${marker}/2`
  const targeted = record.executions.get(target) ?? 0
  if (operation.kind !== "idempotent" && own.some(([, count]) => count > 1)) breaks.push("executed twice")
  if (end === "ok" && targeted < 1) breaks.push("ok, and not executed")
  if (operation.kind !== "poll" && proofs.has(end) && targeted > 0) breaks.push(`${end}, and executed`)
  if (end === "ok" && !["corrupt", "short", "page"].includes(fault.family)) {
    const value = Option.getOrUndefined(
      Option.flatMap(seen.exit, (exit) => (Exit.isSuccess(exit) ? Option.some(exit.value) : Option.none()))
    )
    const shown = typeof value === "string" ? value : textOf(value)
    if (!shown.includes(operation.shows(marker)))
      breaks.push(`ok with the response of another call: ${shown.slice(0, 200)}`)
  }
  return breaks
}

let cells = 0

/** Runs one cell: one call that meets one fault. */
export const runCell = Effect.fnUntraced(function* (cell: Cell, seed: number, world: CellWorld) {
  const id = `c${++cells}`
  const marker = `marker-${id}`
  const name = nameOf(cell)
  const draw = drawOf(name, seed)
  const fault = socketFaults[cell.fault]
  const operation: Operation = operations[cell.operation]
  const setup: CellSetup = {
    fault,
    operation,
    draw,
    hits: draw("hits") < 0.5 ? 1 : Number.POSITIVE_INFINITY,
    originPort: world.origin.port,
    handshakePort: world.handshakePort,
    forbiddenUrl: world.forbidden.url,
    // an address of its own: no other process can listen on a port that has to stay closed
    host: fault.refuses === true ? `127.${66 + world.shard}.${(cells >> 8) & 255}.${cells & 255}` : "127.0.0.1"
  }
  const record = world.origin.open(id)
  record.chunked = fault.isPlain !== true && draw("chunked") < 0.5
  record.last = fault.accept !== undefined || fault.refuses === true ? operation.preceding : undefined
  const report = yield* Effect.scoped(
    Effect.gen(function* () {
      const cellProxy = yield* proxy(setup)
      const seen: Observed = yield* Effect.scoped(
        callsOf(setup, `${cellProxy.url}/${id}`, cell.transport, cellProxy, marker, world.isPlain)
      )
      const left = yield* settledBy(cellProxy.open)
      const end = Option.match(seen.exit, { onNone: () => "never ended", onSome: endOf })
      const breaks = breaksOf(cell, setup, record, marker, seen, end)
      // the caller may interrupt earlier, and on a busy machine a short attempt may time out before its turn
      const mayMiss = end === "interrupted" || (fault.isSlow === true && operation.skip !== undefined && end !== "ok")
      if (cellProxy.applied() === 0 && !mayMiss) breaks.push("the fault did not happen")
      // this fault gives no reason to repeat anything
      if (fault.interrupts !== undefined && seen.matching > (operation.requests ?? 1)) breaks.push("sent again")
      if (seen.busy > 0) breaks.push(`${seen.busy} connections were left in the middle of an exchange`)
      if (left > 0) breaks.push(`${left} connections are open after the client is closed`)
      if (seen.sendsAfter > 0 && fault.interrupts === undefined)
        breaks.push(`${seen.sendsAfter} requests after the call had ended`)
      const counts = [...record.executions.values()]
      const result: Report = {
        name,
        seed,
        end,
        calls: seen.calls,
        applied: cellProxy.applied(),
        executions: counts.reduce((sum, count) => sum + count, 0),
        duplicates: operation.kind === "idempotent" ? 0 : counts.filter((count) => count > 1).length,
        openSockets: seen.busy + left,
        mayBeLate:
          (fault.isSlow === true || end.endsWith("DeadlineExceeded")) &&
          breaks.every((text) => text.startsWith(otherEnd)),
        breaks
      }
      return result
    })
  )
  world.origin.forget(id)
  return report
})
