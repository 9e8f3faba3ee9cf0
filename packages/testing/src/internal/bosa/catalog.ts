import type { BosaCatalog } from "../../BosaWorld.js"
import type { Json, JsonObject } from "../../Executor.js"
import { type FakeResponse, json } from "../fakeServer/response.js"
import type { Connectors } from "./connectors.js"
import { type Call, isResponse, refusal } from "./envelope.js"
import type { Directory } from "./directory.js"

type Kind = "tools" | "mcp" | "skills"

const firstLine = (text: string): string => text.split("\n", 1)[0] ?? ""

const wholeNumber = (text: string | undefined, least: number, fallback: number): number | undefined => {
  if (text === undefined) return fallback
  return /^\d{1,9}$/.test(text) && Number(text) >= least ? Number(text) : undefined
}

const words = (text: string): ReadonlyArray<string> =>
  text
    .toLowerCase()
    .split(/[^\p{L}\p{N}]+/u)
    .filter(Boolean)

const textOf = (item: JsonObject): string => `${String(item["name"])} ${String(item["description"] ?? "")}`

/** How well an item matches a search: the share of the words that it contains. */
const scoreOf = (expected: ReadonlyArray<string>, item: JsonObject): number => {
  const text = textOf(item).toLowerCase()
  return expected.length === 0 ? 0 : expected.filter((word) => text.includes(word)).length / expected.length
}

const holds = (value: Json | undefined, expected: string): boolean =>
  Array.isArray(value) ? value.includes(expected) : value === expected

/** The catalog of tools, MCP servers and skills. @internal */
export class Catalog {
  constructor(
    private readonly world: BosaCatalog,
    private readonly connectors: Connectors,
    private readonly directory: Directory
  ) {}

  private items(kind: Kind, origin: string): ReadonlyArray<JsonObject> {
    switch (kind) {
      case "skills":
        return this.world.skills ?? []
      case "tools":
        return this.world.tools ?? this.tools
      case "mcp":
        return this.world.mcps ?? this.mcps(origin)
    }
  }

  private get tools(): ReadonlyArray<JsonObject> {
    return this.connectors.all.flatMap(({ name, actions }) =>
      actions.map(({ definition }) => ({
        name: `${name}_${definition.name.replaceAll("-", "_")}_tool`,
        description: firstLine(definition.docstring ?? ""),
        connector: name,
        categories: [],
        source: "internal"
      }))
    )
  }

  private mcps(origin: string): ReadonlyArray<JsonObject> {
    return this.connectors.all.map(({ name, actions }) => ({
      name,
      description: `The actions of ${name}.`,
      mcp_url: `${origin}/${name}/mcp`,
      config: { url: `${origin}/${name}/mcp`, headers: { Authorization: "", "X-Api-Key": "" } },
      tool_count: actions.length,
      categories: [],
      source: "internal"
    }))
  }

  handle(call: Call): FakeResponse {
    switch (call.route.operation) {
      case "catalog.tools":
        return this.list(call, "tools")
      case "catalog.mcps":
        return this.list(call, "mcp")
      case "catalog.skills":
        return this.list(call, "skills")
      default:
        return this.search(call)
    }
  }

  private list(call: Call, kind: Kind): FakeResponse {
    const query = new Map(call.request.query)
    const limit = wholeNumber(query.get("limit"), 1, 50)
    const offset = wholeNumber(query.get("offset"), 0, 0)
    if (limit === undefined || offset === undefined) {
      return refusal(call, 422, "VALIDATION_ERROR", "limit must be 1 or more, offset 0 or more", {
        fields: [limit === undefined ? "limit" : "offset"]
      })
    }
    const search = query.get("q")?.toLowerCase()
    const found = this.items(kind, call.request.origin).filter(
      (item) =>
        (search === undefined || textOf(item).toLowerCase().includes(search)) &&
        (["connector", "source"] as const).every((name) => !query.has(name) || item[name] === query.get(name)) &&
        (!query.has("category") || holds(item["categories"], query.get("category") ?? ""))
    )
    return json(200, { items: found.slice(offset, offset + limit), meta: { total: found.length, limit, offset } })
  }

  private search(call: Call): FakeResponse {
    const client = this.directory.client(call)
    if (client !== undefined && isResponse(client)) return client
    const user = this.directory.bearer(call)
    if (user === undefined) return refusal(call, 401, "TOKEN_MISSING", "a user token is required")
    if (isResponse(user)) return user
    const query = new Map(call.request.query)
    const count = wholeNumber(query.get("count"), 1, 10)
    const q = query.get("q")
    if (count === undefined || q === undefined) {
      return refusal(call, 422, "VALIDATION_ERROR", "q must be given, count must be 1 or more", {
        fields: [q === undefined ? "q" : "count"]
      })
    }
    const kinds = query.get("kinds")?.split(",")
    const expected = words(q)
    const best = (kind: Kind): ReadonlyArray<JsonObject> =>
      kinds !== undefined && !kinds.includes(kind)
        ? []
        : this.items(kind, call.request.origin)
            .map((item) => ({ ...item, score: scoreOf(expected, item) }))
            .filter(({ score }) => score > 0)
            .sort((one, other) => other.score - one.score)
            .slice(0, count)
    return json(200, {
      query: q,
      backend: { provider: "emulator", model: "words", dimension: 0 },
      tools: best("tools"),
      mcp: best("mcp"),
      skills: best("skills")
    })
  }
}
