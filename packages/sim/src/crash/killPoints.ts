/**
 * When each child is killed, by seed.
 */

/** The message after which the time to the kill starts; `start` is the start of the child. */
export type Trigger = "start" | "Ready" | "Started" | "Accepted" | "Finished"

export interface KillPoint {
  readonly trigger: Trigger
  /** The piece of work that the kill is meant for, from 0. */
  readonly piece: number
  /** From the trigger to the kill, in milliseconds. */
  readonly afterMillis: number
}

export const pieces = 3

// how long after its trigger a kill may come: about as long as that phase takes
const aims: ReadonlyArray<readonly [trigger: Trigger, fromMillis: number, toMillis: number]> = [
  ["start", 0, 500],
  ["Started", 0, 160],
  ["Accepted", 0, 450],
  ["Accepted", 510, 570],
  ["Finished", 0, 25],
  ["Ready", 0, 6],
  ["Started", 20, 130]
]

/** Numbers from 0 to 1 that a seed alone decides. */
export const randomOf = (seed: number): (() => number) => {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296
  }
}

export const killPoints = (seed: number, count: number): ReadonlyArray<KillPoint> => {
  const random = randomOf(seed)
  return Array.from({ length: count }, (_, index): KillPoint => {
    const [trigger, from, to] = aims[index % aims.length] ?? ["start", 0, 0]
    return { trigger, piece: Math.floor(random() * pieces), afterMillis: from + random() * (to - from) }
  })
}
