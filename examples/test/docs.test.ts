import { assert, it } from "@effect/vitest"
import { existsSync, readFileSync } from "node:fs"
import { fileURLToPath } from "node:url"
import { describe } from "vitest"
import type { Endpoint } from "../../packages/core/src/internal/http/endpoint.js"
import { endpoints } from "../../packages/core/src/internal/connections/endpoints.js"

const root = new URL("../../", import.meta.url)
const read = (path: string) => readFileSync(new URL(path, root), "utf8")

/** What the parameters of a path are called is nobody's business. */
const unnamed = (request: string) => request.replaceAll(/\{\w+\}/g, "{}")

describe("the parity table of Connections", () => {
  const [connections = ""] = read("docs/parity.md").split("\n## BOSA / GL Connectors\n")
  const rows = connections
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
    it(`${row[1]} is shown by a test that there is`, () => {
      const [, file = "", title = ""] = /^`([\w/.]+)`(?: "(.+)")?$/.exec(row.at(-2) ?? "") ?? []
      const path = file.startsWith("packages/") ? file : `packages/core/test/${file}`
      assert.include(read(path), title)
    })
  }
})

describe("links in the documents", () => {
  for (const page of [
    "README.md",
    "docs/jobs.md",
    "docs/retries.md",
    "docs/bosa.md",
    "docs/testing.md",
    "examples/consumer-suite/README.md",
    "docs/reliability.md",
    "docs/parity.md"
  ]) {
    it(`${page} links to what is there`, () => {
      const here = new URL(page, root)
      const links = [...read(page).matchAll(/\]\(([^)#]+)\)/g)].map(([, link = ""]) => link)
      const broken = links.filter((link) => !/^https?:/.test(link) && !existsSync(fileURLToPath(new URL(link, here))))
      assert.deepStrictEqual(broken, [])
    })
  }
})
