/** The clients that are measured: each makes the same POST and reads the same answer. */
import { Auth, ConnectionsApi } from "@effect-connectors/core"
import { NodeConnectors } from "@effect-connectors/node"
import * as NodeHttpClient from "@effect/platform-node/NodeHttpClient"
import * as HttpClient from "@effect/platform/HttpClient"
import * as HttpClientRequest from "@effect/platform/HttpClientRequest"
import * as HttpClientResponse from "@effect/platform/HttpClientResponse"
import axios from "axios"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as ManagedRuntime from "effect/ManagedRuntime"
import * as Redacted from "effect/Redacted"
import * as Schema from "effect/Schema"
import { Agent as HttpAgent } from "node:http"
import { Pool } from "undici"

/** Runs `count` requests with `inFlight` at a time. */
export interface Client {
  readonly name: string
  readonly round: (count: number, inFlight: number) => Promise<void>
  readonly close: () => Promise<void>
}

const path = "/api/v1/connections/crm/actions/fetch-deal/execute"
const input = { input: { id: 7, note: "n".repeat(200), list: [1, 2, 3], nested: { a: true, b: null } } }
const headers = { "content-type": "application/json", accept: "application/json", "x-service-token": "token" }

const Answer = Schema.Struct({
  result: Schema.Struct({ id: Schema.Number, name: Schema.String, tags: Schema.Array(Schema.String) })
})

const promised =
  (one: () => Promise<unknown>): Client["round"] =>
  async (count, inFlight) => {
    let left = count
    const worker = async (): Promise<void> => {
      while (left-- > 0) await one()
    }
    await Promise.all(Array.from({ length: inFlight }, worker))
  }

const none = (): Promise<void> => Promise.resolve()

const undiciRequest = (origin: string): Client => {
  const pool = new Pool(origin, { connections: 16, pipelining: 1 })
  return {
    name: "undici request",
    round: promised(async () => {
      const response = await pool.request({ method: "POST", path, headers, body: JSON.stringify(input) })
      return response.body.json()
    }),
    close: () => pool.close()
  }
}

const globalFetch = (origin: string): Client => ({
  name: "global fetch",
  round: promised(async () =>
    (await fetch(origin + path, { method: "POST", headers, body: JSON.stringify(input) })).json()
  ),
  close: none
})

const axiosClient = (origin: string): Client => {
  const httpAgent = new HttpAgent({ keepAlive: true, maxSockets: 16 })
  const client = axios.create({ baseURL: origin, headers, httpAgent })
  return {
    name: "axios",
    round: promised(() => client.post(path, input)),
    close: () => Promise.resolve(httpAgent.destroy())
  }
}

const inFibres = (
  one: Effect.Effect<unknown, unknown>,
  count: number,
  inFlight: number
): Effect.Effect<void, unknown> =>
  Effect.suspend(() => {
    let left = count
    const worker = Effect.whileLoop({ while: () => left-- > 0, body: () => one, step: () => undefined })
    return Effect.forEach(Array.from({ length: inFlight }), () => worker, { concurrency: "unbounded", discard: true })
  })

const effectUndici = (origin: string): Client => {
  const runtime = ManagedRuntime.make(NodeHttpClient.layerUndici)
  const one = Effect.gen(function* () {
    const client = yield* HttpClient.HttpClient
    const request = yield* HttpClientRequest.bodyJson(HttpClientRequest.post(origin + path, { headers }), input)
    return yield* Effect.flatMap(client.execute(request), HttpClientResponse.schemaBodyJson(Answer))
  })
  return {
    name: "effect layerUndici + schemaBodyJson",
    round: (count, inFlight) =>
      runtime.runPromise(
        Effect.flatMap(Effect.context<HttpClient.HttpClient>(), (context) =>
          inFibres(Effect.provide(one, context), count, inFlight)
        )
      ),
    close: () => runtime.dispose()
  }
}

const ours = (origin: string, form: "fibre" | "runPromise"): Client => {
  const layer = ConnectionsApi.layer({ baseUrl: origin }).pipe(
    Layer.provide(Auth.serviceToken(Redacted.make("token"))),
    Layer.provide(NodeConnectors.layer)
  )
  const runtime = ManagedRuntime.make(layer)
  const decode = Schema.decodeUnknown(Answer)
  const one = (api: ConnectionsApi.Service) =>
    Effect.flatMap(api.actions.execute("crm", "fetch-deal", input), (execution) =>
      execution._tag === "Completed" ? decode(execution.value) : Effect.void
    )
  return form === "fibre"
    ? {
        name: "effect-connectors, in a fibre",
        round: (count, inFlight) =>
          runtime.runPromise(Effect.flatMap(ConnectionsApi, (api) => inFibres(one(api), count, inFlight))),
        close: () => runtime.dispose()
      }
    : {
        name: "effect-connectors, runPromise per call",
        round: async (count, inFlight) => {
          const api = await runtime.runPromise(ConnectionsApi)
          const call = one(api)
          await promised(() => Effect.runPromise(call))(count, inFlight)
        },
        close: () => runtime.dispose()
      }
}

export const clients = (origin: string): ReadonlyArray<Client> => [
  undiciRequest(origin),
  ours(origin, "fibre"),
  ours(origin, "runPromise"),
  effectUndici(origin),
  axiosClient(origin),
  globalFetch(origin)
]
