import { toEffect } from "../runtime/fromResult.js"
import * as Effect from "effect/Effect"
import * as Result from "../data/result.js"
import type {
  CatalogMcp,
  CatalogPage,
  CatalogSkill,
  CatalogTool,
  Kind,
  McpFilter,
  Operations,
  Range,
  SearchBackend,
  SearchResult,
  SkillFilter,
  ToolFilter
} from "../../Catalog.js"
import { isFields, fieldsOf } from "../data/fields.js"
import type { Decode } from "../http/response.js"
import { query } from "../http/query.js"
import type { RequestPipeline } from "../http/call.js"
import type { Table } from "./dialects.js"
import { defaultLimit, list, listed, number, offered, rangeIssues, texts, walk } from "./catalogList.js"
import { tokenOf, wholeFrom } from "./prepare.js"
import { textIn } from "./decoders.js"

const tool = (raw: unknown): CatalogTool => {
  const fields = fieldsOf(raw)
  return {
    name: textIn(fields, "name"),
    connector: textIn(fields, "connector"),
    description: textIn(fields, "description") ?? "",
    categories: texts(fields["categories"]),
    source: textIn(fields, "source") ?? "internal",
    score: number(fields["score"]),
    raw
  }
}

const mcp = (raw: unknown): CatalogMcp => {
  const fields = fieldsOf(raw)
  const config = fieldsOf(fields["config"])
  const url = textIn(fields, "mcp_url") ?? textIn(config, "url")
  const headers = Object.entries(fieldsOf(config["headers"])).flatMap(([name, value]) =>
    typeof value === "string" ? [[name, value] as const] : []
  )
  return {
    name: textIn(fields, "name"),
    description: textIn(fields, "description") ?? "",
    url,
    config: { url: textIn(config, "url") ?? url, headers: Object.fromEntries(headers) },
    toolCount: number(fields["tool_count"]),
    categories: texts(fields["categories"]),
    source: textIn(fields, "source") ?? "internal",
    score: number(fields["score"]),
    raw
  }
}

const skill = (raw: unknown): CatalogSkill => {
  const fields = fieldsOf(raw)
  return {
    name: textIn(fields, "name"),
    description: textIn(fields, "description") ?? "",
    source: textIn(fields, "source") ?? "agent",
    author: textIn(fields, "author"),
    url: textIn(fields, "url"),
    score: number(fields["score"]),
    raw
  }
}

const backendOf = (raw: unknown): SearchBackend | undefined =>
  isFields(raw)
    ? { provider: textIn(raw, "provider"), model: textIn(raw, "model"), dimension: number(raw["dimension"]) }
    : undefined

const found =
  (asked: string): Decode<SearchResult> =>
  ({ body }) =>
    isFields(body)
      ? Result.succeed({
          query: textIn(body, "query") ?? asked,
          backend: backendOf(body["backend"]),
          tools: list(body["tools"]).map(tool),
          mcps: list(body["mcp"]).map(mcp),
          skills: list(body["skills"]).map(skill),
          raw: body
        })
      : Result.fail(["expected an object"])

const tools = listed(tool)
const mcps = listed(mcp)
const skills = listed(skill)

const kindNames: Readonly<Record<Kind, string>> = { tools: "tools", mcps: "mcp", skills: "skills" }

const kindIssues = (kinds: ReadonlyArray<Kind> | undefined) => {
  if (kinds === undefined) return []
  const refuse = (message: string) => [{ path: ["kinds"], message, fix: 'give "tools", "mcps" or "skills"' }]
  if (kinds.length === 0) return refuse("is empty")
  return kinds.every((kind) => Object.hasOwn(kindNames, kind)) ? [] : refuse("holds what is no kind")
}

/** @internal */
export const make = (pipeline: RequestPipeline, table: Table): Operations => {
  const rows = (name: string) => offered(table, "catalog", `catalog.${name}`, table.catalog)

  const part = <A>(
    name: "tools" | "mcps" | "skills",
    filter: ReadonlyArray<readonly [name: string, value: string | undefined]>,
    range: Range,
    decode: Decode<CatalogPage<A>>
  ) =>
    Effect.flatMap(toEffect(rows(name)), (operations) => {
      const { limit = defaultLimit, offset = 0 } = range
      const asked = query([...filter, ["limit", String(limit)], ["offset", String(offset)]])
      const issues = [...asked.issues, ...rangeIssues(range)]
      return pipeline.call(operations[name], { segments: [], query: asked.query, issues }, decode)
    })

  const toolPart = ({ category, connector, q, ...range }: ToolFilter = {}) =>
    part(
      "tools",
      [
        ["q", q],
        ["connector", connector],
        ["category", category]
      ],
      range,
      tools
    )
  const mcpPart = ({ category, q, ...range }: McpFilter = {}) =>
    part(
      "mcps",
      [
        ["q", q],
        ["category", category]
      ],
      range,
      mcps
    )
  const skillPart = ({ q, source, ...range }: SkillFilter = {}) =>
    part(
      "skills",
      [
        ["q", q],
        ["source", source]
      ],
      range,
      skills
    )

  return {
    tools: toolPart,
    mcps: mcpPart,
    skills: skillPart,
    allTools: (filter = {}) => walk("catalog", "tools", filter, (range) => toolPart({ ...filter, ...range })),
    allMcps: (filter = {}) => walk("catalog", "mcps", filter, (range) => mcpPart({ ...filter, ...range })),
    allSkills: (filter = {}) => walk("catalog", "skills", filter, (range) => skillPart({ ...filter, ...range })),
    search: (asked, { count, kinds } = {}, token) =>
      Effect.flatMap(toEffect(rows("search")), (operations) => {
        const given = query([
          ["q", asked],
          ["kinds", kinds?.map((kind) => kindNames[kind]).join(",")],
          ["count", count === undefined ? undefined : String(count)]
        ])
        const issues = [...given.issues, ...kindIssues(kinds), ...wholeFrom("count", count, 1, Number.MAX_SAFE_INTEGER)]
        const input = { segments: [], query: given.query, issues, token: tokenOf(token) }
        return pipeline.call(operations.search, input, found(asked))
      })
  }
}
