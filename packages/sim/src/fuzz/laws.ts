import { Auth } from "@effect-connectors/core/Auth"
import { BosaApi } from "@effect-connectors/core/BosaApi"
import { make as makeConnections } from "@effect-connectors/core/ConnectionsApi"
import { JobRef } from "@effect-connectors/core/JobRef"
import * as HttpClient from "@effect/platform/HttpClient"
import type * as HttpClientRequest from "@effect/platform/HttpClientRequest"
import * as Effect from "effect/Effect"
import * as FastCheck from "effect/FastCheck"
import * as Schema from "effect/Schema"
import { isDeepStrictEqual } from "node:util"
import { FuzzServer, goodResponse } from "./fuzzServer.js"

const baseUrl = "http://localhost:8081"

const references = FastCheck.record(
  {
    v: FastCheck.constant(1 as const),
    api: FastCheck.constant("connections" as const),
    origin: FastCheck.string(),
    jobId: FastCheck.fullUnicodeString({ minLength: 1, maxLength: 256 }).filter((id) => id.length <= 512),
    operation: FastCheck.string(),
    connection: FastCheck.string(),
    submittedAt: FastCheck.double({ noNaN: true, noDefaultInfinity: true }).map((at) => (Object.is(at, -0) ? 0 : at)),
    requestId: FastCheck.string()
  },
  { requiredKeys: ["v", "api", "origin", "jobId", "operation", "submittedAt"] }
)

// -0 has no form of its own in JSON
const values = FastCheck.jsonValue().map((value): unknown => JSON.parse(JSON.stringify(value)))

const bodyOf = (request: HttpClientRequest.HttpClientRequest): unknown =>
  request.body._tag === "Raw" && typeof request.body.body === "string" ? JSON.parse(request.body.body) : undefined

const parameter = { parameters: { request: { schema: { properties: { value: {} } } } } }
const discovered = { demo: { echo: { method: "POST", path: "/echo", docstring: "Echoes.", ...parameter } } }

const echo = (): FuzzServer => {
  const server = new FuzzServer(Number.MAX_SAFE_INTEGER)
  server.respondWith((request) => {
    server.urls.length = 0
    return request.method === "GET" ? goodResponse(discovered) : goodResponse({ data: bodyOf(request) })
  })
  return server
}

const clients = (server: FuzzServer) =>
  Effect.all({
    connections: makeConnections({ baseUrl }),
    bosa: BosaApi.make({ baseUrl, dialect: "gl" })
  }).pipe(Effect.provide(Auth.none), Effect.provideService(HttpClient.HttpClient, server.buffering))

/** How laws of encoding and decoding held. */
export interface Laws {
  count: number
  readonly findings: Array<string>
}

/** Laws that hold for any value, each for so many. */
export const lawsHeld = (seed: number, numRuns: number): Promise<Laws> =>
  Effect.gen(function* () {
    const laws: Laws = { count: 0, findings: [] }
    const api = yield* clients(echo())
    const law = <A>(name: string, given: FastCheck.Arbitrary<A>, holds: (value: A) => Promise<boolean>) =>
      Effect.promise(async () => {
        const details = await FastCheck.check(FastCheck.asyncProperty(given, holds), { seed, numRuns })
        laws.count++
        if (details.failed) laws.findings.push(`${name}: ${JSON.stringify(details.counterexample)}`)
      })
    yield* law("a job's reference is read back as it was written", references, (encoded) =>
      Effect.runPromise(
        Effect.map(
          JobRef.decode(JSON.parse(JSON.stringify(encoded))),
          (ref) => isDeepStrictEqual(JSON.parse(JSON.stringify(JobRef.encode(ref))), encoded) && Schema.is(JobRef)(ref)
        )
      )
    )
    yield* law("an echo of Connections gives what it was given", values, (value) =>
      Effect.runPromise(
        Effect.map(
          api.connections.jobs.result(api.connections.actions.execute("crm", "echo", { input: { value } })),
          (result) => isDeepStrictEqual(result, { input: { value } })
        )
      )
    )
    yield* law("an echo of a connector gives what it was given", values, (value) =>
      // nothing, and a value left out, are the same parameter
      value === null
        ? Promise.resolve(true)
        : Effect.runPromise(
            Effect.map(api.bosa.run("demo", "echo", { value }), ({ data }) => isDeepStrictEqual(data, { value }))
          )
    )
    return laws
  }).pipe(Effect.scoped, Effect.runPromise)
