import { assert, describe, it } from "@effect/vitest"
import { NodeSkills } from "@effect-connectors/node"
import * as Effect from "effect/Effect"
import { mkdirSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { temporary, walk } from "./support/folders.js"
import { hostile } from "./support/hostile.js"

const artifact = (bytes: Uint8Array): NodeSkills.Artifact => ({
  id: "s1",
  name: "skill",
  sourceType: "upload_zip",
  bytes
})

describe("NodeSkills: hostile archives", () => {
  it("have names of their own", () => {
    assert.strictEqual(new Set(hostile.map((each) => each.what)).size, hostile.length)
    assert.isAtLeast(hostile.length, 100)
  })

  it.scoped("are refused with their reason, and nothing is left of them anywhere", () =>
    Effect.gen(function* () {
      const root = yield* temporary
      const [first, second] = [join(root, "deep", "er", "d1"), join(root, "d2")]
      mkdirSync(first, { recursive: true })
      writeFileSync(join(root, "SKILL.md"), "mine")
      const before = walk(root)
      let refused = 0
      let halfWritten = 0
      let outside = 0
      for (const { bytes, reason, says, what } of hostile) {
        const error = yield* NodeSkills.install(artifact(bytes), { destinations: [first, second] }).pipe(
          Effect.flip,
          Effect.orDieWith((written) => new Error(`${what}: installed ${JSON.stringify(written)}`))
        )
        assert.strictEqual(error._tag, "SkillRejected", what)
        if (error._tag === "SkillRejected") {
          assert.deepStrictEqual([error.reason, error.skill], [reason, "s1"], `${what}: ${error.message}`)
          assert.include(error.message, says, what)
          assert.notMatch(error.message, /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u, what)
          refused++
        }
        const added = Object.keys(walk(root)).filter((path) => !(path in before))
        halfWritten += added.filter((path) => path.startsWith("deep/er/d1/") || path.startsWith("d2")).length
        outside += added.filter((path) => !path.startsWith("deep/er/d1/") && !path.startsWith("d2")).length
      }
      console.log(`hostile archives: ${refused} refused, ${outside} files outside, ${halfWritten} half-written`)
      assert.deepStrictEqual([refused, outside, halfWritten], [hostile.length, 0, 0])
      assert.deepStrictEqual(walk(root), before)
    })
  )
})
