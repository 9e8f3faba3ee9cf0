import { assert, describe, it } from "@effect/vitest"
import { NodeSkills } from "@effect-connectors/node"
import * as Effect from "effect/Effect"
import * as FastCheck from "effect/FastCheck"
import { createHash } from "node:crypto"
import { filesOf, temporary } from "./support/folders.js"
import { type Entry, zip } from "./support/zip.js"

type Files = ReadonlyArray<readonly [name: string, content: Uint8Array]>

/** The digest as the published description has it, over code points in order. */
const described = (files: Files): string => {
  const points = (name: string): ReadonlyArray<number> => [...name].map((point) => point.codePointAt(0) ?? 0)
  const before = (a: string, b: string): number => {
    const [left, right] = [points(a), points(b)]
    for (let index = 0; index < Math.min(left.length, right.length); index++) {
      const difference = (left[index] ?? 0) - (right[index] ?? 0)
      if (difference !== 0) return difference
    }
    return left.length - right.length
  }
  const parts = [...files]
    .sort(([a], [b]) => before(a, b))
    .flatMap(([name, content]) => [Buffer.from(`${name}\0`), createHash("sha256").update(content).digest()])
  return createHash("sha256").update(Buffer.concat(parts)).digest("hex")
}

const verified = (entries: ReadonlyArray<Entry>, contentSha256: string, destination: string) =>
  NodeSkills.install(
    { id: "s1", name: "s", sourceType: "github", contentSha256, bytes: zip(entries) },
    { destinations: [destination], overwrite: true }
  ).pipe(Effect.map(([done]) => done?.verified))

const tree = FastCheck.uniqueArray(
  FastCheck.tuple(
    FastCheck.stringMatching(/^[a-z0-9_é\uff5e]{1,6}$/u),
    FastCheck.constantFrom("", ".md", "/x", "/y.txt", "\u{1f600}"),
    FastCheck.uint8Array({ maxLength: 40 })
  ).map(([stem, ending, content]) => [`d-${stem}${ending}`, content] as const),
  { minLength: 1, maxLength: 8, selector: ([name]) => name.split("/")[0] }
)

describe("NodeSkills: the digest of a tree", () => {
  it.scoped("orders names by code points, not by the units of UTF-16", () =>
    Effect.gen(function* () {
      const root = yield* temporary
      const files: Files = [
        ["\u{1f600}", Buffer.from("2")],
        ["\uff5e", Buffer.from("1")]
      ]
      const entries = files.map(([name, content]) => ({ name, content }))
      assert.isTrue(yield* verified(entries, described(files), root))
    })
  )

  it.scoped("is compared with both readings of names in UTF-8 that are not marked so", () =>
    Effect.gen(function* () {
      const root = yield* temporary
      const content = Buffer.from("1")
      const entries = [
        { name: "\u00fc.md", content, flags: 0 },
        { name: "SKILL.md", content }
      ]
      const files = (name: string): Files => [
        [name, content],
        ["SKILL.md", content]
      ]
      assert.isTrue(yield* verified(entries, described(files("\u00fc.md")), root))
      assert.isTrue(yield* verified(entries, described(files("\u251c\u255d.md")), root))
      assert.deepStrictEqual(Object.keys(filesOf(root)).sort(), ["s/SKILL.md", "s/\u00fc.md"])
      const other = yield* Effect.flip(verified(entries, described(files("u.md")), root))
      assert.deepInclude(other, { reason: "checksum mismatch", actual: described(files("\u00fc.md")) })
      const marked = [{ name: "\u00fc.md", content }, ...entries.slice(1)]
      const byTheLetter = yield* Effect.flip(verified(marked, described(files("\u251c\u255d.md")), root))
      assert.deepInclude(byTheLetter, { reason: "checksum mismatch" })
    })
  )

  it.scoped("does not depend on order, method, folders, or times, and on everything else", () =>
    Effect.gen(function* () {
      const root = yield* temporary
      let runs = 0
      for (const files of FastCheck.sample(tree, { numRuns: 25, seed: 7 })) {
        const digest = described(files)
        const entries = files.map(([name, content], index) => ({ name, content, method: index % 2 === 0 ? 8 : 0 }))
        assert.isTrue(yield* verified(entries, digest, root))
        assert.isTrue(yield* verified([{ name: "folder/" }, ...entries.reverse()], digest, root))
        const [first, ...rest] = entries
        const changed = [
          { name: `${first?.name}`, content: Buffer.concat([first?.content ?? Buffer.alloc(0), Buffer.from("!")]) },
          ...rest
        ]
        const error = yield* Effect.flip(verified(changed, digest, root))
        assert.deepInclude(error, {
          _tag: "SkillRejected",
          reason: "checksum mismatch",
          actual: described(changed.map(({ content, name }) => [name, content]))
        })
        runs++
      }
      assert.strictEqual(runs, 25)
    })
  )
})
