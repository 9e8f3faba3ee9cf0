/** The clients that are measured: each makes the same POST and reads the same response. */
import * as NodeHttpClient from "@effect/platform-node/NodeHttpClient"
import * as HttpClient from "@effect/platform/HttpClient"
import * as HttpClientRequest from "@effect/platform/HttpClientRequest"
import * as HttpClientResponse from "@effect/platform/HttpClientResponse"
import axios from "axios"
import * as Effect from "effect/Effect"
import * as ManagedRuntime from "effect/ManagedRuntime"
import { Agent as HttpAgent } from "node:http"
import { Pool } from "undici"
import { connectorsClient } from "./connectorsClient.js"
import { type Client, Deal, inFibers, inPromises, input, path } from "./workload.js"

const headers = { "content-type": "application/json", accept: "application/json", "x-service-token": "token" }

export const undiciRequest = (origin: string): Client => {
  const pool = new Pool(origin, { connections: 16, pipelining: 1 })
  return {
    name: "undici request",
    round: inPromises(async () => {
      const response = await pool.request({ method: "POST", path, headers, body: JSON.stringify(input) })
      return response.body.json()
    }),
    close: () => pool.close()
  }
}

const globalFetch = (origin: string): Client => ({
  name: "global fetch",
  round: inPromises(async () =>
    (await fetch(origin + path, { method: "POST", headers, body: JSON.stringify(input) })).json()
  ),
  close: () => Promise.resolve()
})

const axiosClient = (origin: string): Client => {
  const httpAgent = new HttpAgent({ keepAlive: true, maxSockets: 16 })
  const client = axios.create({ baseURL: origin, headers, httpAgent })
  return {
    name: "axios",
    round: inPromises(() => client.post(path, input)),
    close: () => Promise.resolve(httpAgent.destroy())
  }
}

const effectUndici = (origin: string): Client => {
  const runtime = ManagedRuntime.make(NodeHttpClient.layerUndici)
  const one = Effect.gen(function* () {
    const client = yield* HttpClient.HttpClient
    const request = yield* HttpClientRequest.bodyJson(HttpClientRequest.post(origin + path, { headers }), input)
    return yield* Effect.flatMap(client.execute(request), HttpClientResponse.schemaBodyJson(Deal))
  })
  return {
    name: "effect layerUndici + schemaBodyJson",
    round: (count, inFlight) =>
      runtime.runPromise(
        Effect.flatMap(Effect.context<HttpClient.HttpClient>(), (context) =>
          inFibers(Effect.provide(one, context), count, inFlight)
        )
      ),
    close: () => runtime.dispose()
  }
}

export const clients = (origin: string): ReadonlyArray<Client> => [
  undiciRequest(origin),
  connectorsClient(origin, "fiber"),
  connectorsClient(origin, "runPromise"),
  effectUndici(origin),
  axiosClient(origin),
  globalFetch(origin)
]
