import type { SimulatorKind } from "../faultKinds.js"
import type { SeededRandom } from "./seededRandom.js"

/** What a request is for. Some faults make no sense for some of them. */
export type RequestKind = "read" | "write" | "action" | "poll" | "page" | "discovery" | "file"

const everywhere = [
  "refused",
  "tlsFailed",
  "reset",
  "lostAnswer",
  "hang",
  "hangAfterCommit",
  "hangBody",
  "cutBody",
  "status408",
  "status429",
  "rateLimited",
  "absurdRetryAfter",
  "status500",
  "status502",
  "unavailable",
  "unavailableRetryAfter",
  "gatewayTimeout",
  "retryableTrue",
  "retryableFalse",
  "status401",
  "status403",
  "status404",
  "redirect",
  "html",
  "emptyBody",
  "badJson",
  "largeBody",
  "deepBody",
  "protoKey",
  "delay",
  "clockSkew"
] as const satisfies ReadonlyArray<SimulatorKind>
const ofPolls = [
  "unknownStatus",
  "statusBackwards",
  "repeatedRead",
  "staleRead",
  "jobNotFoundYet",
  "jobGone",
  "oddBody"
] as const satisfies ReadonlyArray<SimulatorKind>
const ofPages = ["sameCursor", "endlessPages"] as const satisfies ReadonlyArray<SimulatorKind>
const ofMachine = ["clockBack", "clockForward"] as const satisfies ReadonlyArray<SimulatorKind>

/** What happens to the machine of the clients, and to no exchange. */
export type MachineFault = (typeof ofMachine)[number]

export type ExchangeFault = Exclude<SimulatorKind, MachineFault>

/** In the order in which a seed weighs them: another order gives other runs. */
const ofExchanges: ReadonlyArray<ExchangeFault> = [...everywhere, ...ofPolls, ...ofPages]

export const simulatorFaults: ReadonlyArray<SimulatorKind> = [...ofExchanges, ...ofMachine]

// a fault that ends a call for good leaves little else to see
const kindWeights: Partial<Record<ExchangeFault, number>> = {
  refused: 3,
  reset: 2,
  unavailable: 2,
  delay: 2,
  tlsFailed: 0.2,
  status401: 0.8,
  status403: 0.2,
  status404: 0.2,
  redirect: 0.3,
  html: 0.5,
  emptyBody: 0.5,
  badJson: 0.7,
  largeBody: 0.3,
  deepBody: 0.3,
  absurdRetryAfter: 1.5,
  hangBody: 0.5,
  jobGone: 0.5,
  unknownStatus: 2,
  statusBackwards: 2,
  repeatedRead: 2,
  staleRead: 2,
  sameCursor: 2
}

// an action may return a file, and a file may be anything: a wrong response cannot be distinguished from a right one
const impossible: Partial<Record<RequestKind, ReadonlySet<ExchangeFault>>> = {
  file: new Set<ExchangeFault>(["html", "badJson", "emptyBody", "deepBody", "protoKey"]),
  action: new Set<ExchangeFault>(["html", "emptyBody"]),
  page: new Set<ExchangeFault>(["html", "emptyBody"]),
  poll: new Set<ExchangeFault>(["status403", "tlsFailed"])
}

const faultsOf = (kind: RequestKind): ReadonlyArray<ExchangeFault> => {
  const list: ReadonlyArray<ExchangeFault> =
    kind === "poll" ? [...everywhere, ...ofPolls] : kind === "page" ? [...everywhere, ...ofPages] : everywhere
  return list.filter((fault) => impossible[kind]?.has(fault) !== true)
}

/** How often the exchanges of a seed meet a fault, and how likely each kind is. */
export interface FaultProfile {
  /** How likely a fault is, per exchange. */
  readonly rate: number
  readonly weights: Readonly<Record<RequestKind, ReadonlyArray<readonly [ExchangeFault, number]>>>
}

export const faultProfile = (random: SeededRandom, rate: number): FaultProfile => {
  const weightOf = new Map(ofExchanges.map((fault) => [fault, (kindWeights[fault] ?? 1) * (0.1 + random.next() ** 2)]))
  const weigh = (kind: RequestKind) => faultsOf(kind).map((fault) => [fault, weightOf.get(fault) ?? 0] as const)
  return {
    rate,
    weights: {
      read: weigh("read"),
      write: weigh("write"),
      action: weigh("action"),
      poll: weigh("poll"),
      page: weigh("page"),
      discovery: weigh("discovery"),
      file: weigh("file")
    }
  }
}

/** The fault of an exchange, if it has one. */
export const drawFault = (
  { rate, weights }: FaultProfile,
  kind: RequestKind,
  random: SeededRandom
): ExchangeFault | undefined => (random.chance(rate) ? random.weighted(weights[kind]) : undefined)
