import type { BurstKind } from "./burst.js"
import { SeededRandom } from "./seededRandom.js"
import { type FaultProfile, faultProfile } from "./faults.js"
import type { Tenant } from "./clientProcess.js"

export interface ScheduledCall {
  readonly name: string
  /** Milliseconds after the start of the process. */
  readonly at: number
  readonly interruptAfter: number | undefined
  readonly seed: number
}

export interface TenantScenario {
  readonly tenant: Tenant
  readonly seed: number
  readonly calls: ReadonlyArray<ScheduledCall>
  readonly crashAt: number | undefined
  readonly callsAfterCrash: ReadonlyArray<ScheduledCall>
  /** `orders`: its processes pursue orders through a ledger. */
  readonly burst: BurstKind | "orders" | undefined
}

/** The wall clock of the clients' machine is set. */
interface ClockJump {
  /** Milliseconds after the one before. */
  readonly after: number
  readonly byMillis: number
}

/** What happens in the run of one seed, except what the library does. */
export interface Scenario {
  readonly tenants: ReadonlyArray<TenantScenario>
  readonly clockJumps: ReadonlyArray<ClockJump>
  readonly faultProfile: FaultProfile
  readonly faultSeed: number
  /** Debug logs are searched for secrets too. */
  readonly logsAll: boolean
}

// how often each call is drawn
const weights: ReadonlyArray<readonly [string, number]> = Object.entries({
  list: 1,
  get: 2,
  hostile: 1,
  inputs: 1,
  select: 2,
  httpGet: 1,
  note: 4,
  noteAwkward: 1,
  slow: 1,
  forced: 1,
  insert: 2,
  post: 2,
  upload: 2,
  setActive: 1,
  submit: 2,
  follow: 3,
  result: 3,
  watched: 2,
  results: 1,
  late: 2,
  later: 2,
  jobGet: 1,
  bosaNote: 4,
  bosaNoteSlow: 1,
  bosaNoteOther: 1,
  bosaPages: 2,
  bosaCursors: 2,
  bosaEndless: 1,
  bosaUpload: 2,
  bosaDownload: 2,
  artifact: 1,
  connectors: 1,
  me: 1,
  createUser: 1,
  hasIntegration: 1
})

const scheduledCall = (random: SeededRandom, span: number): ScheduledCall => ({
  name: random.weighted(weights) ?? "note",
  at: random.between(0, span),
  interruptAfter: random.chance(0.12) ? random.between(1, random.pick([100, 3000, 20_000])) : undefined,
  seed: random.seed()
})

const scheduledCalls = (
  random: SeededRandom,
  least: number,
  most: number,
  span: number
): ReadonlyArray<ScheduledCall> =>
  Array.from({ length: random.between(least, most) }, () => scheduledCall(random, span))

const tenantScenario = (
  random: SeededRandom,
  index: number,
  most: number,
  burst: TenantScenario["burst"]
): TenantScenario => ({
  tenant: {
    index,
    keepsAttempt: random.chance(0.5),
    isRefreshing: random.chance(burst === "mixed" ? 0.8 : 0.3),
    dialect: random.pick(["bosa", "bosa-0.3", "gl"]),
    attemptTimeout: random.pick([3000, 8000, 30_000]),
    store: new Map()
  },
  seed: random.seed(),
  calls: scheduledCalls(random, 3, most, 15_000),
  crashAt: random.chance(0.25) ? random.between(50, 20_000) : undefined,
  callsAfterCrash: scheduledCalls(random, 0, 2, 3000),
  burst
})

const burstOf = (seed: number): TenantScenario["burst"] => {
  if (seed % 10 === 4) return "orders"
  if (seed % 100 === 7) return "outage"
  if (seed % 100 === 32) return "recovery"
  return seed % 50 === 13 ? "mixed" : undefined
}

const minute = 60_000
const hour = 60 * minute

// other draws than those of the calls and faults: without it a seed has the same history
const clockJumps = (seed: number): ReadonlyArray<ClockJump> => {
  const random = new SeededRandom(~seed)
  const size = random.pick([0, 2, 8, 40])
  return Array.from({ length: size }, () => ({
    after: random.between(1, random.pick([2_000, 20_000, 60_000])),
    byMillis: random.pick([1_000, minute, 5 * minute, hour, 24 * hour]) * random.pick([-1, 1])
  }))
}

export const scenarioOf = (seed: number): Scenario => {
  const random = new SeededRandom(seed)
  const burst = burstOf(seed)
  const count = burst === undefined ? random.pick([1, 2, 2, 3, 4]) : 1
  const rate = random.pick([0.1, 0.45, 0.55, 0.65, 0.7])
  return {
    faultProfile: faultProfile(random, rate),
    faultSeed: random.seed(),
    logsAll: seed % 4 === 0,
    clockJumps: clockJumps(seed),
    tenants: Array.from({ length: count }, (_, index) => tenantScenario(random, index, count === 1 ? 8 : 5, burst))
  }
}
