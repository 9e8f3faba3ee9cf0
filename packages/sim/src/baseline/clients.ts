import { Auth } from "@effect-connectors/core/Auth"
import * as ConnectionsApi from "@effect-connectors/core/ConnectionsApi"
import * as HttpClient from "@effect/platform/HttpClient"
import * as Effect from "effect/Effect"
import * as Predicate from "effect/Predicate"
import * as Redacted from "effect/Redacted"
import type * as Scope from "effect/Scope"
import { canary } from "../common/canary.js"
import { field, plainClient } from "./plainClient.js"

const origin = "https://platform.example"
const token = `${canary}-token`

/** One action of one connection, executed directly or as a job. */
export interface Caller {
  readonly execute: (id: string) => Effect.Effect<unknown, unknown>
  readonly job: (id: string) => Effect.Effect<unknown, unknown>
}

/** A client of the comparison. */
export interface BaselineClient {
  readonly name: string
  readonly make: Effect.Effect<Caller, never, HttpClient.HttpClient | Scope.Scope>
  /** Whether the error says that the work may have been done. */
  readonly isUnknown: (error: unknown) => boolean
}

const inputOf = (id: string) => ({ id, secret: `${canary}-input` })

/** This library, as it comes. */
const ours: BaselineClient = {
  name: "this library",
  make: Effect.map(
    ConnectionsApi.make({ baseUrl: origin }).pipe(
      Effect.provide(Auth.headers({ "x-service-token": Redacted.make(token) })),
      Effect.orDie
    ),
    ({ actions, jobs }): Caller => ({
      execute: (id) => actions.execute("shop", "order", { input: inputOf(id) }),
      job: (id) => jobs.result(actions.execute("shop", "order", { input: inputOf(id) }, { async: true }))
    })
  ),
  isUnknown: (error) => Predicate.isTagged(error, "OutcomeUnknown") || field(error, "mayHaveHappened") === true
}

const plain: BaselineClient = {
  name: "HttpClient + retryTransient",
  make: Effect.map(HttpClient.HttpClient, (client): Caller => {
    const { execute, job } = plainClient(client, origin, token)
    return {
      execute: (id) => execute("shop/actions/order", inputOf(id)),
      job: (id) => job("shop/actions/order", inputOf(id))
    }
  }),
  // its errors say only that the request or the response failed
  isUnknown: () => false
}

export const baselineClients: ReadonlyArray<BaselineClient> = [plain, ours]
