import { Auth } from "@effect-connectors/core/Auth"
import { BosaApi } from "@effect-connectors/core/BosaApi"
import { make as makeConnections } from "@effect-connectors/core/ConnectionsApi"
import type { Dialect } from "@effect-connectors/core/Dialect"
import type { InvalidRequest } from "@effect-connectors/core/InvalidRequest"
import * as UserAuth from "@effect-connectors/core/UserAuth"
import { VirtualClock } from "@effect-connectors/testing/VirtualClock"
import * as HttpClient from "@effect/platform/HttpClient"
import * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Layer from "effect/Layer"
import * as Logger from "effect/Logger"
import * as LogLevel from "effect/LogLevel"
import * as Predicate from "effect/Predicate"
import * as Redacted from "effect/Redacted"
import type * as Scope from "effect/Scope"
import { addCount, type Counts } from "../common/counts.js"
import { SeededRandom } from "../simulator/seededRandom.js"
import { type FuzzResponse, fuzzResponse, FuzzServer, goodResponse } from "./fuzzServer.js"
import { connectionsOperations } from "./connectionsOperations.js"
import { connectorsOperations, discovered } from "./bosaOperations.js"
import { mutated, polluted } from "./mutate.js"
import type { Clients, Operation } from "./operation.js"

/** Every operation of both platforms. */
export const operations: ReadonlyArray<Operation> = [...connectionsOperations, ...connectorsOperations]

/** What is wrong with how a call ended. */
interface Finding {
  readonly seed: number
  readonly operation: string
  readonly kind: "defect" | "hang" | "pollution" | "foreign error"
  readonly detail: string
  readonly body: string
}

const baseUrl = "http://localhost:8081"
const key = Redacted.make("key")

const bosaOver = (client: HttpClient.HttpClient, dialect: Dialect, auth: Layer.Layer<Auth, InvalidRequest>) =>
  BosaApi.make({ baseUrl, dialect, createClient: { path: "/clients", header: "x-api-user" } }).pipe(
    Effect.provide(auth),
    Effect.provideService(HttpClient.HttpClient, client)
  )

const clientsOver = (client: HttpClient.HttpClient): Effect.Effect<Clients, InvalidRequest, Scope.Scope> =>
  Effect.gen(function* () {
    const auth = Auth.bosa({ apiKey: key, userToken: Redacted.make("token") })
    const over = (dialect: Dialect) => bosaOver(client, dialect, auth)
    const userAuth = (dialect: Dialect) =>
      UserAuth.layer({ apiKey: key, identifier: "ann", secret: key, baseUrl, dialect }).pipe(
        Layer.provide(Layer.succeed(HttpClient.HttpClient, client))
      )
    return {
      connections: yield* makeConnections({ baseUrl, jobs: { keepEnds: 0, budget: "unlimited" } }).pipe(
        Effect.provide(Auth.serviceToken(key)),
        Effect.provideService(HttpClient.HttpClient, client)
      ),
      bosa: { bosa: yield* over("bosa"), "bosa-0.3": yield* over("bosa-0.3"), gl: yield* over("gl") },
      fresh: (dialect) => Effect.orDie(bosaOver(client, dialect, userAuth(dialect)))
    }
  })

const isObject = (value: unknown): value is object => typeof value === "object" && value !== null

/** Whether a part of a value shows the mark without owning it: its prototype came from the body. */
export const isPolluted = (value: unknown): boolean => {
  const left: Array<unknown> = [value]
  const seen = new Set<unknown>()
  while (left.length > 0 && seen.size < 2_000) {
    const one = left.pop()
    if (!isObject(one) || seen.has(one)) continue
    seen.add(one)
    if (polluted in one && !Object.hasOwn(one, polluted)) return true
    if (ArrayBuffer.isView(one)) continue
    for (const descriptor of Object.values(Object.getOwnPropertyDescriptors(one)).slice(0, 200))
      left.push(descriptor.value)
  }
  return false
}

const natives = [Object.prototype, Array.prototype, Function.prototype, String.prototype]
const shapeOf = () => natives.map((native) => Reflect.ownKeys(native).length).join()
const pristine = shapeOf()

interface Ending {
  readonly kind: Finding["kind"] | "value" | "error"
  readonly detail: string
}

const printable = (error: object): boolean =>
  `${String(error)}${JSON.stringify(error)}${"message" in error ? String(error.message) : ""}`.length > 0

const endingOf = (operation: Operation, exit: Exit.Exit<unknown, unknown>): Ending => {
  if (shapeOf() !== pristine) return { kind: "pollution", detail: "a prototype of the language was changed" }
  if (Exit.isSuccess(exit)) {
    return isPolluted(exit.value) ? { kind: "pollution", detail: "the value" } : { kind: "value", detail: "" }
  }
  const failure = Cause.failureOption(exit.cause)
  if (failure._tag === "None") return { kind: "defect", detail: Cause.pretty(exit.cause) }
  const error = failure.value
  if (error === watchdog) return { kind: "hang", detail: "it did not end" }
  if (!isObject(error) || !Predicate.hasProperty(error, "_tag") || !operation.tags.has(String(error._tag))) {
    return { kind: "foreign error", detail: Cause.pretty(exit.cause) }
  }
  if (isPolluted(error)) return { kind: "pollution", detail: "the error" }
  try {
    return printable(error) ? { kind: "error", detail: String(error._tag) } : { kind: "defect", detail: "no text" }
  } catch (thrown) {
    return { kind: "defect", detail: `it cannot be printed: ${String(thrown)}` }
  }
}

const watchdog = Symbol("the call did not end")

const isDiscovery = (method: string, url: string): boolean => method === "GET" && /\/connectors\/(\?|$)/.test(url)

/** The responses of a server whose response to one operation is mutated. */
const script = (operation: Operation, faulted: FuzzResponse) => {
  let others = 0
  return (request: { readonly method: string; readonly url: string }): FuzzResponse => {
    if (!operation.discovers && isDiscovery(request.method, request.url)) return goodResponse(discovered)
    if (operation.discovers && !isDiscovery(request.method, request.url)) return goodResponse({ data: 1 })
    const before = operation.before[others++]
    return before === undefined ? faulted : goodResponse(before)
  }
}

interface FaultedOperation {
  readonly operation: Operation
  readonly response: FuzzResponse
}

/** The mutated response of a seed, and its operation: the same for the same seed. */
export const faultedOperation = (seed: number, among: ReadonlyArray<Operation>): FaultedOperation | undefined => {
  const random = new SeededRandom(seed)
  const operation = among[random.between(0, among.length - 1)]
  if (operation === undefined) return undefined
  const body = mutated(random, operation.good[random.between(0, operation.good.length - 1)])
  return { operation, response: fuzzResponse(random, operation.status, body) }
}

/** How bodies ended. */
export interface Tally {
  bodies: number
  values: number
  errors: Counts
  sends: number
  readonly operations: Set<string>
  readonly findings: Array<Finding>
}

export const emptyTally = (): Tally => ({
  bodies: 0,
  values: 0,
  errors: {},
  sends: 0,
  operations: new Set(),
  findings: []
})

const count = (tally: Tally, seed: number, { response, operation }: FaultedOperation, ending: Ending): void => {
  tally.bodies++
  tally.operations.add(operation.name)
  const { detail, kind } = ending
  if (kind === "value") tally.values++
  else if (kind === "error") addCount(tally.errors, detail)
  else {
    const body = `${response.status} ${JSON.stringify(response.headers)} ${new TextDecoder().decode(response.body.slice(0, 300))}`
    tally.findings.push({ seed, operation: operation.name, kind, detail, body })
  }
}

const batch = (tally: Tally, from: number, size: number, among: ReadonlyArray<Operation>) =>
  Effect.gen(function* () {
    const server = new FuzzServer(1_000)
    const plain = yield* clientsOver(server.client)
    const buffering = yield* clientsOver(server.buffering)
    for (let seed = from; seed < from + size; seed++) {
      const faulted = faultedOperation(seed, among)
      if (faulted === undefined) return
      const { response, operation } = faulted
      server.respondWith(script(operation, response))
      const clients = response.arrives === "buffered" ? buffering : plain
      const called = Effect.timeoutFail(
        Effect.suspend(() => operation.run(clients)),
        { duration: "1 day", onTimeout: () => watchdog }
      )
      const exit = yield* Effect.exit(called)
      count(tally, seed, faulted, endingOf(operation, exit))
      tally.sends += server.urls.length
    }
  }).pipe(Effect.scoped, Effect.provide(Logger.minimumLogLevel(LogLevel.None)), Effect.withTracerEnabled(false))

/** How many bodies share their clients. */
export const batchSize = 200

/** Bodies from a seed on: each ends in a value or in an error of the operation's type. */
export const fuzzBodies = async (
  from: number,
  bodies: number,
  among: ReadonlyArray<Operation> = operations
): Promise<Tally> => {
  const tally = emptyTally()
  for (let done = 0; done < bodies; done += batchSize) {
    const size = Math.min(batchSize, bodies - done)
    const exit = await Effect.runPromiseExit(
      VirtualClock.run(batch(tally, from + done, size, among), { seed: from + done })
    )
    if (Exit.isSuccess(exit)) continue
    // the clock found that nothing is left to run, or a client could not be made
    const seed = from + done + (tally.bodies - done)
    const stuck = faultedOperation(seed, among)
    tally.findings.push({
      seed,
      operation: stuck?.operation.name ?? "none",
      kind: "hang",
      detail: Cause.pretty(exit.cause),
      body: ""
    })
    return tally
  }
  return tally
}
