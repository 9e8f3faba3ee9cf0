import * as Action from "@effect-connectors/core/Action"
import { Auth } from "@effect-connectors/core/Auth"
import { make } from "@effect-connectors/core/BosaApi"
import type { Dialect } from "@effect-connectors/core/Dialect"
import { BosaTest } from "@effect-connectors/testing/BosaTest"
import * as HttpClient from "@effect/platform/HttpClient"
import { assert, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Predicate from "effect/Predicate"
import * as Redacted from "effect/Redacted"
import * as Schema from "effect/Schema"
import { readFileSync } from "node:fs"
import { describe } from "vitest"
import type { Endpoint } from "../../packages/core/src/internal/http/endpoint.js"
import { groupsOf, tables } from "../../packages/core/src/internal/bosa/dialects.js"

const root = new URL("../../", import.meta.url)
const read = (path: string) => readFileSync(new URL(path, root), "utf8")

const pages = ["clients", "actions", "users", "catalog", "errors", "differences", "additions"]

/** A row of one of the tables, by the names of its columns. */
interface Row {
  readonly section: string
  readonly cell: (column: string) => string
}

const cellsOf = (line: string) =>
  line
    .split("|")
    .slice(1, -1)
    .map((cell) => cell.trim())

/** The rows of all tables that cite tests. */
const rows: ReadonlyArray<Row> = (() => {
  const found: Array<Row> = []
  let [section, header]: [string, ReadonlyArray<string>] = ["", []]
  for (const line of pages.flatMap((page) => read(`docs/parity/${page}.md`).split("\n"))) {
    if (line.startsWith("#")) section = line.replace(/^#+ /, "")
    if (!line.startsWith("|")) header = []
    else if (header.length === 0) header = cellsOf(line)
    else if (header.includes("test") && !/^\| -+/.test(line)) {
      const [names, cells, at] = [header, cellsOf(line), section]
      found.push({ section: at, cell: (column) => cells[names.indexOf(column)] ?? "" })
    }
  }
  return found
})()

const spansOf = (cell: string): ReadonlyArray<string> => [...cell.matchAll(/`([^`]+)`/g)].map(([, span = ""]) => span)

const versions = ["0.1.6", "0.3.3", "gl"] as const
type Version = (typeof versions)[number]

const versionOf: Readonly<Record<Dialect, Version>> = { bosa: "0.1.6", "bosa-0.3": "0.3.3", gl: "gl" }

/** A Python name with its parameters. Whether a parameter may be left out is not read. */
const nameOf = (span: string) => {
  const [, name = "", parameters = ""] = /^([\w.]+)(?:\((.*)\))?$/.exec(span) ?? []
  return { span, name, parameters: parameters.split(", ").flatMap((it) => /[a-z]\w*/.exec(it)?.[0] ?? []) }
}

const names = (spans: ReadonlyArray<string>) => spans.map(nameOf)

const published = Schema.decodeUnknownSync(
  Schema.Struct({
    about: Schema.String,
    clients: Schema.Record({ key: Schema.Literal(...versions), value: Schema.Array(Schema.String) })
  })
)(JSON.parse(read("examples/test/support/pythonClients.json"))).clients

const calls = rows.filter((row) => row.cell("in") !== "")
const isIn = (row: Row, version: Version) =>
  row.cell("in") === "all" ||
  row
    .cell("in")
    .split(", ")
    .some((it) => it === version)

/** The names listed for a version, each with the parameters of all its rows. */
const listedIn = (version: Version) => {
  const listed = new Map<string, Set<string>>()
  for (const row of calls.filter((it) => isIn(it, version))) {
    for (const { name, parameters } of names(spansOf(row.cell("Python")))) {
      listed.set(name, new Set([...(listed.get(name) ?? []), ...parameters]))
    }
  }
  return listed
}

/** A coroutine is listed under the name of its method. */
const listedAs = (name: string, all: ReadonlySet<string>) => {
  const twin = name.replace(/\.a(\w+)$/, ".$1")
  return all.has(twin) ? twin : name
}

describe("parity tables of BOSA / GL Connectors", () => {
  it("have every code of the GL client that was seen", () => {
    const codesIn = (text: string) => new Set(text.match(/GL-SDK-[A-Z-]+/g) ?? [])
    const seen = codesIn(read("packages/core/test/vectors/bosa-vectors.json"))
    assert.isAbove(seen.size, 8)
    assert.deepStrictEqual([...codesIn(read("docs/parity/errors.md"))].sort(), [...seen].sort())
  })

  for (const version of versions) {
    it(`have every name and parameter of ${version}`, () => {
      const listed = listedIn(version)
      const own = names(published[version])
      const all = new Set(own.map(({ name }) => name))
      assert.isAbove(own.length, 60)
      const missing = own.flatMap(({ name, parameters, span }) => {
        const found = listed.get(listedAs(name, all))
        if (found === undefined) return [span]
        return parameters.filter((parameter) => !found.has(parameter)).map((parameter) => `${parameter} of ${span}`)
      })
      assert.deepStrictEqual(missing, [])
    })
  }

  it("have only names that exist in each version listed", () => {
    const has = (version: Version, { name, parameters }: ReturnType<typeof nameOf>) =>
      names(published[version]).some(
        (own) => own.name === name && parameters.every((parameter) => own.parameters.includes(parameter))
      )
    const wrong = calls.flatMap((row) => {
      const [spans, of] = [names(spansOf(row.cell("Python"))), versions.filter((version) => isIn(row, version))]
      if (of.length === 0) return [`${row.cell("Python")}: in no version`]
      if (spans.length === 0) return []
      return [
        ...spans.filter((span) => !of.some((version) => has(version, span))).map(({ span }) => span),
        ...of
          .filter((version) => !spans.some((span) => has(version, span)))
          .map((version) => `${row.cell("Python")}: not in ${version}`)
      ]
    })
    assert.deepStrictEqual(wrong, [])
  })

  // the names of path parameters may differ
  const unnamed = (request: string) => request.replace(/\?.*$/, "").replaceAll(/\{\w+\}/g, "{}")

  for (const table of Object.values(tables)) {
    it(`have every request of dialect ${table.dialect}, and no other`, () => {
      const groups: ReadonlyArray<Readonly<Record<string, Endpoint | undefined>> | undefined> = Object.values(
        groupsOf(table)
      )
      const ours = groups.flatMap((group = {}) => Object.values(group).filter((endpoint) => endpoint !== undefined))
      const listed = calls.flatMap((row) =>
        isIn(row, versionOf[table.dialect]) ? spansOf(row.cell("request")).map(unnamed) : []
      )
      assert.isAbove(ours.length, 8)
      assert.deepStrictEqual(
        [...new Set(listed)].sort(),
        [...new Set(ours.map(({ method, path }) => unnamed(`${method} ${path.route}`)))].sort()
      )
    })
  }

  it.effect("have every call of this library", () =>
    Effect.gen(function* () {
      const test = yield* BosaTest.make()
      const bosa = yield* make({ baseUrl: "http://localhost:8081", dialect: "gl" }).pipe(
        Effect.provide(Auth.bosa({ apiKey: Redacted.make("demo-key") })),
        Effect.provideService(HttpClient.HttpClient, test.client)
      )
      const page = yield* bosa.run("demo", "list_items")
      const named = (of: string, value: object): ReadonlyArray<string> =>
        Object.entries(value).flatMap(([name, member]) =>
          Predicate.isRecord(member) && ["users", "integrations", "clients", "catalog", "skills"].includes(name)
            ? named(`${of}.${name}`, member)
            : [`${of}.${name}`]
        )
      const ours = [
        ...named("Action", Action),
        ...named("bosa", bosa),
        ...named("connector", bosa.connect("demo")),
        ...named("page", page)
      ]
      const listed = new Set(rows.flatMap((row) => spansOf(row.cell("here")).map((span) => /^[\w.]+/.exec(span)?.[0])))
      assert.isAbove(ours.length, 70)
      assert.deepStrictEqual(
        ours.filter((name) => !listed.has(name)),
        []
      )
    })
  )

  it("have all 17 defects, each with its test", () => {
    const defects = rows.filter((row) => row.cell("defect") !== "")
    assert.deepStrictEqual(
      defects.map((row) => [
        row.cell("defect"),
        /^`bosa\/defects\.test\.ts` "defect (\d+): /.exec(row.cell("test"))?.[1]
      ]),
      Array.from({ length: 17 }, (_, index) => [`${index + 1}`, `${index + 1}`])
    )
  })

  it("have the expected number of rows in each section", () => {
    const counts: Record<string, number> = {}
    for (const { section } of rows) counts[section] = (counts[section] ?? 0) + 1
    assert.deepStrictEqual(counts, {
      "Clients and credentials": 11,
      Discovery: 10,
      "Running an action": 14,
      "What a run gives": 13,
      Files: 3,
      Users: 12,
      Integrations: 10,
      Catalog: 12,
      "Skills of the tenant": 9,
      "Tools for models": 3,
      "Errors of the clients": 10,
      "Defects that are not repeated": 17,
      "Safer rules": 19,
      "What only Python has": 6,
      "What only this library has": 22
    })
  })

  for (const [index, row] of rows.entries()) {
    const [what = ""] = ["Python", "published clients", "of the published clients", "here"].flatMap(
      (column) => row.cell(column) || []
    )
    it(`${index + 1} ${row.section}: ${what.slice(0, 80)} every cited test exists`, () => {
      const cited = [...row.cell("test").matchAll(/`([\w./]+\.test\.ts)` "([^"]+)"/g)]
      assert.isAbove(cited.length, 0)
      assert.strictEqual(cited.map(([whole]) => whole).join("; "), row.cell("test"))
      for (const [, file = "", title = ""] of cited) {
        const text = read(/^(packages|examples)\//.test(file) ? file : `packages/core/test/${file}`).replaceAll(
          /\$\{[^{}]*\}/g,
          "…"
        )
        const isThere = ['"', "`"].some((quote) => text.includes(`${quote}${title}${quote}`))
        assert.isTrue(isThere, `${file} has no test "${title}"`)
      }
    })
  }
})
