import { PCGRandom } from "effect/Utils"
import type { Scripted } from "../../ConnectionsModel.js"
import type { WorldFaults } from "../../World.js"

const kinds: Readonly<Record<NonNullable<WorldFaults["kinds"]>[number], Scripted>> = {
  unavailable: { status: 503, json: { message: "for a moment" } },
  limited: { status: 429, headers: { "retry-after": "1" }, json: { message: "too many requests" } },
  reset: { _tag: "Reset" },
  lost: { _tag: "Reset", commit: true },
  cut: { _tag: "CutBody", commit: true }
}

/** What befalls a request by chance, the same for the same seed; nothing when the world has no faults. @internal */
export const mishaps = (faults: WorldFaults | undefined): (() => Scripted | undefined) => {
  if (faults === undefined || faults.share <= 0) return () => undefined
  const among = (faults.kinds ?? Object.keys(kinds)).flatMap((kind) => (isKind(kind) ? [kinds[kind]] : []))
  const random = new PCGRandom(faults.seed ?? 0)
  return () => (random.number() < faults.share ? among[random.integer(among.length)] : undefined)
}

const isKind = (name: string): name is keyof typeof kinds => Object.hasOwn(kinds, name)
