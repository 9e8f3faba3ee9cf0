/**
 * `bosa catalog`, `bosa search` and `bosa skills`.
 */
import * as Options from "@effect/cli/Options"
import type {
  CatalogMcp,
  CatalogPage,
  CatalogSkill,
  CatalogTool,
  Kind,
  SearchResult
} from "@effect-connectors/core/Catalog"
import type { Skill, SkillDetail } from "@effect-connectors/core/Skills"
import type { Installed } from "@effect-connectors/node/NodeSkills"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import { type Group, onBosa as on } from "../operation.js"
import * as View from "../view.js"
import * as take from "./arguments.js"

const range = {
  limit: take.number("limit", "The most entries; 50 unless given"),
  offset: take.number("offset", "How many entries to leave out at the start")
} as const

interface RangeGiven {
  readonly limit: Option.Option<number>
  readonly offset: Option.Option<number>
}

const rangeOf = ({ limit, offset }: RangeGiven) => ({
  limit: Option.getOrUndefined(limit),
  offset: Option.getOrUndefined(offset)
})

const query = take.text("query", "Words to search for")
const category = take.text("category", "Only those of this category")

const items = <A>(view: View.View<ReadonlyArray<A>>): View.View<CatalogPage<A>> => View.part(({ items }) => items, view)

const tools = View.rows({
  name: ({ name }: CatalogTool) => name,
  connector: ({ connector }) => connector,
  description: ({ description }) => description
})

const mcps = View.rows({
  name: ({ name }: CatalogMcp) => name,
  url: ({ url }) => url,
  tools: ({ toolCount }) => toolCount,
  description: ({ description }) => description
})

const skillRows = View.rows({
  name: ({ name }: CatalogSkill) => name,
  source: ({ source }) => source,
  description: ({ description }) => description
})

export const catalog: Group = {
  name: "catalog",
  summary: "The public catalog: tools, MCP servers and skills",
  commands: [
    on.one({
      name: "tools",
      summary: "List tools of the catalog",
      takes: { ...range, query, category, connector: take.text("connector", "Only those of this connector") },
      run: ({ category, connector, query, ...range }, { catalog }) =>
        catalog.tools({
          ...rangeOf(range),
          q: Option.getOrUndefined(query),
          category: Option.getOrUndefined(category),
          connector: Option.getOrUndefined(connector)
        }),
      view: items(tools)
    }),
    on.one({
      name: "mcps",
      summary: "List MCP servers of the catalog",
      takes: { ...range, query, category },
      run: ({ category, query, ...range }, { catalog }) =>
        catalog.mcps({
          ...rangeOf(range),
          q: Option.getOrUndefined(query),
          category: Option.getOrUndefined(category)
        }),
      view: items(mcps)
    }),
    on.one({
      name: "skills",
      summary: "List skills of the catalog",
      takes: { ...range, query, source: take.text("source", "Only those from there, such as agent") },
      run: ({ query, source, ...range }, { catalog }) =>
        catalog.skills({
          ...rangeOf(range),
          q: Option.getOrUndefined(query),
          source: Option.getOrUndefined(source)
        }),
      view: items(skillRows)
    })
  ]
}

const kinds = ["tools", "mcps", "skills"] as const satisfies ReadonlyArray<Kind>

const found = View.rows({
  kind: ({ kind }: { readonly kind: Kind }) => kind,
  name: (entry) => ("name" in entry ? entry.name : undefined),
  score: (entry) => ("score" in entry ? entry.score : undefined),
  description: (entry) => ("description" in entry ? entry.description : undefined)
})

export const search = on.one({
  name: "search",
  summary: "Search the catalog by meaning",
  takes: {
    query: take.named("query", "What is searched for"),
    kinds: Options.choice("kind", kinds).pipe(
      Options.withDescription("What is searched; all unless given"),
      Options.repeated
    ),
    count: take.number("count", "The most results of each kind")
  },
  run: ({ count, kinds, query }, { catalog }) =>
    catalog.search(query, {
      ...(kinds.length > 0 ? { kinds } : {}),
      ...(Option.isSome(count) ? { count: count.value } : {})
    }),
  view: View.part(
    (result: SearchResult) => kinds.flatMap((kind) => result[kind].map((entry) => ({ kind, ...entry }))),
    found
  )
})

export const skills: Group = {
  name: "skills",
  summary: "The skills of the tenant; in dialect gl only",
  commands: [
    on.one({
      name: "list",
      summary: "List the skills",
      takes: range,
      run: (range, { skills }) => skills.list(rangeOf(range)),
      view: items(
        View.rows({
          id: ({ id }: Skill) => id,
          name: ({ name }) => name,
          source: ({ sourceType }) => sourceType,
          description: ({ description }) => description
        })
      )
    }),
    on.one({
      name: "show",
      summary: "Show a skill",
      takes: { id: take.named("id", "The id of the skill") },
      run: ({ id }, { skills }) => skills.get(id),
      view: View.fields({
        id: ({ id }: SkillDetail) => id,
        name: ({ name }) => name,
        source: ({ sourceType }) => sourceType,
        sha256: ({ contentSha256 }) => contentSha256,
        description: ({ description }) => description
      })
    }),
    on.one({
      name: "install",
      summary: "Download a skill, check it, and unpack it",
      takes: {
        id: take.named("id", "The id of the skill"),
        to: Options.text("to").pipe(
          Options.withDescription("A folder that gets it; may be given more than once"),
          Options.atLeast(1)
        ),
        overwrite: take.flag("overwrite", "Replace what is there")
      },
      run: ({ id, overwrite, to }, { skills }) =>
        Effect.gen(function* () {
          const { download } = yield* Effect.promise(() => import("@effect-connectors/node/NodeSkills"))
          return yield* download(skills, yield* skills.get(id), { destinations: to, overwrite })
        }),
      view: View.rows({
        path: ({ path }: Installed) => path,
        files: ({ files }) => files,
        bytes: ({ bytes }) => bytes,
        verified: ({ verified }) => verified
      })
    })
  ]
}
