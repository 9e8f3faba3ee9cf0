/**
 * Many orders through a ledger under faults, in virtual time: which keys are left for a person, next to what the server
 * knows.
 */
import { Auth } from "@effect-connectors/core/Auth"
import { make as makeApi } from "@effect-connectors/core/ConnectionsApi"
import { Completed } from "@effect-connectors/core/Job"
import { Ledger } from "@effect-connectors/core/Ledger"
import { ConnectionsTest } from "@effect-connectors/testing/ConnectionsTest"
import * as Faults from "@effect-connectors/testing/Faults"
import { VirtualClock } from "@effect-connectors/testing/VirtualClock"
import * as World from "@effect-connectors/testing/World"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Predicate from "effect/Predicate"
import * as Redacted from "effect/Redacted"
import * as Schedule from "effect/Schedule"

/** How the keys are settled. `before`: a 429 left its key locked, as it did before 0.5. */
export const rules = ["before", "refusals", "verifier"] as const

export type Rule = (typeof rules)[number]

export interface Orders {
  readonly orders: number
  readonly seed: number
  readonly rule: Rule
  readonly rates: Faults.Rates
}

export interface OrdersReport {
  readonly rule: Rule
  /** Orders whose result the program has. */
  readonly done: number
  /** Responses that the program got: how often each fault was met. */
  readonly limited: number
  readonly lost: number
  readonly reset: number
  /** Keys that are left for a person, and how many of their orders were placed. */
  readonly left: number
  readonly leftPlaced: number
  /** Keys that are left although somebody could know how they ended. */
  readonly leftKnowable: number
  /** Orders that are neither done nor left. */
  readonly forgotten: number
  /** Orders that were placed more than once. */
  readonly doubled: number
}

const idIn = (value: unknown): string => {
  const input = Predicate.hasProperty(value, "input") ? value.input : value
  return Predicate.hasProperty(input, "id") && Predicate.isString(input.id) ? input.id : ""
}

/** A shop that takes orders as jobs, and says which it has. */
const shop = () => {
  const placed = new Map<string, number>()
  const world = World.make({
    connections: [
      {
        slug: "shop",
        actions: [
          {
            slug: "place-order",
            alwaysJob: true,
            takesMillis: 1500,
            handler: (input) =>
              Effect.sync(() => {
                const id = idIn(input)
                placed.set(id, (placed.get(id) ?? 0) + 1)
                return { order: id }
              })
          }
        ]
      },
      {
        slug: "shop-api",
        kind: "http",
        executor: ({ body }) =>
          Effect.sync(() => ({ isPlaced: placed.has(String(body["path"]).slice("/orders/".length)) }))
      }
    ]
  })
  return { placed, world }
}

const program = ({ orders, rule }: Orders, placed: ReadonlyMap<string, number>) =>
  Effect.gen(function* () {
    const api = yield* Effect.provide(
      makeApi({ baseUrl: "https://shop.example" }),
      Auth.serviceToken(Redacted.make("token"))
    )
    const ledger = yield* Ledger
    const platform = yield* ConnectionsTest
    const done = new Set<string>()

    const isPlaced = (id: string) =>
      Effect.map(api.http.get("shop-api", { path: `/orders/${id}` }), (execution) =>
        execution._tag === "Completed" && JSON.stringify(execution.value).includes('"isPlaced":true')
          ? Completed({ result: { order: id } })
          : Ledger.notDone
      )

    const submitted = (id: string) => {
      const place = api.actions.execute("shop", "place-order", { input: { id } }, { async: true })
      const work = { operation: "place-order", connection: "shop", input: { id } }
      if (rule === "verifier") return ledger.submit(id, place, { ...work, verify: isPlaced(id) })
      const isNotDone = (error: unknown): boolean =>
        Ledger.isNotDone(error) && (rule !== "before" || !Predicate.isTagged(error, "RateLimited"))
      return ledger.submit(id, place, { ...work, isNotDone })
    }

    // what a program does that wants its orders: it submits again, and the ledger decides whether that sends
    const order = (id: string) =>
      api.jobs.result(submitted(id)).pipe(
        Effect.retry({
          times: 20,
          schedule: Schedule.spaced("2 seconds"),
          while: (error) => error._tag !== "SubmissionUnknown"
        }),
        Effect.zipRight(ledger.finish(id)),
        Effect.tap(() => Effect.sync(() => void done.add(id))),
        Effect.ignore
      )

    const ids = Array.from({ length: orders }, (_, index) => `order-${index}`)
    yield* Effect.forEach(ids, order, { concurrency: 20, discard: true })
    const left = new Set((yield* ledger.pending).unknown.map(({ key }) => key))
    const submits = (yield* platform.requests).filter(({ operation }) => operation === "actions.execute")
    const withoutResponse = new Set(submits.flatMap(({ body, fault }) => (fault === "Reset" ? [idIn(body)] : [])))
    const count = (of: (id: string) => boolean): number => ids.filter(of).length
    return {
      rule,
      done: done.size,
      limited: submits.filter(({ status }) => status === 429).length,
      lost: submits.filter(({ executed, fault }) => fault === "Reset" && executed).length,
      reset: submits.filter(({ executed, fault }) => fault === "Reset" && !executed).length,
      left: left.size,
      leftPlaced: count((id) => left.has(id) && placed.has(id)),
      // without a verifier nobody can know of an order whose response never came
      leftKnowable: count((id) => left.has(id) && (rule === "verifier" || !withoutResponse.has(id))),
      forgotten: count((id) => !left.has(id) && !done.has(id)),
      doubled: count((id) => (placed.get(id) ?? 0) > 1)
    } satisfies OrdersReport
  })

/** Runs one rule; the same seed gives the same report. */
export const runOrders = (orders: Orders): Effect.Effect<OrdersReport, unknown> => {
  const { placed, world } = shop()
  const faults = Faults.seeded(orders.seed, orders.rates, { operation: "actions.execute" })
  return VirtualClock.run(
    program(orders, placed).pipe(
      Effect.provide(Layer.merge(ConnectionsTest.layer(world, { faults }), Ledger.layerMemory)),
      Effect.scoped
    ),
    { seed: orders.seed }
  )
}
