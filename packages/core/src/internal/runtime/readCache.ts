import * as Effect from "effect/Effect"
import { monotonicTime } from "./monotonic.js"
import { singleFlight } from "./singleFlight.js"

/**
 * What was read by its key, each when it is first used and again when it is too old. Callers that come while it is read
 * share the read.
 *
 * @internal
 */
export interface ReadCache<out A, out E> {
  /** What was read at most so many milliseconds ago, else what is read now. */
  readonly within: (key: string, maxAgeMillis: number) => Effect.Effect<A, E>
  /** Forgets the key: its next use reads again. */
  readonly forget: (key: string) => void
}

/**
 * What was just read is not read again because a caller does not find in it what it looks for.
 *
 * @internal
 */
export const freshMillis = 10_000

// keys come from callers: what they make up must not fill the memory
const mostHeld = 1024

interface Held<A> {
  readonly value: A
  readonly at: number
}

/** @internal */
export const make = <A, E>(read: (key: string) => Effect.Effect<A, E>): ReadCache<A, E> => {
  const held = new Map<string, Held<A>>()
  const flights = new Map<string, Effect.Effect<Held<A>, E>>()

  const keep = (key: string, found: Held<A>): void => {
    held.delete(key)
    held.set(key, found)
    const oldest = held.size > mostHeld ? held.keys().next() : undefined
    if (oldest !== undefined && oldest.done !== true) held.delete(oldest.value)
  }

  const flightTo = (key: string): Effect.Effect<Held<A>, E> => {
    const running = flights.get(key)
    if (running !== undefined) return running
    const timed = Effect.zipWith(read(key), monotonicTime, (value, at): Held<A> => ({ value, at }))
    const flight: Effect.Effect<Held<A>, E> = singleFlight(
      Effect.onExit(timed, (exit) =>
        Effect.sync(() => {
          // one that was forgotten meanwhile is older than the wish for a newer one
          if (flights.get(key) !== flight) return
          flights.delete(key)
          if (exit._tag === "Success") keep(key, exit.value)
        })
      )
    )
    flights.set(key, flight)
    return flight
  }

  return {
    within: (key, maxAgeMillis) =>
      Effect.flatMap(monotonicTime, (now) => {
        const found = held.get(key)
        return found !== undefined && now - found.at < maxAgeMillis
          ? Effect.succeed(found.value)
          : Effect.map(flightTo(key), ({ value }) => value)
      }),
    forget: (key) => {
      held.delete(key)
      flights.delete(key)
    }
  }
}
