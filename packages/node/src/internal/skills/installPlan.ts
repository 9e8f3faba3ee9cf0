/**
 * Where the files of a skill go, with everything checked that can be before the first byte is written.
 */
import * as Effect from "effect/Effect"
import * as Path from "node:path"
import { type DiskFault, entryAt, requireFolder, resolveLinks } from "./disk.js"
import { refusal, refuse, type Refusal, visible } from "./refusal.js"

/** What one destination gets. */
export interface InstallPlan {
  readonly destination: string
  /** The folder the skill will be in, as it is reported. */
  readonly path: string
  /** The destination without links. */
  readonly base: string
  /** What is put into the base: the skill's folder, or each thing at the top of the skill. */
  readonly tops: ReadonlyArray<string>
}

// Of a path that is not all there, the part that is decides where the rest will be.
const baseOf = Effect.fnUntraced(function* (path: string) {
  let there = path
  for (;;) {
    const resolved = yield* resolveLinks(there)
    if (resolved !== undefined) {
      yield* requireFolder(resolved)
      return Path.join(resolved, Path.relative(there, path))
    }
    // A link to nothing would be followed when the folder is made.
    if ((yield* entryAt(there)) !== undefined)
      return yield* refuse("unsafe path", "it is a link to nothing", visible(there))
    there = Path.dirname(there)
  }
})

/** Fails when the place is taken. */
export const checkTop = Effect.fnUntraced(function* (path: string, overwrite: boolean) {
  const found = yield* entryAt(path)
  if (found === undefined) return false
  if (found.isSymbolicLink()) return yield* refuse("unsafe path", "a link is there", visible(path))
  if (!overwrite) return yield* Effect.fail(refusal({ reason: "exists", at: visible(path) }))
  return true
})

const planOne = Effect.fnUntraced(function* (
  destination: string,
  folder: string | undefined,
  tops: ReadonlyArray<string>,
  overwrite: boolean
) {
  const absolute = Path.resolve(destination)
  const base = yield* baseOf(absolute)
  const plan: InstallPlan = {
    destination,
    path: folder === undefined ? absolute : Path.join(absolute, folder),
    base,
    tops: folder === undefined ? tops : [folder]
  }
  yield* Effect.forEach(plan.tops, (top) => checkTop(Path.join(base, top), overwrite), { discard: true })
  return plan
})

const holds = (outer: string, inner: string): boolean => {
  const between = Path.relative(outer, inner)
  return between === "" || !(between === ".." || between.startsWith(`..${Path.sep}`) || Path.isAbsolute(between))
}

const targets = (plan: InstallPlan): ReadonlyArray<string> => plan.tops.map((top) => Path.join(plan.base, top))

const collide = (a: InstallPlan, b: InstallPlan): boolean =>
  targets(a).some((one) => targets(b).some((other) => holds(one, other) || holds(other, one)))

/** Plans for all destinations, or the first reason why one of them cannot be. */
export const planAll = Effect.fnUntraced(function* (
  destinations: ReadonlyArray<string>,
  folder: string | undefined,
  tops: ReadonlyArray<string>,
  overwrite: boolean
): Effect.fn.Return<ReadonlyArray<InstallPlan>, Refusal | DiskFault> {
  const plans: Array<InstallPlan> = []
  for (const destination of destinations) {
    const plan = yield* planOne(destination, folder, tops, overwrite)
    if (plans.some((other) => collide(plan, other))) {
      return yield* refuse("exists", "another destination of the same call puts it there too", visible(plan.path))
    }
    plans.push(plan)
  }
  return plans
})
