import * as HttpClient from "@effect/platform/HttpClient"
import * as HttpClientError from "@effect/platform/HttpClientError"
import * as Effect from "effect/Effect"
import * as Predicate from "effect/Predicate"
import type { TransformClient } from "../../Transport.js"
import { locally, makeFiberLocal, readFiberLocal } from "../runtime/fiberLocal.js"
import type { Lost } from "./transport.js"

/** An attempt on its way to the client that sends it. */
interface Attempt {
  /** Runs when that client takes a request of it. */
  readonly onTaken: () => void
  isTaken: boolean
  isOver: boolean
}

const currentAttempt = makeFiberLocal<Attempt | undefined>(
  Symbol.for("@effect-connectors/core/http/transformClient/currentAttempt"),
  undefined
)

const take = (attempt: Attempt): void => {
  if (attempt.isTaken) return
  attempt.isTaken = true
  attempt.onTaken()
}

/**
 * Sees which attempts reach the client that sends them.
 *
 * @internal
 */
export class TakenRequests {
  private readonly waiting = new Set<Attempt>()

  /** The client, and it says of each request whose it is. */
  observe(client: HttpClient.HttpClient): HttpClient.HttpClient {
    return HttpClient.makeWith<never, never, HttpClientError.HttpClientError, never>(
      (sent) =>
        Effect.flatMap(sent, (request) =>
          Effect.flatMap(readFiberLocal(currentAttempt), (attempt) => {
            if (attempt?.isOver === true && !attempt.isTaken) {
              const cause = new Error("the call is over, and was reported as not sent")
              return Effect.fail(new HttpClientError.RequestError({ request, reason: "Transport", cause }))
            }
            // a fiber that does not know the attempt may send the request of any
            if (attempt === undefined) for (const one of this.waiting) take(one)
            else take(attempt)
            return client.execute(request)
          })
        ),
      Effect.succeed
    )
  }

  /** An attempt that was lost before the client took it was not sent. */
  watch<A>(onTaken: () => void, sending: Effect.Effect<A, Lost>): Effect.Effect<A, Lost> {
    return Effect.suspend(() => {
      const attempt: Attempt = { onTaken, isTaken: false, isOver: false }
      this.waiting.add(attempt)
      return sending.pipe(
        locally(currentAttempt, attempt),
        Effect.ensuring(
          Effect.sync(() => {
            attempt.isOver = true
            this.waiting.delete(attempt)
          })
        ),
        Effect.mapError((lost) => (attempt.isTaken ? lost : untaken(lost)))
      )
    })
  }
}

const untaken = ({ evidence }: Lost): Lost => ({
  _tag: "Lost",
  evidence: { ...evidence, sent: false, phase: "connect", status: undefined },
  response: undefined
})

const takenRequestsKey: unique symbol = Symbol.for("@effect-connectors/core/http/transformClient/takenRequests")

/**
 * What sees the requests of a client that was transformed and is the only way out.
 *
 * @internal
 */
export const takenRequestsOf = (client: HttpClient.HttpClient): TakenRequests | undefined => {
  const requests = Predicate.hasProperty(client, takenRequestsKey) ? client[takenRequestsKey] : undefined
  return requests instanceof TakenRequests ? requests : undefined
}

/**
 * A client as its user changes it.
 *
 * @internal
 */
export const transformed = (
  client: HttpClient.HttpClient,
  change: TransformClient | undefined
): HttpClient.HttpClient => {
  if (change === undefined) return client
  if (typeof change === "function") return change(client)
  const known = takenRequestsOf(client)
  const requests = known ?? new TakenRequests()
  const result = change.transform(known === undefined ? requests.observe(client) : client)
  return Object.assign(
    HttpClient.transformResponse(result, (response) => response),
    { [takenRequestsKey]: requests }
  )
}

/**
 * Two changes as one, the first one outermost.
 *
 * @internal
 */
export const composed = (outer: TransformClient, inner: TransformClient): TransformClient => {
  if (typeof outer !== "function" && typeof inner !== "function") {
    return { transform: (client) => outer.transform(inner.transform(client)), isOnlyWayOut: true }
  }
  return (client) => transformed(transformed(client, inner), outer)
}
