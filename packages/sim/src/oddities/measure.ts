import { Auth } from "@effect-connectors/core/Auth"
import { make as makeBosa } from "@effect-connectors/core/BosaApi"
import { make as makeConnections } from "@effect-connectors/core/ConnectionsApi"
import * as UserAuth from "@effect-connectors/core/UserAuth"
import * as HttpClient from "@effect/platform/HttpClient"
import * as Cause from "effect/Cause"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Redacted from "effect/Redacted"
import * as Schedule from "effect/Schedule"
import type * as Scope from "effect/Scope"
import { proofs } from "../chaos/allowedEnds.js"
import { type TransportName, transportNames, transports } from "../chaos/transports.js"
import { type Clients, type Operation, whole } from "./operation.js"
import { type OperationName, operationNames, operations } from "./operations.js"
import { endsOf, oddities, type Oddity } from "./rows.js"
import { oddServer } from "./server.js"
import { settableClock } from "./settableClock.js"

/** The end of one operation that met one oddity. */
export interface Report {
  readonly group: string
  readonly oddity: string
  readonly operation: OperationName
  readonly transport: TransportName
  /** `ok`, `empty`, `other` (a value that is not the usual one), `interrupted`, `hangs`, `defect`, or the error's tag. */
  readonly end: string
  readonly executions: number
  readonly isDoubled: boolean
  /** It is said that nothing was done, and it was. */
  readonly isFalseProof: boolean
  /** Connections that are open 100 ms after the client is closed, or after the call was interrupted. */
  readonly openSockets: number
  /** What it should have been, when it was something else. */
  readonly expected: string | undefined
}

const graceMillis = 4_000
/** Where nothing is meant to take long, a busy machine must not end a call. */
const ampleMillis = 15_000
const shortMillis = 1_500

const deadlineOf = ({ isEndless = false }: Oddity): number => (isEndless ? shortMillis : ampleMillis)
const socketMillis = 100

const keys = Auth.bosa({ apiKey: Redacted.make("key"), userToken: Redacted.make("user") })

const user = {
  apiKey: Redacted.make("key"),
  identifier: "ann",
  secret: Redacted.make("secret"),
  allowInsecureHttp: true
}

const clientsOf = (
  client: HttpClient.HttpClient,
  baseUrl: string,
  deadline: number
): Effect.Effect<Clients, never, Scope.Scope> => {
  const options = {
    baseUrl,
    allowInsecureHttp: true,
    retry: Schedule.recurs(2),
    attemptTimeout: deadline * 0.7,
    deadline,
    maxBodyBytes: 2 * 1024 * 1024
  } as const
  return Effect.all({
    connections: makeConnections(options).pipe(Effect.provide(Auth.serviceToken(Redacted.make("token")))),
    bosa: makeBosa(options).pipe(Effect.provide(keys)),
    user: makeBosa(options).pipe(Effect.provide(UserAuth.layer({ ...user, baseUrl })))
  }).pipe(Effect.provideService(HttpClient.HttpClient, client), Effect.orDie)
}

const endOf = (exit: Option.Option<Exit.Exit<string, { readonly _tag: string }>>, marker: string): string => {
  if (Option.isNone(exit)) return "hangs"
  return Exit.match(exit.value, {
    onSuccess: (shown) =>
      shown === whole(marker) ? "ok" : shown === "" || shown === "null" ? "empty" : `other ${shown}`,
    onFailure: (cause) =>
      Option.match(Cause.failureOption(cause), {
        onSome: ({ _tag }) => _tag,
        onNone: () => (Cause.isInterruptedOnly(cause) ? "interrupted" : "defect")
      })
  })
}

const runOne = Effect.fnUntraced(function* (oddity: Oddity, name: OperationName, transport: TransportName, id: number) {
  const operation: Operation = operations[name]
  const marker = `marker-${id}`
  const server = yield* oddServer(oddity, operation, marker)
  const { clock, set } = yield* settableClock
  const setClock = set(oddity.setsClock ?? 0)
  let left = 0
  const exit = yield* Effect.scoped(
    Effect.gen(function* () {
      const client = Context.get(yield* Layer.build(transports[transport]), HttpClient.HttpClient)
      const clients = yield* clientsOf(client, server.url, deadlineOf(oddity))
      const fiber = yield* Effect.forkDaemon(Effect.withClock(operation.run(clients, marker, setClock), clock))
      if (oddity.interruptAfter !== undefined) {
        yield* Effect.sleep(oddity.interruptAfter)
        yield* Fiber.interruptFork(fiber)
        yield* Effect.sleep(socketMillis)
        if (operation.discovers !== true) left += server.open()
      }
      return yield* Effect.timeoutOption(Fiber.await(fiber), deadlineOf(oddity) + graceMillis)
    })
  )
  if (server.open() > 0) yield* Effect.sleep(socketMillis)
  left += server.open()
  const executions = server.executions()
  const end = endOf(exit, marker)
  const allowed = endsOf(oddity, name, transport)
  const report: Report = {
    group: oddity.group,
    oddity: oddity.name,
    operation: name,
    transport,
    end,
    executions,
    isDoubled: operation.isUnsafe && executions > (operation.executes ?? 1),
    isFalseProof: proofs.has(end) && executions > 0,
    openSockets: left,
    expected: allowed.includes(end.split(" ")[0] ?? "") ? undefined : allowed.join(" or ")
  }
  return report
}, Effect.scoped)

/** Every oddity whose name contains `filter`, with every operation it is for, over both transports. */
export const measure = (filter = "", parallel = 8): Effect.Effect<ReadonlyArray<Report>> => {
  const cells = oddities
    .filter(({ group, name }) => `${group}: ${name}`.includes(filter))
    .flatMap((oddity) =>
      (oddity.operations ?? operationNames).flatMap((operation) =>
        transportNames.map((transport) => ({ oddity, operation, transport }))
      )
    )
  return Effect.forEach(
    cells,
    ({ oddity, operation, transport }, index) => runOne(oddity, operation, transport, index),
    { concurrency: parallel }
  )
}
