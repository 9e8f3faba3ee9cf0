const digits = /^\d{1,10}$/
const imfDate =
  /^(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun), \d{2} (?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec) \d{4} \d{2}:\d{2}:\d{2} GMT$/

const dateMillis = (text: string | undefined): number | undefined =>
  text !== undefined && imfDate.test(text) ? Date.parse(text) : undefined

type Headers = Readonly<Record<string, string | undefined>>

/**
 * When the server sent a response, by its own clock; `undefined` when it does not say.
 *
 * @internal
 */
export const servedMillis = (headers: Headers): number | undefined => {
  const millis = dateMillis(headers["date"])
  return millis === undefined || Number.isNaN(millis) ? undefined : millis
}

/**
 * The wait that a response asks for, in milliseconds. Strict: `Number("")` is 0
 * and `Date.parse("-1")` is 2001, so only the grammar of RFC 9110 counts. A date
 * is compared with the response's own `Date`, so that our clock does not matter; without one with `nowMillis` of the wall clock.
 *
 * @internal
 */
export const retryAfterMillis = (headers: Headers, nowMillis: number): number | undefined => {
  const millis = headers["retry-after-ms"] ?? headers["x-ms-retry-after-ms"]
  if (millis !== undefined && digits.test(millis.trim())) return Number(millis)
  const value = headers["retry-after"]?.trim()
  if (value === undefined) return undefined
  if (digits.test(value)) return Number(value) * 1000
  const at = dateMillis(value)
  if (at === undefined || Number.isNaN(at)) return undefined
  return Math.max(0, at - (servedMillis(headers) ?? nowMillis))
}
