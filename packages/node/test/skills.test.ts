import { assert, describe, it } from "@effect/vitest"
import { NodeSkills } from "@effect-connectors/node"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import { createHash } from "node:crypto"
import { existsSync, readFileSync, writeFileSync } from "node:fs"
import { join, relative } from "node:path"
import { filesOf, temporary, walk } from "./support/folders.js"
import { type Entry, extra, zip } from "./support/zip.js"

const sha256 = (bytes: string | Uint8Array): string => createHash("sha256").update(bytes).digest("hex")

const text = (content: string): Uint8Array => new TextEncoder().encode(content)

const single = (changes: Partial<NodeSkills.Artifact> = {}): NodeSkills.Artifact => ({
  id: "11111111-1111-1111-1111-111111111111",
  name: "My Skill",
  sourceType: "upload_md",
  contentSha256: sha256("# one\n"),
  bytes: text("# one\n"),
  ...changes
})

const archive = (entries: ReadonlyArray<Entry>, changes: Partial<NodeSkills.Artifact> = {}): NodeSkills.Artifact =>
  single({ sourceType: "upload_zip", contentSha256: undefined, bytes: zip(entries), ...changes })

// As the published clients were seen to take it: two files, a folder, a name whose content is not ASCII.
const observed = Buffer.from(
  "UEsDBBQAAAAAAAAAIVCfrl/yBQAAAAUAAAAIAAAAU0tJTEwubWQjIGhpClBLAwQUAAAAAAAAACFQAAAAAAAAAAAAAAAACAAAAHNjcmlwdHMvUEsDBBQA" +
    "AAAAAAAAIVBdskAeBwAAAAcAAAAOAAAAc2NyaXB0cy9ydW4uc2hlY2hvIDEKUEsDBBQAAAAAAAAAIVA+jQQOAgAAAAIAAAAFAAAAYS50eHTDqVBLAQIU" +
    "AxQAAAAAAAAAIVCfrl/yBQAAAAUAAAAIAAAAAAAAAAAAAACAAQAAAABTS0lMTC5tZFBLAQIUAxQAAAAAAAAAIVAAAAAAAAAAAAAAAAAIAAAAAAAAAAAA" +
    "AACAASsAAABzY3JpcHRzL1BLAQIUAxQAAAAAAAAAIVBdskAeBwAAAAcAAAAOAAAAAAAAAAAAAACAAVEAAABzY3JpcHRzL3J1bi5zaFBLAQIUAxQAAAAA" +
    "AAAAIVA+jQQOAgAAAAIAAAAFAAAAAAAAAAAAAACAAYQAAABhLnR4dFBLBQYAAAAABAAEANsAAACpAAAAAAA=",
  "base64"
)
const observedDigest = "7ed3de5bbe11015e8439f742920dffb3963a868919a76e2b0b3f9fd4be942dda"
const slip = Buffer.from(
  "UEsDBBQAAAAAAAAAIVCDFtyMAQAAAAEAAAALAAAALi4vZXZpbC50eHR4UEsBAhQDFAAAAAAAAAAhUIMW3IwBAAAAAQAAAAsAAAAAAAAAAAAAAIABAAAA" +
    "AC4uL2V2aWwudHh0UEsFBgAAAAABAAEAOQAAACoAAAAAAA==",
  "base64"
)

describe("single files", () => {
  for (const sourceType of ["upload_md", "manual"]) {
    it.scoped(`${sourceType}: SKILL.md in a folder with the skill's name`, () =>
      Effect.gen(function* () {
        const root = yield* temporary
        const done = yield* NodeSkills.install(single({ sourceType }), { destinations: [join(root, "dst")] })
        assert.deepStrictEqual(done, [
          { destination: join(root, "dst"), path: join(root, "dst", "My Skill"), files: 1, bytes: 6, verified: true }
        ])
        assert.deepStrictEqual(filesOf(root), { "dst/My Skill/SKILL.md": "# one\n" })
      })
    )
  }

  it.scoped("the digest counts without its case and the space around it", () =>
    Effect.gen(function* () {
      const root = yield* temporary
      const contentSha256 = ` ${sha256("# one\n").toUpperCase()} `
      const [done] = yield* NodeSkills.install(single({ contentSha256 }), { destinations: [root] })
      assert.isTrue(done?.verified)
    })
  )

  it.scoped("without a digest it is installed, and not verified", () =>
    Effect.gen(function* () {
      const root = yield* temporary
      const [none] = yield* NodeSkills.install(single({ contentSha256: undefined }), {
        destinations: [join(root, "a")]
      })
      const [empty] = yield* NodeSkills.install(single({ contentSha256: "" }), { destinations: [join(root, "b")] })
      assert.deepStrictEqual([none?.verified, empty?.verified], [false, false])
    })
  )

  it.scoped("with another digest nothing is written, and both are named", () =>
    Effect.gen(function* () {
      const root = yield* temporary
      const error = yield* Effect.flip(
        NodeSkills.install(single({ contentSha256: "0".repeat(64) }), { destinations: [join(root, "dst")] })
      )
      assert.deepInclude(error, {
        _tag: "SkillRejected",
        reason: "checksum mismatch",
        expected: "0".repeat(64),
        actual: sha256("# one\n")
      })
      assert.include(error.message, "0".repeat(64))
      assert.include(error.message, sha256("# one\n"))
      assert.deepStrictEqual(walk(root), {})
    })
  )

  it.scoped("an unknown source is refused before anything else", () =>
    Effect.gen(function* () {
      const root = yield* temporary
      const error = yield* Effect.flip(
        NodeSkills.install(single({ sourceType: "tarball", contentSha256: "x" }), { destinations: [join(root, "dst")] })
      )
      assert.deepInclude(error, { _tag: "SkillRejected", reason: "unknown source" })
      assert.deepStrictEqual(walk(root), {})
    })
  )

  it.scoped("a file of over 256 MiB is refused", () =>
    Effect.gen(function* () {
      const root = yield* temporary
      const bytes = new Uint8Array(256 * 1024 * 1024 + 1)
      const error = yield* Effect.flip(
        NodeSkills.install(single({ bytes, contentSha256: undefined }), { destinations: [join(root, "dst")] })
      )
      assert.deepInclude(error, { _tag: "SkillRejected", reason: "too large" })
      assert.deepStrictEqual(walk(root), {})
    })
  )
})

describe("archives", () => {
  for (const sourceType of ["upload_zip", "github"]) {
    it.scoped(`${sourceType}: verified by its tree, in two destinations, under the last part of the name given`, () =>
      Effect.gen(function* () {
        const root = yield* temporary
        const done = yield* NodeSkills.install(single({ sourceType, contentSha256: observedDigest, bytes: observed }), {
          destinations: [join(root, "d1"), join(root, "d2")],
          folder: "../x/evil"
        })
        assert.deepStrictEqual(
          done.map(({ bytes, files, path, verified }) => [relative(root, path), files, bytes, verified]),
          [
            ["d1/evil", 3, 14, true],
            ["d2/evil", 3, 14, true]
          ]
        )
        assert.deepStrictEqual(filesOf(root), {
          "d1/evil/SKILL.md": "# hi\n",
          "d1/evil/a.txt": "é",
          "d1/evil/scripts/run.sh": "echo 1\n",
          "d2/evil/SKILL.md": "# hi\n",
          "d2/evil/a.txt": "é",
          "d2/evil/scripts/run.sh": "echo 1\n"
        })
      })
    )
  }

  it.scoped("the observed archive with a path out of its folder is refused", () =>
    Effect.gen(function* () {
      const root = yield* temporary
      const error = yield* Effect.flip(
        NodeSkills.install(archive([], { bytes: slip }), { destinations: [join(root, "dst")] })
      )
      assert.deepInclude(error, { _tag: "SkillRejected", reason: "unsafe path", at: "../evil.txt" })
      assert.deepStrictEqual(walk(root), {})
    })
  )

  it.scoped("another tree than the announced one is refused", () =>
    Effect.gen(function* () {
      const root = yield* temporary
      const changed = archive([{ name: "SKILL.md", content: "# ho\n" }], { contentSha256: observedDigest })
      const error = yield* Effect.flip(NodeSkills.install(changed, { destinations: [join(root, "dst")] }))
      assert.deepInclude(error, { _tag: "SkillRejected", reason: "checksum mismatch", expected: observedDigest })
      assert.deepStrictEqual(walk(root), {})
    })
  )

  it.scoped(
    "every byte arrives: stored, deflated, described behind, with folders, comments and names of all kinds",
    () =>
      Effect.gen(function* () {
        const root = yield* temporary
        const all = Uint8Array.from({ length: 200_000 }, (_, index) => (index * 7919) >> 3)
        const time = extra(0x5455, Uint8Array.of(1, 0, 0, 0, 0))
        const entries: ReadonlyArray<Entry> = [
          { name: "SKILL.md", content: "# hi\n", extra: time },
          { name: "empty/" },
          { name: "empty.txt" },
          { name: "deflated-empty.txt", method: 8 },
          { name: "bin/all", content: all, method: 8 },
          { name: "bin/all-stored", content: all },
          { name: "behind", content: all, method: 8, descriptor: "signed" },
          { name: "behind-plain", content: all, method: 8, descriptor: "plain" },
          { name: "nested.zip", content: zip([{ name: "x", content: "y" }]) },
          { name: "ünï/日本語 😀.txt", content: "😀", method: 8 },
          { name: "zwj/👩‍💻.md", content: "x" },
          { name: ".hidden", content: "x", madeBy: 0x0014, attributes: 0x20 },
          { name: "a.b..c", content: "x", mode: 0 },
          { name: "run.sh", content: "#!/bin/sh\n", mode: 0o100755 }
        ]
        const bytes = zip(entries, { comment: text("made for a test") })
        const [done] = yield* NodeSkills.install(archive([], { bytes }), { destinations: [root] })
        const files = entries.filter((entry) => typeof entry.name === "string" && !entry.name.endsWith("/"))
        assert.strictEqual(done?.files, files.length)
        const folder = join(root, "My Skill")
        let total = 0
        for (const { content, name } of files) {
          const expected = Buffer.from(content ?? "")
          assert.isTrue(expected.equals(readFileSync(join(folder, String(name)))), String(name))
          total += expected.length
        }
        assert.strictEqual(done?.bytes, total)
        assert.strictEqual(walk(folder)["empty"], "folder")
        assert.lengthOf(Object.keys(filesOf(root)), files.length)
      })
  )

  it.scoped("takes a view into a larger buffer by its own bounds", () =>
    Effect.gen(function* () {
      const root = yield* temporary
      const around = Buffer.concat([Buffer.from("before"), observed, Buffer.from("behind")])
      const bytes = new Uint8Array(around.buffer, around.byteOffset + 6, observed.length)
      yield* NodeSkills.install(archive([], { bytes, contentSha256: observedDigest }), { destinations: [root] })
      assert.strictEqual(filesOf(root)["My Skill/SKILL.md"], "# hi\n")
    })
  )

  it.scoped("small archives may be of any ratio, 200 times is enough for a large one", () =>
    Effect.gen(function* () {
      const root = yield* temporary
      const small = archive([{ name: "zeros", content: Buffer.alloc(1024 * 1024), method: 8 }])
      yield* NodeSkills.install(small, { destinations: [join(root, "small")] })
      const random = createHash("shake256", { outputLength: 20_000 }).update("seed").digest()
      const large = archive([
        { name: "random", content: random },
        { name: "zeros", content: Buffer.alloc(3_000_000), method: 8 }
      ])
      const [done] = yield* NodeSkills.install(large, { destinations: [join(root, "large")] })
      assert.strictEqual(done?.bytes, 3_020_000)
    })
  )

  it.scoped("without a folder of its own it is unpacked right into the destination", () =>
    Effect.gen(function* () {
      const root = yield* temporary
      writeFileSync(join(root, "mine"), "mine")
      const [done] = yield* NodeSkills.install(archive([], { bytes: observed, name: ".." }), {
        destinations: [root],
        createParent: false
      })
      assert.strictEqual(done?.path, root)
      assert.deepStrictEqual(filesOf(root), {
        mine: "mine",
        "SKILL.md": "# hi\n",
        "a.txt": "é",
        "scripts/run.sh": "echo 1\n"
      })
      assert.lengthOf(Object.keys(walk(root)), 5)
    })
  )
})

describe("folders", () => {
  const cases: ReadonlyArray<readonly [name: string, folder: string | undefined, expected: string]> = [
    ["My Skill", undefined, "My Skill"],
    ["../x/evil", undefined, "evil"],
    ["a\\b\\c", undefined, "c"],
    ["trailing/", undefined, "trailing"],
    ["", undefined, "11111111-1111-1111-1111-111111111111"],
    ["///", undefined, "11111111-1111-1111-1111-111111111111"],
    ["My Skill", "own", "own"]
  ]
  for (const [name, folder, expected] of cases) {
    it.scoped(`${JSON.stringify(name)} with ${JSON.stringify(folder)} goes into ${expected}`, () =>
      Effect.gen(function* () {
        const root = yield* temporary
        yield* NodeSkills.install(single({ name }), { destinations: [join(root, "dst")], folder })
        assert.deepStrictEqual(filesOf(root), { [`dst/${expected}/SKILL.md`]: "# one\n" })
      })
    )
  }

  for (const name of ["..", ".", "a/..", "C:", "CON", "nul.md", "x ", "x.", "a\u0000b", "a\u202eb", "x".repeat(256)]) {
    it.scoped(`${JSON.stringify(name).slice(0, 20)} is no folder, by name or by choice`, () =>
      Effect.gen(function* () {
        const root = yield* temporary
        const byName = yield* Effect.flip(NodeSkills.install(single({ name }), { destinations: [join(root, "dst")] }))
        const byChoice = yield* Effect.flip(
          NodeSkills.install(single(), { destinations: [join(root, "dst")], folder: name })
        )
        assert.deepInclude(byName, { _tag: "SkillRejected", reason: "unsafe path" })
        assert.deepInclude(byChoice, { _tag: "SkillRejected", reason: "unsafe path" })
        assert.deepStrictEqual(walk(root), {})
      })
    )
  }
})

describe("download", () => {
  it.scoped("fetches and installs", () =>
    Effect.gen(function* () {
      const root = yield* temporary
      const skills = { artifact: (name: string) => Effect.succeed(single({ name })) }
      const done = yield* NodeSkills.download(skills, "fetched", { destinations: [root] })
      assert.deepStrictEqual(
        done.map(({ path }) => path),
        [join(root, "fetched")]
      )
      assert.isTrue(existsSync(join(root, "fetched", "SKILL.md")))
    })
  )

  it.effect("without a destination fetches nothing", () =>
    Effect.gen(function* () {
      let fetched = 0
      const skills = {
        artifact: () =>
          Effect.sync(() => {
            fetched++
            return single()
          })
      }
      assert.deepStrictEqual(yield* NodeSkills.download(skills, undefined, { destinations: [] }), [])
      assert.strictEqual(fetched, 0)
    })
  )

  it.scoped("fails as the fetch does, and writes nothing", () =>
    Effect.gen(function* () {
      const root = yield* temporary
      const skills = { artifact: () => Effect.fail("gone" as const) }
      const result = yield* Effect.either(NodeSkills.download(skills, undefined, { destinations: [join(root, "dst")] }))
      assert.deepStrictEqual(result, Either.left("gone"))
      assert.deepStrictEqual(walk(root), {})
    })
  )
})
