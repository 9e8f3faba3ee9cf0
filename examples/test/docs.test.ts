import { assert, it } from "@effect/vitest"
import { existsSync, readFileSync, readdirSync } from "node:fs"
import { fileURLToPath } from "node:url"
import { describe } from "vitest"
import type { Endpoint } from "../../packages/core/src/internal/http/endpoint.js"
import { endpoints } from "../../packages/core/src/internal/connections/endpoints.js"

const root = new URL("../../", import.meta.url)
const read = (path: string) => readFileSync(new URL(path, root), "utf8")

const cellsOf = (line: string) =>
  line
    .split("|")
    .slice(1, -1)
    .map((cell) => cell.trim())

/** A request without the names of its path parameters: they may differ. */
const unnamed = (request: string) => request.replaceAll(/\{\w+\}/g, "{}")

describe("parity table of Connections", () => {
  const rows = read("docs/parity/connections.md")
    .split("\n")
    .filter((line) => line.includes(".test.ts`"))
    .map((line) => line.split("|").map((cell) => cell.trim()))

  it("has every operation that the client has, and no other", () => {
    const listed = rows.flatMap(([, , request = ""]) => /^`((?:GET|POST|DELETE) .+)`$/.exec(request)?.[1] ?? [])
    const ours = Object.values(endpoints).flatMap((group): ReadonlyArray<Endpoint> => Object.values(group))
    assert.isAbove(ours.length, 30)
    assert.sameMembers(
      listed.map(unnamed),
      ours.map(({ method, path }) => unnamed(`${method} ${path.route.replace("/api/v1", "")}`))
    )
  })

  for (const row of rows) {
    it(`${row[1]}: the cited test exists`, () => {
      const [, file = "", title = ""] = /^`([\w/.]+)`(?: "(.+)")?$/.exec(row.at(-2) ?? "") ?? []
      const path = file.startsWith("packages/") ? file : `packages/core/test/${file}`
      assert.include(read(path), title)
    })
  }
})

const guides = readdirSync(new URL("docs/", root), { recursive: true, encoding: "utf8" })
  .filter((path) => path.endsWith(".md"))
  .map((path) => `docs/${path.replaceAll("\\", "/")}`)
  .sort()

const pages = [
  "README.md",
  "CONTRIBUTING.md",
  "SECURITY.md",
  "CODE_OF_CONDUCT.md",
  ...["core", "node", "testing", "durable", "cli"].map((name) => `packages/${name}/README.md`),
  "examples/consumer-suite/README.md",
  ...guides
]

/** What GitHub makes of the headings of a page, for links into it. */
const anchorsOf = (path: string): ReadonlyArray<string> =>
  read(path)
    .replaceAll(/^```[^]*?^```/gm, "")
    .split("\n")
    .flatMap((line) => /^#+ (.+)$/.exec(line)?.[1] ?? [])
    .map((heading) =>
      heading
        .toLowerCase()
        .replaceAll(/[^\p{L}\p{N}\s_-]/gu, "")
        .replaceAll(/\s/g, "-")
    )

describe("links in the documents", () => {
  it("are checked on every page", () => {
    assert.include(pages, "docs/architecture.md")
    assert.isAbove(pages.length, 18)
  })

  for (const page of pages) {
    it(`${page}: every link has a target`, () => {
      const here = new URL(page, root)
      const links = [...read(page).matchAll(/\]\(([^)]+)\)/g)].map(([, link = ""]) => link)
      const broken = links.filter((link) => {
        if (/^https?:/.test(link)) return false
        const [path = "", anchor] = link.split("#")
        const target = path === "" ? page : fileURLToPath(new URL(path, here)).slice(fileURLToPath(root).length)
        if (!existsSync(new URL(target, root))) return true
        return anchor !== undefined && !anchorsOf(target).includes(anchor)
      })
      assert.deepStrictEqual(broken, [])
    })
  }
})

describe("list of guides", () => {
  const listed = Array.from(
    read("docs/index.md").matchAll(/^ *- \[.+?\]\((\S+?\.md)\)/gm),
    ([, path]) => `docs/${path}`
  )

  // the pages of the tags are listed in docs/errors.md
  it("has every page once: the sidebar of the site is made of it", () => {
    const expected = guides.filter((path) => path !== "docs/index.md" && !path.startsWith("docs/errors/"))
    assert.deepStrictEqual([...listed].sort(), expected)
  })
})

describe("programs shown on a page", () => {
  const shown = pages.flatMap((page) =>
    [...read(page).matchAll(/^```ts no-check ?(\S*)\n([^]*?)^```$/gm)].map(([, file = "", code = ""]) => ({
      page,
      file,
      code
    }))
  )

  it("are found", () => {
    assert.isAbove(shown.length, 3)
  })

  for (const { code, file, page } of shown) {
    it(`${page}: the code is that of ${file}`, () => {
      assert.strictEqual(code, read(file).replace(/^\/\*\*[^]*?\*\/\n/, ""))
    })
  }
})

describe("support page", () => {
  it("names the versions that the packages ask for", () => {
    const page = read("docs/support.md")
    const { engines, peerDependencies } = JSON.parse(read("packages/core/package.json"))
    for (const range of Object.values(peerDependencies)) assert.include(page, `(peer \`${String(range)}\`)`)
    assert.include(page, `| Node              | ${String(engines.node).replace(">=", "")} or later (\`engines\`)`)
    assert.include(page, `Tested with ${JSON.parse(read("package.json")).devDependencies.effect} `)
  })
})

describe("architecture page", () => {
  const page = read("docs/architecture.md")
  let folder = ""
  const places: Array<{ readonly what: string; readonly path: string; readonly name: string }> = []
  for (const line of page.split("\n")) {
    folder = /^In `(packages\/\w+\/src)`:$/.exec(line)?.[1] ?? folder
    const [what = "", file = "", name = "", ...more] = line.startsWith("|") ? cellsOf(line) : []
    const path = /^`([\w/]+\.ts)`$/.exec(file)?.[1]
    if (path !== undefined && more.length === 0) {
      places.push({ what, path: `${folder}/${path}`, name: name.replaceAll("`", "") })
    }
  }

  it("has tables that say where things are", () => {
    assert.isAbove(places.length, 40)
  })

  for (const { name, path, what } of places) {
    it(`${what}: ${path} has ${name}`, () => {
      assert.isTrue(existsSync(new URL(path, root)), `${path} does not exist`)
      assert.include(read(path), name)
    })
  }

  it("names only files that exist", () => {
    const named = [...page.matchAll(/`((?:packages|scripts|docs|examples)\/[\w./-]+\.(?:ts|mjs|md|json))`/g)]
    const missing = named
      .map(([, path = ""]) => path)
      .filter((path) => !path.includes("NAME") && !existsSync(new URL(path, root)))
    assert.deepStrictEqual(missing, [])
  })

  it("names only internal files that exist", () => {
    const named = [...page.matchAll(/`(internal\/[\w/]+\.ts)`/g)].map(([, path = ""]) => path)
    const sources = ["core", "node", "testing", "durable"].map((name) => `packages/${name}/src/`)
    const missing = named.filter((path) => !sources.some((folder) => existsSync(new URL(folder + path, root))))
    assert.deepStrictEqual(missing, [])
  })
})
