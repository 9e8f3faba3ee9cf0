/** The calls whose response is lost, over one transport. Knows no runtime. */
import { Auth } from "@effect-connectors/core/Auth"
import { ConnectionsApi } from "@effect-connectors/core/ConnectionsApi"
import * as Transport from "@effect-connectors/core/Transport"
import * as HttpBody from "@effect/platform/HttpBody"
import * as HttpClient from "@effect/platform/HttpClient"
import * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Layer from "effect/Layer"
import * as Predicate from "effect/Predicate"
import type { End, LostCall, Method, Run, RunReport } from "../runtimes/plan.js"

const pauseMillis = 30
const limitMillis = 5_000

// no operation of ours is a PUT
const put = (baseUrl: string) =>
  Effect.flatMap(HttpClient.HttpClient, (client) => client.put(`${baseUrl}/put`, { body: HttpBody.text("x") }))

const calls: Readonly<
  Record<Method, (baseUrl: string) => Effect.Effect<unknown, unknown, ConnectionsApi | HttpClient.HttpClient>>
> = {
  POST: () => Effect.flatMap(ConnectionsApi, (api) => api.actions.execute("crm", "sync", { input: {} })),
  PUT: put,
  DELETE: () => Effect.flatMap(ConnectionsApi, (api) => api.subscribers.remove("1"))
}

const tagOf = (error: unknown): string => {
  if (Transport.evidenceOf(error)?.sent === false) return "NotSent"
  return Predicate.hasProperty(error, "_tag") ? String(error._tag) : "failed"
}

/** How a call ended, in one word where one is enough. */
export const endOf = (exit: Exit.Exit<unknown, unknown>): End =>
  Exit.isSuccess(exit)
    ? "value"
    : Cause.isFailType(exit.cause)
      ? tagOf(exit.cause.error)
      : `dies: ${Cause.pretty(exit.cause).split("\n", 1)[0]}`

const ended = <R>(call: Effect.Effect<unknown, unknown, R>): Effect.Effect<End, never, R> =>
  call.pipe(
    Effect.exit,
    Effect.map(endOf),
    Effect.timeoutTo({ duration: limitMillis, onSuccess: (end) => end, onTimeout: () => "hangs" })
  )

/** Makes a call over a connection that was used before, as far as the transport uses one again. */
const lostCall = (client: HttpClient.HttpClient, { baseUrl, method }: LostCall): Effect.Effect<End> =>
  Effect.gen(function* () {
    yield* Effect.ignore(Effect.flatMap(ConnectionsApi, (api) => api.list())).pipe(Effect.timeout(limitMillis))
    yield* Effect.sleep(pauseMillis)
    return yield* ended(calls[method](baseUrl))
  }).pipe(
    Effect.provide(apiAt(baseUrl)),
    Effect.provideService(HttpClient.HttpClient, client),
    Effect.catchAllCause((cause) => Effect.succeed(endOf(Exit.failCause(cause))))
  )

const apiAt = (baseUrl: string) => ConnectionsApi.layer({ baseUrl, retry: "none" }).pipe(Layer.provide(Auth.none))

/** Makes the calls of a run and reports how each ended. */
export const runReport = (plan: Run, transport: Layer.Layer<HttpClient.HttpClient>): Effect.Effect<RunReport> =>
  Effect.gen(function* () {
    const client = yield* HttpClient.HttpClient
    const lost = yield* Effect.forEach(plan.lost, (call) => lostCall(client, call))
    const execute = Effect.provide(calls.POST(plan.refusedUrl), apiAt(plan.refusedUrl))
    return { transport: plan.transport, lost, refused: yield* ended(execute) }
  }).pipe(
    Effect.provide(transport),
    // a transport that cannot even be closed
    Effect.catchAllCause((cause) =>
      Effect.succeed({
        transport: plan.transport,
        lost: plan.lost.map(() => "dies"),
        refused: endOf(Exit.failCause(cause))
      })
    )
  )
