/**
 * Puts a skill into all its destinations or into none.
 */
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import type * as Scope from "effect/Scope"
import * as Path from "node:path"
import type { Contents } from "./archive.js"
import {
  type DiskFault,
  entryAt,
  makeFolder,
  makeFolders,
  makeTemporary,
  removeEmpty,
  removeTree,
  rename,
  writeNew
} from "./disk.js"
import { checkTop, type InstallPlan } from "./installPlan.js"
import { refusal, type Refusal, visible } from "./refusal.js"

const writesAtOnce = 8

/** A hidden folder within a destination, so that what is complete can be moved into place by its name alone. */
interface Stage {
  readonly plan: InstallPlan
  readonly root: string
  /** What is to be put into place. */
  readonly fresh: string
  /** What was in its place before. */
  readonly old: string
  /** Set when something that was moved here could not be put back. */
  holdsOld: boolean
}

const makeMissing = (path: string): Effect.Effect<boolean, DiskFault, Scope.Scope> =>
  Effect.acquireRelease(
    makeFolder(path).pipe(
      Effect.as(true),
      // Another process was faster: then it is not ours to remove.
      Effect.catchIf(
        (fault) => fault.code === "EEXIST",
        () => Effect.succeed(false)
      )
    ),
    (made, exit) => (made && Exit.isFailure(exit) ? Effect.ignore(removeEmpty(path)) : Effect.void)
  )

/** Makes what is missing of a path, each folder to be removed again should the rest fail. */
const makeBase = Effect.fnUntraced(function* (base: string) {
  const missing: Array<string> = []
  for (let path = base; (yield* entryAt(path)) === undefined; path = Path.dirname(path)) missing.push(path)
  yield* Effect.forEach(missing.reverse(), makeMissing, { discard: true })
})

const openStage = Effect.fnUntraced(function* (plan: InstallPlan) {
  const root = yield* makeTemporary(Path.join(plan.base, ".skill-"))
  const stage: Stage = {
    plan,
    root,
    fresh: Path.join(root, "new"),
    old: Path.join(root, "old"),
    holdsOld: false
  }
  return stage
})

const closeStage = (stage: Stage): Effect.Effect<void> =>
  stage.holdsOld ? Effect.void : Effect.ignoreLogged(removeTree(stage.root))

const fill = Effect.fnUntraced(function* (
  stage: Stage,
  folder: string | undefined,
  contents: Pick<Contents, "files" | "directories">
) {
  const root = folder === undefined ? stage.fresh : Path.join(stage.fresh, folder)
  yield* makeFolder(stage.old)
  yield* makeFolders(root)
  const folders = new Set(contents.directories.map((segments) => Path.join(root, ...segments)))
  for (const { segments } of contents.files) folders.add(Path.join(root, ...segments.slice(0, -1)))
  yield* Effect.forEach(folders, makeFolders, { discard: true })
  yield* Effect.forEach(contents.files, (file) => writeNew(Path.join(root, ...file.segments), file.content), {
    concurrency: writesAtOnce,
    discard: true
  })
})

interface Undo {
  readonly stage: Stage
  /** Whether it brings the previous version back. */
  readonly restores: boolean
  readonly run: Effect.Effect<void, DiskFault>
}

const takenCodes: ReadonlySet<string> = new Set(["EEXIST", "ENOTEMPTY"])

const moveOne = Effect.fnUntraced(function* (stage: Stage, top: string, overwrite: boolean, undos: Array<Undo>) {
  const target = Path.join(stage.plan.base, top)
  const fresh = Path.join(stage.fresh, top)
  const old = Path.join(stage.old, top)
  // Checked again: the files took time to write.
  if (yield* checkTop(target, overwrite)) {
    yield* rename(target, old)
    undos.push({ stage, restores: true, run: rename(old, target) })
  }
  yield* rename(fresh, target).pipe(
    Effect.catchIf(
      (fault) => takenCodes.has(fault.code),
      () => Effect.fail(refusal({ reason: "exists", at: visible(target) }))
    )
  )
  undos.push({ stage, restores: false, run: rename(target, fresh) })
})

const undoAll = Effect.fnUntraced(function* (undos: ReadonlyArray<Undo>) {
  let kept: DiskFault | undefined
  for (const { restores, run, stage } of [...undos].reverse()) {
    const undone = yield* Effect.either(run)
    if (undone._tag === "Right" || !restores) continue
    stage.holdsOld = true
    kept = { ...undone.left, kept: stage.old }
  }
  return kept
})

const takeBack = (
  failure: Refusal | DiskFault,
  undos: ReadonlyArray<Undo>
): Effect.Effect<never, Refusal | DiskFault> => Effect.flatMap(undoAll(undos), (kept) => Effect.fail(kept ?? failure))

const moveAll = Effect.fnUntraced(function* (stages: ReadonlyArray<Stage>, overwrite: boolean) {
  const undos: Array<Undo> = []
  yield* Effect.forEach(
    stages,
    (stage) => Effect.forEach(stage.plan.tops, (top) => moveOne(stage, top, overwrite, undos), { discard: true }),
    { discard: true }
  ).pipe(Effect.catchAll((failure) => takeBack(failure, undos)))
})

/**
 * Writes the files next to their places and then moves them there. Whatever happens before the last move leaves every
 * destination as it was.
 */
export const place = (
  plans: ReadonlyArray<InstallPlan>,
  folder: string | undefined,
  contents: Pick<Contents, "files" | "directories">,
  overwrite: boolean
): Effect.Effect<void, Refusal | DiskFault> =>
  Effect.uninterruptibleMask((restore) =>
    Effect.gen(function* () {
      const stages = yield* Effect.forEach(plans, (plan) =>
        Effect.gen(function* () {
          yield* makeBase(plan.base)
          const stage = yield* Effect.acquireRelease(openStage(plan), closeStage)
          yield* restore(fill(stage, folder, contents))
          return stage
        })
      )
      yield* moveAll(stages, overwrite)
    }).pipe(Effect.scoped)
  )
