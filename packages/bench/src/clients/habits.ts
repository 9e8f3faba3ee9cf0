/** What programs put around a call, over a client in memory: what is left is the cost of the habit. */
import { Auth, Call, ConnectionsApi } from "@effect-connectors/core"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as ManagedRuntime from "effect/ManagedRuntime"
import * as Redacted from "effect/Redacted"
import * as Schedule from "effect/Schedule"
import { inFibers, inPromises, input, type Round } from "../workload.js"
import { transports } from "./connectors.js"

const layer = ConnectionsApi.layer({ baseUrl: "http://localhost" }).pipe(
  Layer.provide(Auth.serviceToken(Redacted.make("token"))),
  Layer.provide(transports.memory)
)
const runtime = ManagedRuntime.make(layer)

const call = (api: ConnectionsApi.Service) => api.actions.execute("crm", "fetch-deal", input)
const retries = Schedule.intersect(Schedule.exponential("100 millis"), Schedule.recurs(2))

type Habit = (api: ConnectionsApi.Service) => Effect.Effect<unknown, unknown>

const inFiber =
  (habit: Habit): Round =>
  (count, inFlight) =>
    runtime.runPromise(Effect.flatMap(ConnectionsApi, (api) => inFibers(habit(api), count, inFlight)))

export const habits = {
  "a call": inFiber(call),
  "Call.withDeadline": inFiber((api) => Call.withDeadline(call(api), "30 seconds")),
  "Effect.gen around it": inFiber((api) =>
    Effect.gen(function* () {
      return yield* call(api)
    })
  ),
  "Effect.retry around it": inFiber((api) => Effect.retry(call(api), retries)),
  "Effect.scoped around it": inFiber((api) => Effect.scoped(call(api))),
  "Effect.withSpan around it": inFiber((api) => Effect.withSpan(call(api), "place order")),
  "Effect.timeout around it": inFiber((api) => Effect.timeout(call(api), "30 seconds")),
  "runPromise per call": async (count, inFlight) => {
    const one = call(await runtime.runPromise(ConnectionsApi))
    await inPromises(() => Effect.runPromise(one))(count, inFlight)
  },
  "runPromise of a ManagedRuntime per call": async (count, inFlight) => {
    const one = Effect.flatMap(ConnectionsApi, call)
    await inPromises(() => runtime.runPromise(one))(count, inFlight)
  },
  "Effect.provide of the client's layer per call": inFiber(() =>
    Effect.provide(Effect.flatMap(ConnectionsApi, call), layer)
  )
} satisfies Readonly<Record<string, Round>>

export type HabitName = keyof typeof habits
