/** Two tenants of one platform in one program, and a ledger that both share. */
import { Auth, ConnectionsApi, Ledger } from "@effect-connectors/core"
import * as Config from "effect/Config"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import type * as Redacted from "effect/Redacted"

export type TenantName = "north" | "south"

interface TenantSettings {
  readonly baseUrl: string
  readonly token: Redacted.Redacted
}

/** A client of its own: its origin, its credentials, its limits, its jobs. */
export const client = ({ baseUrl, token }: TenantSettings) =>
  ConnectionsApi.make({ baseUrl, limits: { requests: 16, per: "1 second" } }).pipe(
    Effect.provide(Auth.serviceToken(token))
  )

// NORTH_URL and NORTH_TOKEN
const fromEnvironment = (name: string) =>
  Config.nested(Config.all({ baseUrl: Config.string("URL"), token: Config.redacted("TOKEN") }), name).pipe(
    Effect.flatMap(client)
  )

export class Tenants extends Context.Tag("orders/Tenants")<
  Tenants,
  Readonly<Record<TenantName, ConnectionsApi.Service>>
>() {
  // give it NodeConnectors.layer
  static readonly layer = Layer.scoped(
    Tenants,
    Effect.all({ north: fromEnvironment("NORTH"), south: fromEnvironment("SOUTH") })
  )
}

export const place = Effect.fnUntraced(function* (tenant: TenantName, orderId: string) {
  const { connection, jobs } = (yield* Tenants)[tenant]
  const ledger = yield* Ledger
  const input = { orderId }
  const execute = connection("shop").actions.execute("place-order", { input }, { async: true })
  // each tenant has an order 7: the tenant is part of the key
  const key = `${tenant}/${orderId}`
  const placed = yield* jobs.result(ledger.submit(key, execute, { operation: "place-order", input }))
  yield* ledger.finish(key)
  return placed
})
