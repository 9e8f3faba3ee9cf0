import { readdirSync, readFileSync } from "node:fs"
import { fileURLToPath } from "node:url"
import { afterEach, assert, describe, it } from "vitest"
import { build, type FixtureProject } from "./fixtureProject.js"

const repository = fileURLToPath(new URL("../../", import.meta.url))
const read = (path: string): string => readFileSync(`${repository}${path}`, "utf8")

const projects: Array<FixtureProject> = []
afterEach(() => {
  for (const made of projects.splice(0)) made.remove()
})

const manifest = (isPrivate: boolean): string =>
  `${JSON.stringify({ name: "@scope/a", version: "0.4.0", ...(isPrivate ? { private: true } : {}) }, null, 2)}\n`

/** A project of a package and a private one, and what `set-repository` did to it. */
const setRepository = (server: string, name: string) => {
  const files = {
    "packages/a/package.json": manifest(false),
    "packages/a/src/A.ts": "",
    "packages/b/package.json": manifest(true),
    "packages/b/src/B.ts": ""
  }
  const made = build(files, { GITHUB_SERVER_URL: server, GITHUB_REPOSITORY: name })
  projects.push(made)
  return { ...made.script("set-repository"), read: made.read }
}

describe("set-repository", () => {
  it("writes the repository of the workflow into each published package", () => {
    const { output, passed, read } = setRepository("https://github.example", "someone/connectors")
    assert.isTrue(passed, output)
    assert.deepStrictEqual(JSON.parse(read("packages/a/package.json")), {
      name: "@scope/a",
      version: "0.4.0",
      repository: { type: "git", url: "git+https://github.example/someone/connectors.git", directory: "packages/a" }
    })
    assert.strictEqual(read("packages/b/package.json"), manifest(true))
  })

  for (const [what, server, name] of [
    ["no server", "", "someone/connectors"],
    ["a server without https", "http://github.example", "someone/connectors"],
    ["no repository", "https://github.example", ""],
    ["a repository without an owner", "https://github.example", "connectors"],
    ["a repository with a path", "https://github.example", "someone/connectors/../other"]
  ] as const) {
    it(`refuses ${what}, and writes nothing`, () => {
      const { output, passed, read } = setRepository(server, name)
      assert.isFalse(passed)
      assert.include(output, "GITHUB_SERVER_URL and GITHUB_REPOSITORY say which repository this is")
      assert.strictEqual(read("packages/a/package.json"), manifest(false))
    })
  }
})

describe("what is published", () => {
  const manifests = readdirSync(`${repository}packages`)
    .map((name) => JSON.parse(read(`packages/${name}/package.json`)))
    .filter((each) => each.private !== true)

  it("is open to all, has a provenance, and names no repository of its own", () => {
    assert.isAtLeast(manifests.length, 5)
    for (const { name, publishConfig, repository } of manifests) {
      assert.deepStrictEqual(publishConfig, { access: "public", provenance: true }, name)
      assert.isUndefined(repository, name)
    }
  })

  it("runs nothing when it is installed", () => {
    for (const { name, scripts = {} } of manifests) {
      const run = Object.keys(scripts).filter((script) => /^(pre|post)?install$|^prepare$/.test(script))
      assert.deepStrictEqual(run, [], name)
    }
  })
})

describe("workflows", () => {
  const workflows = readdirSync(`${repository}.github/workflows`).map((name) => ({
    name,
    text: read(`.github/workflows/${name}`)
  }))

  for (const { name, text } of workflows) {
    it(`${name}: each action is a commit, and the comment says which version`, () => {
      const uses = text.split("\n").filter((line) => /^\s*(- )?uses:/.test(line))
      assert.isNotEmpty(uses)
      const loose = uses.filter((line) => !/uses: [\w.-]+\/[\w.-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$/.test(line))
      assert.deepStrictEqual(loose, [])
    })

    it(`${name}: each script of npm exists`, () => {
      const { scripts } = JSON.parse(read("package.json"))
      const named = [...text.matchAll(/npm run ([\w:]+)/g)].map(([, script = ""]) => script)
      assert.deepStrictEqual(
        named.filter((script) => !(script in scripts)),
        []
      )
    })
  }

  it("only the release may write, and has a token for the provenance", () => {
    const writing = workflows.filter(({ text }) => /: write$/m.test(text)).map(({ name }) => name)
    assert.deepStrictEqual(writing, ["release.yml"])
    assert.match(read(".github/workflows/release.yml"), /^ +id-token: write$/m)
  })

  it("the release sets the repository and makes the bills of materials before it publishes", () => {
    const { scripts } = JSON.parse(read("package.json"))
    assert.match(scripts.release, /set-repository.+sbom.+changeset publish$/)
  })
})
