const zoned = /(?:[zZ]|[+-]\d{2}:?\d{2})$/

// seconds since 1970 have 10 digits until the year 2286, milliseconds have had 12 since 1973
const seconds = 1e11

const ofNumber = (value: number): number | undefined => {
  if (!Number.isFinite(value) || value <= 0) return undefined
  return value < seconds ? value * 1000 : value
}

/**
 * A point in time as servers write it, in milliseconds since 1970: a date and time, which is UTC when it names no zone,
 * a date as in headers, or a number of seconds or milliseconds.
 *
 * @internal
 */
export const expiryMillis = (value: unknown): number | undefined => {
  if (typeof value !== "string") return undefined
  const text = value.trim()
  if (/^\d+(?:\.\d+)?$/.test(text)) return ofNumber(Number(text))
  // a parser takes "-1" and "soon 1" for days of the year 2001
  if (!/^\d{4}-\d{2}-\d{2}|^[A-Z][a-z]{2}, \d{2} /.test(text)) return undefined
  const isTimed = /^\d{4}-\d{2}-\d{2}[tT ]\d{2}:\d{2}/.test(text)
  const millis = Date.parse(isTimed && !zoned.test(text) ? `${text}Z` : text)
  return Number.isNaN(millis) ? undefined : millis
}
