import { assert, describe, it } from "@effect/vitest"
import { NodeSkills } from "@effect-connectors/node"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import { existsSync, mkdirSync, rmSync, symlinkSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { filesOf, staged, stagedFiles, temporary, until, walk } from "./support/folders.js"
import { zip } from "./support/zip.js"

const count = 400

const many: NodeSkills.Artifact = {
  id: "s1",
  name: "many",
  sourceType: "upload_zip",
  bytes: zip(Array.from({ length: count }, (_, index) => ({ name: `${index}.txt`, content: `new ${index}` })))
}

/** A destination with a previous version of the skill. */
const withEarlier = (path: string): void => {
  mkdirSync(join(path, "many"), { recursive: true })
  writeFileSync(join(path, "many", "old.txt"), "old")
}

describe("NodeSkills.install: interruption", () => {
  for (const after of [0, 1, 40, 200]) {
    it.scoped(`after ${after} files of the second destination leaves every destination as it was`, () =>
      Effect.gen(function* () {
        const root = yield* temporary
        const [first, second] = [join(root, "d1"), join(root, "new", "d2")]
        withEarlier(first)
        const before = walk(root)
        const fiber = yield* Effect.fork(NodeSkills.install(many, { destinations: [first, second], overwrite: true }))
        yield* until(() => staged(second).length > 0 && stagedFiles(second, "many") >= after)
        assert.strictEqual(stagedFiles(first, "many"), count)
        const exit = yield* Fiber.interrupt(fiber)
        assert.isTrue(Exit.isInterrupted(exit))
        assert.deepStrictEqual(walk(root), before)
      })
    )
  }
})

describe("NodeSkills.install: a failure after the checks", () => {
  // The files of the first destination take time; what happens to the second meanwhile is found at the end.
  const disturbed = (disturb: (second: string) => void) =>
    Effect.gen(function* () {
      const root = yield* temporary
      const [first, second] = [join(root, "d1"), join(root, "d2")]
      withEarlier(first)
      withEarlier(second)
      const fiber = yield* Effect.fork(
        Effect.flip(NodeSkills.install(many, { destinations: [first, second], overwrite: true }))
      )
      yield* until(() => staged(first).length > 0)
      disturb(second)
      const after = walk(second)
      const error = yield* Fiber.join(fiber)
      assert.deepStrictEqual(walk(first), { many: "folder", "many/old.txt": "old" })
      assert.deepStrictEqual(existsSync(second) ? walk(second) : {}, after)
      return error
    })

  it.scoped("a link that appears in the last destination: the first has its previous version again", () =>
    Effect.gen(function* () {
      const error = yield* disturbed((second) => {
        rmSync(join(second, "many"), { recursive: true })
        symlinkSync(second, join(second, "many"))
      })
      assert.deepInclude(error, { _tag: "SkillRejected", reason: "unsafe path" })
    })
  )

  it.scoped("a file in the place of a destination: its code is reported, the first is as it was", () =>
    Effect.gen(function* () {
      const root = yield* temporary
      const [first, second] = [join(root, "d1"), join(root, "d2")]
      withEarlier(first)
      mkdirSync(second)
      const fiber = yield* Effect.fork(
        Effect.flip(NodeSkills.install(many, { destinations: [first, second], overwrite: true }))
      )
      yield* until(() => staged(first).length > 0)
      rmSync(second, { recursive: true })
      writeFileSync(second, "a file")
      const error = yield* Fiber.join(fiber)
      assert.deepInclude(error, { _tag: "SkillNotWritten", code: "ENOTDIR" })
      assert.deepStrictEqual(filesOf(root), { "d1/many/old.txt": "old", d2: "a file" })
    })
  )

  it.scoped("without overwrite, what appears meanwhile stays, and the first destination is empty again", () =>
    Effect.gen(function* () {
      const root = yield* temporary
      const [first, second] = [join(root, "made", "d1"), join(root, "d2")]
      mkdirSync(second)
      const fiber = yield* Effect.fork(Effect.flip(NodeSkills.install(many, { destinations: [first, second] })))
      yield* until(() => staged(first).length > 0)
      withEarlier(second)
      const error = yield* Fiber.join(fiber)
      assert.deepInclude(error, { _tag: "SkillRejected", reason: "exists", at: join(second, "many") })
      assert.deepStrictEqual(walk(root), { d2: "folder", "d2/many": "folder", "d2/many/old.txt": "old" })
    })
  )

  it.scoped("two installs at once: one is there whole, the other fails", () =>
    Effect.gen(function* () {
      const root = yield* temporary
      const install = Effect.either(NodeSkills.install(many, { destinations: [root] }))
      const results = yield* Effect.all([install, install], { concurrency: 2 })
      const failed = results.flatMap((result) => (result._tag === "Left" ? [result.left] : []))
      assert.lengthOf(failed, 1)
      assert.deepInclude(failed[0], { _tag: "SkillRejected", reason: "exists" })
      assert.lengthOf(Object.keys(filesOf(root)), count)
      assert.deepStrictEqual(staged(root), [])
    })
  )
})
