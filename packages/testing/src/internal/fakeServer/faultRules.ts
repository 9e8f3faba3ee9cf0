import * as Effect from "effect/Effect"
import * as Hash from "effect/Hash"
import { PCGRandom } from "effect/Utils"
import type { ModelRequest, State } from "../../ConnectionsModel.js"
import type { Fault, Kind, Matcher, Plan, Rates, Rule } from "../../Faults.js"
import type { World, WorldFaults } from "../../World.js"
import { evenly, kinds, sharesOf } from "../faults/kinds.js"
import { type AnyMatcher, matches, type RouteNames } from "./scripts.js"

/** A path that comes back after as many others starts its numbers again. */
const maxPaths = 100_000

/** Faults from a seed. Each method and path has its own random numbers: requests that run at the same time do not change its faults. */
class SeededDraws {
  private readonly randomByKey = new Map<string, PCGRandom>()
  private readonly shares: ReadonlyArray<readonly [kind: Kind, rate: number]>

  constructor(
    private readonly seed: number,
    rates: Rates
  ) {
    this.shares = sharesOf(rates)
  }

  next({ method, path }: ModelRequest): Fault | undefined {
    const key = `${method} ${path}`
    const random = this.randomByKey.get(key) ?? new PCGRandom(this.seed, Hash.string(key))
    this.randomByKey.set(key, random)
    const [oldest = key] = this.randomByKey.keys()
    if (this.randomByKey.size > maxPaths) this.randomByKey.delete(oldest)
    let remaining = random.number()
    for (const [kind, rate] of this.shares) {
      remaining -= rate
      if (remaining < 0) return kinds[kind]
    }
    return undefined
  }
}

const matchersOf = ({ from: _, pattern, path, ...rest }: Matcher): ReadonlyArray<AnyMatcher> => [
  ...(path === undefined ? [] : [{ ...rest, path }]),
  ...(pattern === undefined ? [] : [{ ...rest, path: new RegExp(pattern) }]),
  ...(path === undefined && pattern === undefined ? [rest] : [])
]

/** A rule in force. */
class ActiveRule {
  private matched = 0
  private used = 0
  private readonly matchers: ReadonlyArray<AnyMatcher>
  private readonly draws: SeededDraws | undefined

  constructor(private readonly rule: Rule) {
    this.matchers = matchersOf(rule.matcher ?? {})
    this.draws = rule._tag === "Seeded" ? new SeededDraws(rule.seed, rule.rates) : undefined
  }

  /** The fault that it has for a request. It counts and draws for each request that matches, also when another rule decides. */
  offer(request: ModelRequest, names: RouteNames): Fault | undefined {
    if (!this.matchers.every((matcher) => matches(matcher, request, names))) return undefined
    this.matched++
    if (this.matched < (this.rule.matcher?.from ?? 1)) return undefined
    switch (this.rule._tag) {
      case "Next":
        return this.rule.faults[this.used]
      case "Always":
        return this.rule.fault
      case "Seeded":
        return this.draws?.next(request)
    }
  }

  use(): void {
    this.used++
  }

  get left(): ReadonlyArray<Rule> {
    const { from = 1, ...matcher } = this.rule.matcher ?? {}
    const still = Math.max(1, from - this.matched)
    const rest = still === 1 ? matcher : { ...matcher, from: still }
    const rule: Rule = Object.keys(rest).length === 0 ? withoutMatcher(this.rule) : { ...this.rule, matcher: rest }
    if (rule._tag !== "Next") return [rule]
    return this.used < rule.faults.length ? [{ ...rule, faults: rule.faults.slice(this.used) }] : []
  }

  get unused(): ReadonlyArray<Rule> {
    return this.rule._tag === "Next" || (this.rule._tag === "Always" && this.used === 0) ? this.left : []
  }
}

const withoutMatcher = (rule: Rule): Rule => {
  const { matcher: _, ...rest } = rule
  return rest
}

/** A fault plan in force. @internal */
export class FaultRules {
  private rules: ReadonlyArray<ActiveRule>

  constructor(plan: Plan) {
    this.rules = plan.rules.map((rule) => new ActiveRule(rule))
  }

  set(plan: Plan): void {
    this.rules = plan.rules.map((rule) => new ActiveRule(rule))
  }

  take(request: ModelRequest, names: RouteNames): Fault | undefined {
    let taken: Fault | undefined
    for (const rule of this.rules) {
      const fault = rule.offer(request, names)
      if (fault === undefined || taken !== undefined) continue
      taken = fault
      rule.use()
    }
    return taken
  }

  get left(): Plan {
    return { rules: this.rules.flatMap(({ left }) => left) }
  }

  get unused(): Plan {
    return { rules: this.rules.flatMap(({ unused }) => unused) }
  }

  /** The part of a platform's state that a test reads and changes. */
  get state(): Pick<State, "setFaults" | "faults" | "unusedFaults"> {
    return {
      setFaults: (plan) => Effect.sync(() => this.set(plan)),
      faults: Effect.sync(() => this.left),
      unusedFaults: Effect.sync(() => this.unused)
    }
  }
}

const kindOfWorld: Readonly<Record<NonNullable<WorldFaults["kinds"]>[number], Kind>> = {
  unavailable: "unavailable",
  limited: "rateLimited",
  reset: "reset",
  lost: "lostAnswer",
  cut: "cutBody"
}

const ruleOfWorld = ({ kinds, seed = 0, share }: WorldFaults): Rule => ({
  _tag: "Seeded",
  seed,
  rates: evenly(share, kinds === undefined ? Object.values(kindOfWorld) : kinds.map((kind) => kindOfWorld[kind]))
})

/** The plan that a platform starts with, followed by the faults of its world. @internal */
export const faultRulesOf = ({ faults }: World, plan: Plan | undefined): FaultRules =>
  new FaultRules({ rules: [...(plan?.rules ?? []), ...(faults === undefined ? [] : [ruleOfWorld(faults)])] })
