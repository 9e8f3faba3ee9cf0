import * as HttpClientResponse from "@effect/platform/HttpClientResponse"
import * as Cause from "effect/Cause"
import type * as Effect from "effect/Effect"
import type * as Transport from "../../Transport.js"
import { type Caller, clockOf } from "../runtime/callContext.js"
import { callback } from "../runtime/callback.js"
import { deadlinesOf } from "../runtime/deadlines.js"
import { monotonicMillis } from "../runtime/monotonic.js"
import { timeLimit } from "../runtime/timeLimit.js"
import type { Fetching } from "./directFetch.js"
import {
  bodyWithin,
  boundedBody,
  contentOf,
  cutCode,
  hasNoContent,
  late,
  type Lost,
  lostBy,
  type Origin,
  type TransportResponse
} from "./transport.js"
import { readChunks, webBodyOf } from "./webBody.js"

const byFetch: Origin = Object.freeze({ isFetched: true })

/**
 * One request by `fetch` and its response, read to its end within the limits: without a fiber, a scope or a stream of
 * its own.
 *
 * @internal
 */
export const fetched = (
  { errorOf, request, send }: Fetching,
  caller: Caller,
  limits: Transport.Attempt,
  asBytes: boolean
): Effect.Effect<TransportResponse, Lost> =>
  callback((resume) => {
    const clock = clockOf(caller)
    const startedAt = monotonicMillis(clock)
    const controller = new AbortController()
    let stop = (): void => controller.abort()
    let head: HttpClientResponse.HttpClientResponse | undefined
    let isOver = false
    const end = (response: Effect.Effect<TransportResponse, Lost>): void => {
      if (isOver) return
      isOver = true
      release()
      resume(response)
    }
    const release = deadlinesOf(clock).add(limits.timeoutMillis, () => {
      end(late(head))
      stop()
    })
    const read = (source: Response): void => {
      if (isOver) return
      const response = HttpClientResponse.fromWeb(request, source)
      head = response
      const { headers } = response
      const content = contentOf(response, headers, asBytes, byFetch)
      const body = content.unpacked === undefined && !hasNoContent(source.status) ? webBodyOf(response) : undefined
      // a body that is not read as it comes
      if (body === undefined) {
        return end(
          timeLimit(bodyWithin(response, limits, asBytes, byFetch), {
            millis: limits.timeoutMillis - (monotonicMillis(clock) - startedAt),
            onLate: () => late(response),
            context: caller.currentContext,
            locals: []
          })
        )
      }
      const bounded = boundedBody(response, headers, limits, asBytes, content)
      if (body === null) return end(bounded.whole())
      stop = readChunks(body, bounded.keep, {
        onEnd: () => end(bounded.whole()),
        onFailure: (cause) => end(bounded.cut({ isEmpty: false, code: cutCode(cause) }))
      })
    }
    const refuse = (cause: unknown): void => end(lostBy(Cause.fail(errorOf(cause))))
    try {
      send(controller.signal).then(read, refuse)
    } catch (cause) {
      refuse(cause)
    }
    return () => {
      isOver = true
      release()
      stop()
    }
  })
