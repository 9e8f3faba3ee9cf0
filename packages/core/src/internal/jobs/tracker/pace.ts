/**
 * How long to wait between two polls of a job by default. All in milliseconds.
 *
 * @internal
 */

/** The first wait of the default pace, and the least between the polls for two watchers of one job. */
export const firstMillis = 500

/** The longest wait of the default pace, before jitter. */
const longestMillis = 10_000

/** No pace may ask for less: a schedule without delay would be a hot loop. */
const floorMillis = 10

/** The wait after a wait; 0 is none yet. */
export const next = (millis: number): number =>
  millis <= 0 ? firstMillis : Math.min(Math.round(millis * 1.5), longestMillis)

/** A quarter less to a quarter more; `random` from 0 to 1. */
export const jittered = (millis: number, random: number): number => Math.round(millis * (0.75 + random / 2))

/** A server's hint: nothing when it is not a length of time, and never more than `maxMillis`. */
export const hint = (millis: number | undefined, maxMillis: number): number =>
  millis !== undefined && millis > 0 ? Math.min(Math.ceil(millis), maxMillis) : 0

/** The wait of a schedule, as one that can be kept. */
export const kept = (millis: number, otherwise: number): number =>
  Number.isNaN(millis) ? otherwise : Math.max(floorMillis, Math.ceil(millis))

/** The pause after the nth 429 in a row that gave no hint. */
export const pause = (nth: number): number => Math.min(1_000 * 2 ** nth, 30_000)
