import type { SeededRandom } from "./seededRandom.js"

/** What a request is for: not every fault can befall each. */
export type RequestKind = "read" | "write" | "action" | "poll" | "page" | "discovery" | "file"

const everywhere = [
  "refused",
  "refusedForGood",
  "resetBefore",
  "resetAfter",
  "stallBefore",
  "stallAfter",
  "stallBody",
  "cutBody",
  "status408",
  "status429",
  "rateWait",
  "rateAbsurd",
  "status500",
  "status502",
  "status503",
  "unavailableWait",
  "status504",
  "saysRetry",
  "saysNever",
  "status401",
  "status403",
  "status404",
  "redirect",
  "html200",
  "empty200",
  "badJson200",
  "huge200",
  "deep200",
  "proto200",
  "slow",
  "clockJump"
] as const
const ofPolls = ["unknownWord", "backwards", "duplicate", "outdated", "notYet", "jobLost", "odd200"] as const
const ofPages = ["sameCursor", "endlessNext"] as const

export type Fault = (typeof everywhere)[number] | (typeof ofPolls)[number] | (typeof ofPages)[number]
/** Beside the faults of exchanges: a job that never ends, fibers interrupted, processes that crash. */
export const simulatorFaults: ReadonlyArray<Fault> = [...everywhere, ...ofPolls, ...ofPages]

// what ends a call for good would leave little else to see
const rare: Partial<Record<Fault, number>> = {
  refused: 3,
  resetBefore: 2,
  status503: 2,
  slow: 2,
  refusedForGood: 0.2,
  status401: 0.8,
  status403: 0.2,
  status404: 0.2,
  redirect: 0.3,
  html200: 0.5,
  empty200: 0.5,
  badJson200: 0.7,
  huge200: 0.3,
  deep200: 0.3,
  rateAbsurd: 1.5,
  stallBody: 0.5,
  jobLost: 0.5,
  unknownWord: 2,
  backwards: 2,
  duplicate: 2,
  outdated: 2,
  sameCursor: 2
}

// an action may answer with a file, and a file may be anything: there the right cannot be told from the wrong
const notOf: Partial<Record<RequestKind, ReadonlySet<Fault>>> = {
  file: new Set<Fault>(["html200", "badJson200", "empty200", "deep200", "proto200"]),
  action: new Set<Fault>(["html200", "empty200"]),
  page: new Set<Fault>(["html200", "empty200"]),
  poll: new Set<Fault>(["status403", "refusedForGood"])
}

const allOf = (sort: RequestKind): ReadonlyArray<Fault> => {
  const list: ReadonlyArray<Fault> =
    sort === "poll" ? [...everywhere, ...ofPolls] : sort === "page" ? [...everywhere, ...ofPages] : everywhere
  return list.filter((fault) => notOf[sort]?.has(fault) !== true)
}

const sorts: ReadonlyArray<RequestKind> = ["read", "write", "action", "poll", "page", "discovery", "file"]

/** How bad the weather of a seed is, and what kind of bad. */
export interface FaultProfile {
  /** How likely a fault is, per exchange. */
  readonly rate: number
  readonly weights: Readonly<Record<RequestKind, ReadonlyArray<readonly [Fault, number]>>>
}

export const faultProfile = (random: SeededRandom, rate: number): FaultProfile => {
  const weightOf = new Map(simulatorFaults.map((fault) => [fault, (rare[fault] ?? 1) * (0.1 + random.next() ** 2)]))
  const weigh = (sort: RequestKind) => allOf(sort).map((fault) => [fault, weightOf.get(fault) ?? 0] as const)
  const [read, write, action, poll, page, discovery, file] = sorts.map(weigh)
  const none: ReadonlyArray<readonly [Fault, number]> = []
  return {
    rate,
    weights: {
      read: read ?? none,
      write: write ?? none,
      action: action ?? none,
      poll: poll ?? none,
      page: page ?? none,
      discovery: discovery ?? none,
      file: file ?? none
    }
  }
}

/** What befalls an exchange, if anything does. */
export const drawFault = (
  { rate, weights }: FaultProfile,
  sort: RequestKind,
  random: SeededRandom
): Fault | undefined => (random.chance(rate) ? random.weighted(weights[sort]) : undefined)
