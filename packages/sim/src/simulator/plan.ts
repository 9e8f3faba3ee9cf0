import type { BurstKind } from "./burst.js"
import { Dice } from "./random.js"
import { type Weather, weatherOf } from "./faults.js"
import type { Tenant } from "./process.js"

export interface CallPlan {
  readonly name: string
  /** Milliseconds after the start of the process. */
  readonly at: number
  readonly interruptAfter: number | undefined
  readonly seed: number
}

export interface TenantPlan {
  readonly tenant: Tenant
  readonly seed: number
  readonly calls: ReadonlyArray<CallPlan>
  readonly crashAt: number | undefined
  readonly callsAfterCrash: ReadonlyArray<CallPlan>
  readonly burst: BurstKind | undefined
}

/** What happens in the run of one seed, as far as that is not the library's to say. */
export interface Plan {
  readonly tenants: ReadonlyArray<TenantPlan>
  readonly weather: Weather
  readonly faultSeed: number
  /** Debug logs are looked through too. */
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

const callPlan = (dice: Dice, span: number): CallPlan => ({
  name: dice.weighted(weights) ?? "note",
  at: dice.between(0, span),
  interruptAfter: dice.chance(0.12) ? dice.between(1, dice.pick([100, 3000, 20_000])) : undefined,
  seed: dice.seed()
})

const callPlans = (dice: Dice, least: number, most: number, span: number): ReadonlyArray<CallPlan> =>
  Array.from({ length: dice.between(least, most) }, () => callPlan(dice, span))

const tenantPlan = (dice: Dice, index: number, most: number, burst: BurstKind | undefined): TenantPlan => ({
  tenant: {
    index,
    keepsAttempt: dice.chance(0.5),
    isRefreshing: dice.chance(burst === "mixed" ? 0.8 : 0.3),
    dialect: dice.pick(["bosa", "bosa-0.3", "gl"]),
    attemptTimeout: dice.pick([3000, 8000, 30_000]),
    store: new Map()
  },
  seed: dice.seed(),
  calls: callPlans(dice, 3, most, 15_000),
  crashAt: dice.chance(0.25) ? dice.between(50, 20_000) : undefined,
  callsAfterCrash: callPlans(dice, 0, 2, 3000),
  burst
})

const burstOf = (seed: number): BurstKind | undefined => {
  if (seed % 100 === 7) return "outage"
  if (seed % 100 === 32) return "recovery"
  return seed % 50 === 13 ? "mixed" : undefined
}

export const planOf = (seed: number): Plan => {
  const dice = new Dice(seed)
  const burst = burstOf(seed)
  const count = burst === undefined ? dice.pick([1, 2, 2, 3, 4]) : 1
  const rate = dice.pick([0.1, 0.45, 0.55, 0.65, 0.7])
  return {
    weather: weatherOf(dice, rate),
    faultSeed: dice.seed(),
    logsAll: seed % 4 === 0,
    tenants: Array.from({ length: count }, (_, index) => tenantPlan(dice, index, count === 1 ? 8 : 5, burst))
  }
}
