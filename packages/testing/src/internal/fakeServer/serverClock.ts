import type * as Clock from "effect/Clock"
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"

/**
 * What the clock of a fake server shows, in milliseconds since the epoch. It goes on evenly: a server is another machine,
 * and does not notice when a test sets the wall clock of the client.
 *
 * @internal
 */
export const serverMillis = (clock: Clock.Clock): number => Number(clock.unsafeCurrentTimeNanos() / 1_000_000n)

/** {@link serverMillis} on the Clock of the fiber. @internal */
export const serverTime: Effect.Effect<number> = Effect.clockWith((clock) => Effect.succeed(serverMillis(clock)))

/** A date in the format of headers, in whole seconds. @internal */
export const httpDate = (millis: number): string => DateTime.toDateUtc(DateTime.unsafeMake(millis)).toUTCString()

const isoDate = (millis: number): string => DateTime.formatIso(DateTime.unsafeMake(millis))

const dateHeaders: ReadonlySet<string> = new Set(["date", "retry-after", "expires", "last-modified"])

const isHttpDate = (text: string): boolean => /^[A-Z][a-z]{2}, .* GMT$/.test(text)

/** The time moved by `millis`, in the same format; a text that is not a time stays unchanged. */
const shift = (text: string, millis: number, format: (millis: number) => string): string => {
  const time = Date.parse(text)
  return Number.isNaN(time) ? text : format(time + millis)
}

const timestampField = /("\w+_at"\s*:\s*")(\d{4}-\d{2}-\d{2}T[\d:.]+(?:Z|[+-]\d{2}:?\d{2}))(")/g

interface Dated {
  readonly headers: Readonly<Record<string, string>>
  readonly body: string | Uint8Array
}

/** The response of a server whose clock is ahead by `millis`. @internal */
export const skewClock = <A extends Dated>(response: A, now: number, millis: number): A => {
  const headers = Object.entries({ date: httpDate(now), ...response.headers }).map(([name, value]) =>
    dateHeaders.has(name.toLowerCase()) && isHttpDate(value) ? [name, shift(value, millis, httpDate)] : [name, value]
  )
  const { body } = response
  const moved = (_: string, before: string, time: string, after: string) =>
    before + shift(time, millis, isoDate) + after
  return {
    ...response,
    headers: Object.fromEntries(headers),
    body: typeof body === "string" ? body.replace(timestampField, moved) : body
  }
}
