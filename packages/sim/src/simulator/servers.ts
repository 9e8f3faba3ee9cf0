import { BosaTest } from "@effect-connectors/testing/BosaTest"
import type { ModelRequest, ModelResponse } from "@effect-connectors/testing/ConnectionsModel"
import { ConnectionsTest } from "@effect-connectors/testing/ConnectionsTest"
import type * as HttpClientRequest from "@effect/platform/HttpClientRequest"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as FiberRef from "effect/FiberRef"
import type * as Scope from "effect/Scope"
import type { SeededRandom } from "./seededRandom.js"
import { drawFault, type ExchangeFault, type FaultProfile } from "./faults.js"
import type { Network } from "./transports.js"
import type { JobTruth, Truth } from "./history.js"
import { currentCall, type Recorder } from "./recorder.js"
import { platformRequest, platformOf, requestKey, requestKindOf } from "./platformRequest.js"
import { applyOrderFault, isOrderFault, type OrderFault } from "./orderFaults.js"
import {
  type ExchangeOutcome,
  type FaultedExchange,
  forever,
  unchanged,
  type PollMemory,
  applyFault,
  type Wire
} from "./applyFault.js"
import { canary } from "../common/canary.js"
import { connectionsOrigin, ends, filesOrigin, forbiddenOrigin, world } from "./world.js"

const openWire = new Set<Wire["_tag"]>(["Hang", "HangBody"])

const measured = (wire: Wire): Wire =>
  wire._tag === "Response"
    ? { ...wire, headers: { ...wire.headers, "content-length": String(Buffer.byteLength(wire.body)) } }
    : wire

/** Chooses the faults of one client, in place of the fault profile. */
export type Script = (request: ModelRequest, attempt: number) => ExchangeFault | OrderFault | undefined

/** Where the server says what it did for the key of an order. */
export const lookupPath = "/api/v1/connections/orders/http/get"

const keyIn = (body: unknown): string | undefined => {
  const text = JSON.stringify(body) ?? ""
  return /"key":"([^"]*)"/.exec(text)?.[1]
}

const isUnwritten = (fault: ExchangeFault | OrderFault | undefined): boolean =>
  fault === "refused" || fault === "tlsFailed"

const markerIn = (body: unknown): string | undefined => {
  const text = JSON.stringify(body) ?? ""
  return /"marker":"([^"]*)"/.exec(text)?.[1]
}

interface Seen {
  first: string | undefined
  last: string | undefined
}

/** Both platforms, and the network with its faults. */
export class Servers {
  /** No exchange meets a fault any more. */
  isFaultless = false
  private exchanges = 0
  private openExchanges = 0
  private openBodies = 0
  private readonly seen = new Map<string, Seen>()
  private readonly gone = new Set<string>()
  private readonly dead = new Set<string>()
  private readonly scripts = new Map<string, Script>()
  /** Clients whose requests go on when they leave, with the time of their attempts. */
  private readonly detached = new Map<string, number>()
  private readonly attempts = new Map<string, number>()

  constructor(
    private readonly connections: ConnectionsTest.Service,
    private readonly bosa: BosaTest.Service,
    private readonly recorder: Recorder,
    private readonly faultProfile: FaultProfile,
    private readonly random: SeededRandom,
    readonly maxBodyBytes: number
  ) {}

  static readonly make = (
    recorder: Recorder,
    faultProfile: FaultProfile,
    random: SeededRandom,
    maxBodyBytes: number
  ): Effect.Effect<Servers, never, Scope.Scope> =>
    Effect.zipWith(
      ConnectionsTest.make(world),
      BosaTest.make(world),
      (connections, bosa) => new Servers(connections, bosa, recorder, faultProfile, random, maxBodyBytes)
    )

  /** A crashed process sends nothing more and gets no response. */
  kill(client: string): void {
    this.dead.add(client)
  }

  script(client: string, script: Script): void {
    this.scripts.set(client, script)
  }

  /** What this client has sent is carried out, whatever becomes of the client. */
  detach(client: string, attemptMillis: number): void {
    this.detached.set(client, attemptMillis)
  }

  /** The network between one client's process and the servers. */
  network(client: string): Network {
    return {
      send: (request, url, limitMillis) => this.exchange(client, request, url, limitMillis),
      opened: () => {
        this.openBodies++
        let isOpen = true
        return () => {
          if (isOpen) this.openBodies--
          isOpen = false
        }
      }
    }
  }

  private faultFor(client: string, request: ModelRequest, key: string): ExchangeFault | OrderFault | undefined {
    if (this.isFaultless) return undefined
    const script = this.scripts.get(client)
    if (script === undefined) return drawFault(this.faultProfile, requestKindOf(request), this.random)
    const attempt = this.attempts.get(client + key) ?? 0
    this.attempts.set(client + key, attempt + 1)
    return script(request, attempt)
  }

  private readonly exchange = Effect.fnUntraced(function* (
    this: Servers,
    client: string,
    sent: HttpClientRequest.HttpClientRequest,
    url: URL,
    limitMillis?: number
  ): Effect.fn.Return<Wire> {
    if (this.dead.has(client)) return yield* forever
    const request = yield* platformRequest(sent, url)
    const requestKind = requestKindOf(request)
    // calls share a discovery that is in flight
    const call = requestKind === "discovery" ? 0 : yield* FiberRef.get(currentCall)
    const exchange = ++this.exchanges
    const key = requestKey(request, url.search)
    const isStrange = url.origin === forbiddenOrigin || url.origin === filesOrigin
    const fault = isStrange && url.origin === forbiddenOrigin ? undefined : this.faultFor(client, request, key)
    const hasSecrets = isStrange && JSON.stringify(request).includes(canary)
    this.recorder.add("send", client, call, requestKind, {
      exchange,
      request: key,
      path: request.path,
      platform: platformOf(url.origin),
      fault: fault ?? "",
      isWritten: !isUnwritten(fault),
      ...(hasSecrets || url.origin === forbiddenOrigin ? { misdirected: true } : {})
    })
    this.openExchanges++
    const abandoned = Effect.sync(() => {
      this.openExchanges--
      this.recorder.add("abandoned", client, call, requestKind, { exchange, fault: fault ?? "" })
    })
    const startedAt = this.recorder.now
    const attemptMillis = this.detached.get(client)
    const own = this.outcomeOf(request, fault, limitMillis, attemptMillis ?? 0)
    const carried = attemptMillis === undefined ? own : Effect.flatMap(Effect.forkDaemon(own), Fiber.join)
    const whole = Effect.flatMap(carried, (outcome) => {
      if (!openWire.has(outcome.wire._tag)) return Effect.succeed(outcome)
      // without a limit of its own the client's timeout ends the wait
      if (limitMillis !== undefined)
        return Effect.delay(Effect.succeed(outcome), Math.max(0, startedAt + limitMillis - this.recorder.now))
      return outcome.wire._tag === "Hang" ? forever : Effect.succeed(outcome)
    })
    const { reply, status, wait, wire: unmeasured } = yield* Effect.onInterrupt(whole, () => abandoned)
    // some responses have no content-length
    const wire = exchange % 4 === 0 ? unmeasured : measured(unmeasured)
    this.openExchanges--
    this.recorder.add("reply", client, call, requestKind, {
      exchange,
      reply,
      ...(status === undefined ? {} : { status }),
      ...(wait === undefined ? {} : { wait })
    })
    return wire
  })

  private readonly outcomeOf = Effect.fnUntraced(function* (
    this: Servers,
    request: ModelRequest,
    fault: ExchangeFault | OrderFault | undefined,
    limitMillis: number | undefined,
    attemptMillis: number
  ): Effect.fn.Return<ExchangeOutcome> {
    const [there, back] = [this.random.between(1, 60), this.random.between(1, 60)]
    yield* Effect.sleep(there)
    const poll = this.pollOf(request)
    const work = this.work(request, poll)
    const exchange: FaultedExchange = {
      random: this.random,
      now: this.recorder.now,
      request,
      maxBodyBytes: this.maxBodyBytes,
      work,
      poll,
      ...(limitMillis === undefined ? {} : { limitMillis: limitMillis - there - back })
    }
    const outcome = yield* fault === undefined
      ? Effect.map(work, unchanged)
      : isOrderFault(fault)
        ? applyOrderFault(fault, exchange, attemptMillis)
        : applyFault(fault, exchange)
    if (!openWire.has(outcome.wire._tag)) yield* Effect.sleep(back)
    return outcome
  })

  private pollOf(request: ModelRequest): (PollMemory & { readonly id: string }) | undefined {
    if (!request.path.startsWith("/api/v1/jobs/")) return undefined
    const id = request.path.slice("/api/v1/jobs/".length)
    const seen = this.seen.get(id)
    const forget = Effect.suspend(() => {
      this.gone.add(id)
      return this.connections.setJob(id, { gone: true })
    })
    return { id, first: seen?.first, last: seen?.last, forget }
  }

  private work(request: ModelRequest, poll: { readonly id: string } | undefined): Effect.Effect<ModelResponse> {
    if (request.origin === filesOrigin || request.origin === forbiddenOrigin) {
      return Effect.succeed({
        _tag: "Answer",
        status: 200,
        headers: { "content-type": "text/markdown" },
        body: "# A skill"
      })
    }
    if (request.path === lookupPath) return this.lookup(request)
    const handled = request.origin === connectionsOrigin ? this.connections.handle(request) : this.bosa.handle(request)
    return poll === undefined ? handled : Effect.tap(handled, (response) => this.remember(poll.id, response))
  }

  private readonly orders = Effect.suspend(() =>
    Effect.map(this.connections.executionLog, (log) => {
      const orders: Record<string, Array<string | undefined>> = {}
      for (const { body, jobId } of log) {
        const key = keyIn(body)
        if (key !== undefined) (orders[key] ??= []).push(jobId === undefined ? undefined : String(jobId))
      }
      return orders
    })
  )

  private lookup({ body }: ModelRequest): Effect.Effect<ModelResponse> {
    return Effect.map(this.orders, (orders) => ({
      _tag: "Answer",
      status: 200,
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ placed: (orders[keyIn(JSON.parse(body)) ?? ""] ?? []).map((job) => job ?? null) })
    }))
  }

  private remember(id: string, response: ModelResponse): Effect.Effect<void> {
    return Effect.sync(() => {
      if (response._tag !== "Answer" || response.status !== 200 || typeof response.body !== "string") return
      if (!/"status":"(?:queued|running)"/.test(response.body)) return
      const first = this.seen.get(id)?.first ?? response.body
      this.seen.set(id, { first, last: response.body })
    })
  }

  /** What the servers really did, once all is over. */
  readonly truth: Effect.Effect<Omit<Truth, "sleepers">> = Effect.suspend(() =>
    Effect.map(
      Effect.all([this.connections.executionLog, this.bosa.executionLog, this.connections.jobs, this.orders]),
      ([ofConnections, ofBosa, jobs, orders]) => {
        const executions: Record<string, number> = {}
        const markers = new Map<string, string | undefined>()
        for (const { body, jobId } of ofConnections) {
          const marker = markerIn(body)
          if (marker !== undefined) executions[marker] = (executions[marker] ?? 0) + 1
          if (jobId !== undefined) markers.set(String(jobId), marker)
        }
        for (const { input } of ofBosa) {
          const marker = markerIn(input)
          if (marker !== undefined) executions[marker] = (executions[marker] ?? 0) + 1
        }
        const truths: Record<string, JobTruth> = {}
        for (const { id, name } of jobs) {
          truths[id] = {
            end: ends[name] ?? "succeeded",
            gone: this.gone.has(String(id)),
            marker: markers.get(String(id))
          }
        }
        return { executions, orders, jobs: truths, openExchanges: this.openExchanges, openBodies: this.openBodies }
      }
    )
  )
}
