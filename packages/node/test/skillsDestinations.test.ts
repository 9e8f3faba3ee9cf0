import { assert, describe, it } from "@effect/vitest"
import { NodeSkills } from "@effect-connectors/node"
import * as Effect from "effect/Effect"
import { mkdirSync, symlinkSync, writeFileSync } from "node:fs"
import { join, relative } from "node:path"
import { filesOf, temporary, walk } from "./support/folders.js"
import { zip } from "./support/zip.js"

const single: NodeSkills.Artifact = {
  id: "s1",
  name: "My Skill",
  sourceType: "upload_md",
  bytes: new TextEncoder().encode("# one\n")
}

const tree: NodeSkills.Artifact = {
  ...single,
  sourceType: "upload_zip",
  bytes: zip([
    { name: "SKILL.md", content: "# hi\n" },
    { name: "scripts/" },
    { name: "scripts/run.sh", content: "echo 1\n" },
    { name: "a.txt", content: "é" }
  ])
}

describe("destinations", () => {
  const refusedBy = (
    root: string,
    destinations: ReadonlyArray<string>,
    options: Partial<NodeSkills.NodeSkillsOptions> = {}
  ) =>
    Effect.gen(function* () {
      const before = walk(root)
      const error = yield* Effect.flip(NodeSkills.install(single, { ...options, destinations }))
      assert.deepStrictEqual(walk(root), before)
      return error
    })

  it.scoped("an existing skill stops all destinations, also those before it", () =>
    Effect.gen(function* () {
      const root = yield* temporary
      mkdirSync(join(root, "d2", "My Skill"), { recursive: true })
      const error = yield* refusedBy(root, [join(root, "d1"), join(root, "d2")])
      assert.deepInclude(error, { _tag: "SkillRejected", reason: "exists", at: join(root, "d2", "My Skill") })
    })
  )

  it.scoped("unpacked right into a destination, each existing name at the top stops it", () =>
    Effect.gen(function* () {
      const root = yield* temporary
      mkdirSync(join(root, "scripts"))
      writeFileSync(join(root, "scripts", "mine"), "mine")
      const before = walk(root)
      const error = yield* Effect.flip(NodeSkills.install(tree, { destinations: [root], createParent: false }))
      assert.deepInclude(error, { _tag: "SkillRejected", reason: "exists", at: join(root, "scripts") })
      assert.deepStrictEqual(walk(root), before)
      yield* NodeSkills.install(tree, { destinations: [root], createParent: false, overwrite: true })
      assert.deepStrictEqual(filesOf(root), { "SKILL.md": "# hi\n", "a.txt": "é", "scripts/run.sh": "echo 1\n" })
    })
  )

  it.scoped("with overwrite the new version replaces the old one whole, file or folder", () =>
    Effect.gen(function* () {
      const root = yield* temporary
      mkdirSync(join(root, "d1", "My Skill", "sub"), { recursive: true })
      writeFileSync(join(root, "d1", "My Skill", "sub", "old"), "old")
      mkdirSync(join(root, "d2"))
      writeFileSync(join(root, "d2", "My Skill"), "a file")
      yield* NodeSkills.install(single, { destinations: [join(root, "d1"), join(root, "d2")], overwrite: true })
      assert.deepStrictEqual(walk(root), {
        d1: "folder",
        "d1/My Skill": "folder",
        "d1/My Skill/SKILL.md": "# one\n",
        d2: "folder",
        "d2/My Skill": "folder",
        "d2/My Skill/SKILL.md": "# one\n"
      })
    })
  )

  it.scoped("a link in the skill's place is refused, overwritten or not", () =>
    Effect.gen(function* () {
      const root = yield* temporary
      mkdirSync(join(root, "elsewhere"))
      mkdirSync(join(root, "dst"))
      symlinkSync(join(root, "elsewhere"), join(root, "dst", "My Skill"))
      for (const overwrite of [false, true]) {
        const error = yield* refusedBy(root, [join(root, "dst")], { overwrite })
        assert.deepInclude(error, { _tag: "SkillRejected", reason: "unsafe path" })
      }
    })
  )

  it.scoped("a destination that is a link is where it leads; one that leads nowhere is refused", () =>
    Effect.gen(function* () {
      const root = yield* temporary
      mkdirSync(join(root, "real"))
      symlinkSync(join(root, "real"), join(root, "link"))
      symlinkSync(join(root, "nowhere"), join(root, "dangling"))
      const [done] = yield* NodeSkills.install(single, { destinations: [join(root, "link", "new")] })
      assert.strictEqual(done?.path, join(root, "link", "new", "My Skill"))
      assert.strictEqual(filesOf(root)["real/new/My Skill/SKILL.md"], "# one\n")
      const error = yield* refusedBy(root, [join(root, "dangling")])
      assert.deepInclude(error, { _tag: "SkillRejected", reason: "unsafe path" })
    })
  )

  it.scoped("the same place twice is refused, also by another path or inside another", () =>
    Effect.gen(function* () {
      const root = yield* temporary
      const dst = join(root, "dst")
      mkdirSync(dst)
      symlinkSync(dst, join(root, "link"))
      const others = [dst, `${dst}/./`, relative(process.cwd(), dst), join(root, "link"), join(dst, "My Skill", "x")]
      for (const pair of others.flatMap((other) => [
        [dst, other],
        [other, dst]
      ])) {
        for (const overwrite of [false, true]) {
          const error = yield* refusedBy(root, pair, { overwrite })
          assert.deepInclude(error, { _tag: "SkillRejected", reason: "exists" })
          assert.include(error.message, "another destination of the same call")
        }
      }
    })
  )

  it.scoped("a destination that is not a folder is reported with the system's code", () =>
    Effect.gen(function* () {
      const root = yield* temporary
      writeFileSync(join(root, "file"), "mine")
      for (const destination of [join(root, "file"), join(root, "file", "below")]) {
        const error = yield* refusedBy(root, [join(root, "d1"), destination])
        assert.deepInclude(error, {
          _tag: "SkillNotWritten",
          code: "ENOTDIR",
          path: join(root, "file"),
          retryable: false
        })
        assert.include(error.message, "ENOTDIR")
      }
    })
  )

  it.scoped("what cannot be written leaves nothing, not even the folders made for it", () =>
    Effect.gen(function* () {
      const root = yield* temporary
      const destination = join(root, "a", "b", "x".repeat(300), "c")
      const error = yield* refusedBy(root, [join(root, "d1", "deep"), destination])
      assert.deepInclude(error, { _tag: "SkillNotWritten", code: "ENAMETOOLONG" })
    })
  )
})
