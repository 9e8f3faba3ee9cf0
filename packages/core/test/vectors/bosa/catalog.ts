import { mkdirSync, readdirSync, readFileSync } from "node:fs"
import { join, relative } from "node:path"
import * as Catalog from "@effect-connectors/core/Catalog"
import type { Skill, SkillDetail } from "@effect-connectors/core/Skills"
import * as NodeSkills from "@effect-connectors/node/NodeSkills"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import * as Schema from "effect/Schema"
import type { Fields } from "./matching.js"
import { type Operation, operation, optional, text } from "./operation.js"
import { another, api, type Failed, type Session } from "./session.js"
import { plain } from "./values.js"

// our records in the names of the wire

const ofConfig = ({ headers, url }: Catalog.McpConfig): Fields => ({
  url,
  headers: Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, plain(value)]))
})

const ofTool = (tool: Catalog.CatalogTool): Fields => ({
  name: tool.name,
  connector: tool.connector,
  description: tool.description,
  categories: tool.categories,
  source: tool.source,
  score: tool.score
})

const ofMcp = (mcp: Catalog.CatalogMcp): Fields => ({
  name: mcp.name,
  description: mcp.description,
  mcp_url: mcp.url,
  config: ofConfig(mcp.config),
  tool_count: mcp.toolCount,
  categories: mcp.categories,
  source: mcp.source,
  score: mcp.score
})

const ofSkill = (skill: Catalog.CatalogSkill): Fields => ({
  name: skill.name,
  description: skill.description,
  source: skill.source,
  author: skill.author,
  url: skill.url,
  score: skill.score
})

const ofManaged = (skill: Skill): Fields => ({
  id: skill.id,
  client_id: skill.clientId,
  source_type: skill.sourceType,
  name: skill.name,
  description: skill.description,
  github_url: skill.githubUrl,
  created_at: skill.createdAt,
  updated_at: skill.updatedAt
})

const ofDetail = (detail: SkillDetail): Fields => ({
  ...ofManaged(detail),
  frontmatter: detail.frontmatter,
  download_url: plain(detail.downloadUrl),
  content_sha256: detail.contentSha256,
  github_owner: detail.githubOwner,
  github_repo: detail.githubRepo,
  github_ref: detail.githubRef,
  github_path: detail.githubPath
})

// a page of which nothing is said has three fields without a value, where the wire has none
const ofMeta = ({ limit, offset, total }: Catalog.PageMeta): Fields | null =>
  total === undefined && limit === undefined && offset === undefined ? null : { total, limit, offset }

const ofPage =
  <A>(of: (item: A) => Fields) =>
  ({ items, meta }: Catalog.CatalogPage<A>): Fields => ({ items: items.map(of), meta: ofMeta(meta) })

const whole = optional(Schema.Number)
const range = { limit: whole, offset: whole }

const given = <A extends object>(args: A): { readonly [K in keyof A]?: Exclude<A[K], null> } => {
  const set: { [K in keyof A]?: Exclude<A[K], null> } = {}
  for (const name of Object.keys(args)) {
    const value: unknown = Reflect.get(args, name)
    if (value != null) Reflect.set(set, name, value)
  }
  return set
}

const kindOf = (kind: string): Catalog.Kind => {
  if (kind === "mcp") return "mcps"
  return kind === "skills" ? "skills" : "tools"
}

const kindsIn = (kinds: string | ReadonlyArray<string> | null | undefined) =>
  kinds == null ? undefined : (typeof kinds === "string" ? kinds.split(",") : kinds).map(kindOf)

const token = text
const redacted = (text: string | null | undefined) => (text == null ? undefined : Redacted.make(text))

const noItem = Effect.dieMessage("there is no such item before this step")

const Download = Schema.Struct({
  name: optional(text),
  destinations: optional(Schema.Array(text)),
  create_parent: optional(Schema.Boolean),
  overwrite: optional(Schema.Boolean)
})

const filesIn = (folder: string): Fields =>
  Object.fromEntries(
    readdirSync(folder, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name))
      .sort()
      .map((path) => [relative(folder, path), readFileSync(path, "utf8")])
  )

const download = (session: Session, args: typeof Download.Type): Effect.Effect<unknown, Failed> => {
  const { detail, folder } = session
  if (detail === undefined) return noItem
  const destinations = (args.destinations ?? ["dst"]).map((name) => join(folder, name))
  return Effect.flatMap(api(session), ({ skills }) =>
    session
      .hold(
        Effect.zipRight(
          Effect.sync(() => destinations.forEach((path) => mkdirSync(path, { recursive: true }))),
          NodeSkills.download(skills, detail, {
            destinations,
            folder: args.name ?? undefined,
            createParent: args.create_parent ?? undefined,
            overwrite: args.overwrite ?? undefined
          })
        )
      )
      .pipe(Effect.map((installed) => ({ paths: installed.map(({ path }) => path), files: filesIn(folder) })))
  )
}

const at = <A>(items: ReadonlyArray<A>, index: number): Effect.Effect<A> => {
  const item = items[index]
  return item === undefined ? noItem : Effect.succeed(item)
}

const toolOf = (session: Session, app: string, name: string) =>
  Effect.flatMap(another(session), ({ tools }) =>
    Effect.flatMap(tools(app), (made) => {
      const tool = made.find((one) => one.name === name)
      return tool === undefined ? noItem : Effect.succeed(tool)
    })
  )

/** The steps that the catalog, skills and tools are. */
export const catalog: Readonly<Record<string, Operation>> = {
  list_tools: operation(
    Schema.Struct({ ...range, q: optional(text), connector: optional(text), category: optional(text) }),
    (session, args) =>
      Effect.flatMap(api(session), ({ catalog }) => Effect.map(catalog.tools(given(args)), ofPage(ofTool)))
  ),
  list_mcps: operation(Schema.Struct({ ...range, q: optional(text), category: optional(text) }), (session, args) =>
    Effect.flatMap(api(session), ({ catalog }) =>
      catalog.mcps(given(args)).pipe(
        Effect.tap(({ items }) => {
          session.mcps = items
        }),
        Effect.map(ofPage(ofMcp))
      )
    )
  ),
  list_skills: operation(Schema.Struct({ ...range, q: optional(text), source: optional(text) }), (session, args) =>
    Effect.flatMap(api(session), ({ catalog }) =>
      catalog.skills(given(args)).pipe(
        Effect.tap(({ items }) => {
          session.skills = items
        }),
        Effect.map(ofPage(ofSkill))
      )
    )
  ),
  semantic_search: operation(
    Schema.Struct({
      q: text,
      token: optional(token),
      kinds: optional(Schema.Union(text, Schema.Array(text))),
      count: whole
    }),
    (session, { count, kinds, q, token }) =>
      Effect.flatMap(api(session), ({ catalog }) =>
        Effect.map(
          catalog.search(q, { kinds: kindsIn(kinds), count: count ?? undefined }, redacted(token)),
          ({ backend, mcps, query, skills, tools }) => ({
            query,
            backend: backend ?? null,
            tools: tools.map(ofTool),
            mcp: mcps.map(ofMcp),
            skills: skills.map(ofSkill)
          })
        )
      )
  ),
  mcp_config: operation(Schema.Struct({ index: Schema.Number, token: optional(token) }), (session, { index, token }) =>
    Effect.map(at(session.mcps, index), (mcp) => ofConfig(Catalog.mcpConfig(mcp, redacted(token))))
  ),
  skill_target: operation(Schema.Struct({ index: Schema.Number }), (session, { index }) =>
    Effect.flatMap(at(session.skills, index), (skill) =>
      Effect.map(Catalog.skillTarget(skill), ({ installer, target }) => [installer, target])
    )
  ),
  list_tenant_skills: operation(Schema.Struct({ ...range, token: optional(token) }), (session, { token, ...args }) =>
    Effect.flatMap(api(session), ({ skills }) =>
      Effect.map(skills.list(given(args), redacted(token)), ofPage(ofManaged))
    )
  ),
  get_tenant_skill: operation(
    Schema.Struct({ token: optional(token), skill_id: text }),
    (session, { skill_id: id, token }) =>
      Effect.flatMap(api(session), ({ skills }) =>
        skills.get(id, redacted(token)).pipe(
          Effect.tap((detail) => {
            session.detail = detail
          }),
          Effect.map(ofDetail)
        )
      )
  ),
  download_tenant_skill: operation(Download, download),
  tools: operation(Schema.Struct({ app: text, type: optional(text) }), (session, { app }) =>
    Effect.flatMap(api(session), ({ tools }) =>
      Effect.map(tools(app), (made) =>
        made.map(({ description, inputSchema, name }) => ({ name, description, input_schema: inputSchema }))
      )
    )
  ),
  tool_invoke: operation(
    Schema.Struct({ app: text, name: text, input: Schema.Unknown }),
    (session, { app, input, name }) =>
      // as there: one client finds the tool, and another runs it
      Effect.zipRight(
        toolOf(session, app, name),
        Effect.flatMap(toolOf(session, app, name), (tool) => tool.invoke(input))
      )
  )
}
