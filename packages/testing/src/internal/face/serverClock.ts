import * as DateTime from "effect/DateTime"
import * as Option from "effect/Option"

/** A date as headers have it, in whole seconds. @internal */
export const httpDate = (millis: number): string => DateTime.toDateUtc(DateTime.unsafeMake(millis)).toUTCString()

const dated: ReadonlySet<string> = new Set(["date", "retry-after", "expires", "last-modified"])

const isHttpDate = (text: string): boolean => /^[A-Z][a-z]{2}, .* GMT$/.test(text)

const shift = (text: string, millis: number, format: (moved: DateTime.DateTime) => string): string =>
  Option.match(DateTime.make(text), {
    onNone: () => text,
    onSome: (time) => format(DateTime.add(time, { millis }))
  })

const stamp = /("\w+_at"\s*:\s*")(\d{4}-\d{2}-\d{2}T[\d:.]+(?:Z|[+-]\d{2}:?\d{2}))(")/g

interface Dated {
  readonly headers: Readonly<Record<string, string>>
  readonly body: string | Uint8Array
}

/** The same by a server whose clock is so far ahead. @internal */
export const skewed = <A extends Dated>(answer: A, now: number, millis: number): A => {
  const headers = Object.entries({ date: httpDate(now), ...answer.headers }).map(([name, value]) =>
    dated.has(name.toLowerCase()) && isHttpDate(value)
      ? [name, shift(value, millis, (moved) => httpDate(DateTime.toEpochMillis(moved)))]
      : [name, value]
  )
  const { body } = answer
  return {
    ...answer,
    headers: Object.fromEntries(headers),
    body:
      typeof body === "string"
        ? body.replace(stamp, (_, before: string, time: string, after: string) => {
            return before + shift(time, millis, DateTime.formatIso) + after
          })
        : body
  }
}
