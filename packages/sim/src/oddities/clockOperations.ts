import * as Call from "@effect-connectors/core/Call"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import { responseBytes } from "../chaos/framing.js"
import { json, jsonShown, type Operation, type Reply, whole } from "./operation.js"

const reply = (value: unknown, status = 200, headers: Readonly<Record<string, string>> = {}): Reply => ({
  bytes: responseBytes(status, JSON.stringify(value), headers)
})

const data = (value: unknown): Reply => reply({ data: value, meta: null })

const lifeMillis = 6_000
// a busy machine is not early
const earlyMillis = lifeMillis / 2 - 200

const ids = { user_id: "11111111-1111-1111-1111-111111111111", client_id: "22222222-2222-2222-2222-222222222222" }

/** A token is renewed in the second half of its life, and is not sent afterwards. */
const tokenServer = () => {
  let issued = 0
  let issuedAt = -Infinity
  let isBroken = false
  return (request: string): Reply => {
    const age = performance.now() - issuedAt
    isBroken ||= request.startsWith("GET") ? age >= lifeMillis : age < earlyMillis
    if (isBroken) return reply({ code: "BROKEN" }, 400)
    if (request.startsWith("GET")) return data({ has_integration: request.includes(`Bearer T${issued}`) })
    issuedAt = performance.now()
    const expires_at = new Date(Date.now() + lifeMillis).toISOString()
    return data({ token: `T${++issued}`, token_type: "Bearer", expires_at, is_revoked: false, ...ids })
  }
}

/** What is done while somebody sets the clock. */
export const clockOperations = {
  // the client knows a time from the first job when the second one starts
  follow: {
    target: /\/execute/,
    isUnsafe: true,
    executes: 2,
    content: json,
    serve: (marker) => {
      let polls = 0
      return (request) =>
        request.startsWith("POST")
          ? { ...reply({ job_id: `job-${polls}` }), executes: true }
          : reply(++polls % 3 > 0 ? { status: "running" } : { status: "completed", result: marker })
    },
    run: ({ connections: { actions, jobs } }, marker, setClock) =>
      Effect.gen(function* () {
        const execute = actions.execute("crm", "a", { input: { marker } }, { async: true })
        yield* jobs.result(execute)
        yield* setClock
        const second = yield* Effect.fork(jobs.result(execute, { deadline: "4 minutes" }))
        yield* Effect.delay(setClock, 700)
        return jsonShown(marker, yield* Fiber.join(second))
      })
  },
  retry: {
    target: /^GET/,
    isUnsafe: false,
    content: json,
    serve: (marker) => {
      let requests = 0
      return () =>
        ++requests === 1
          ? { ...reply({}, 503, { "retry-after": "1" }), afterMillis: 200 }
          : reply({ connection: { slug: marker } })
    },
    run: ({ connections }, marker, setClock) =>
      Effect.gen(function* () {
        const call = yield* Effect.fork(connections.get(marker))
        // during the attempt, and during the wait
        yield* Effect.delay(setClock, 50)
        yield* Effect.delay(setClock, 600)
        return jsonShown(marker, yield* Fiber.join(call))
      })
  },
  token: {
    target: /^GET/,
    isUnsafe: false,
    content: json,
    serve: tokenServer,
    run: ({ user }, marker, setClock) =>
      Effect.gen(function* () {
        const has = Call.withRetry(user.integrations.has("demo", undefined), "none")
        const first = yield* has
        yield* setClock
        // with the first token, with the second, and with the second when the first has ended
        const rest = yield* Effect.forEach([500, 4_000, 2_500], (millis) => Effect.delay(has, millis))
        return [first, ...rest].every((one) => one) ? whole(marker) : "another token"
      })
  }
} satisfies Record<string, Operation>
