/**
 * What can be found on the server: tools, MCP servers and skills that anyone may use.
 *
 * @since 0.2.0
 */
import type * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import type * as Redacted from "effect/Redacted"
import type * as Stream from "effect/Stream"
import type { Token } from "./Action.js"
import type { ReadError } from "./ApiError.js"
import { type PaginationLoop, SkillRejected } from "./BosaError.js"
import { shownText } from "./internal/data/serverText.js"
import { bearer } from "./internal/http/bearer.js"
import { tokenOf } from "./internal/bosa/token.js"

/**
 * A part of a list.
 *
 * @since 0.2.0
 * @category models
 */
export interface CatalogPage<out A> {
  readonly items: ReadonlyArray<A>
  /** What the server says of the list; it may say nothing. */
  readonly meta: PageMeta
  /** The response as it came. */
  readonly raw: unknown
}

/**
 * Where a part of a list is, in items.
 *
 * @since 0.2.0
 * @category models
 */
export interface PageMeta {
  /** How many items there are in all. */
  readonly total: number | undefined
  /** The most items that the part may have. */
  readonly limit: number | undefined
  /** How many items come before it. */
  readonly offset: number | undefined
}

/**
 * Which part of a list to read, in items.
 *
 * @since 0.2.0
 * @category models
 */
export interface Range {
  /** The most items of one response. Default 50. */
  readonly limit?: number | undefined
  /** How many items to leave out at the start. Default 0. */
  readonly offset?: number | undefined
}

/**
 * Which tools to list.
 *
 * @since 0.2.0
 * @category models
 */
export interface ToolFilter extends Range {
  /** Words to search for. */
  readonly q?: string | undefined
  readonly connector?: string | undefined
  readonly category?: string | undefined
}

/**
 * Which MCP servers to list.
 *
 * @since 0.2.0
 * @category models
 */
export interface McpFilter extends Range {
  /** Words to search for. */
  readonly q?: string | undefined
  readonly category?: string | undefined
}

/**
 * Which skills to list.
 *
 * @since 0.2.0
 * @category models
 */
export interface SkillFilter extends Range {
  /** Words to search for. */
  readonly q?: string | undefined
  /** Where they come from, such as `agent` or `openclaw`. */
  readonly source?: string | undefined
}

/**
 * A tool: an action of a connector, as models see it.
 *
 * @since 0.2.0
 * @category models
 */
export interface CatalogTool {
  readonly name: string | undefined
  readonly connector: string | undefined
  readonly description: string
  readonly categories: ReadonlyArray<string>
  readonly source: string
  /** How well it fits what was searched for; only a search gives it. */
  readonly score: number | undefined
  readonly raw: unknown
}

/**
 * An MCP server.
 *
 * @since 0.2.0
 * @category models
 */
export interface CatalogMcp {
  readonly name: string | undefined
  readonly description: string
  readonly url: string | undefined
  /** How a program connects to it, as listed: without credentials. See {@link mcpConfig}. */
  readonly config: McpConfig
  readonly toolCount: number | undefined
  readonly categories: ReadonlyArray<string>
  readonly source: string
  /** How well it fits what was searched for; only a search gives it. */
  readonly score: number | undefined
  readonly raw: unknown
}

/**
 * How a program connects to an MCP server.
 *
 * @since 0.2.0
 * @category models
 */
export interface McpConfig {
  readonly url: string | undefined
  /** A header that holds a token is redacted: it is read with `Redacted.value`. */
  readonly headers: Readonly<Record<string, string | Redacted.Redacted>>
}

/**
 * A skill that is kept elsewhere.
 *
 * @since 0.2.0
 * @category models
 */
export interface CatalogSkill {
  readonly name: string | undefined
  readonly description: string
  /** Where it comes from, such as `agent` or `openclaw`. */
  readonly source: string
  readonly author: string | undefined
  readonly url: string | undefined
  /** How well it fits what was searched for; only a search gives it. */
  readonly score: number | undefined
  readonly raw: unknown
}

/**
 * What installs a skill, and what it is given.
 *
 * @since 0.2.0
 * @category models
 */
export interface SkillTarget {
  readonly installer: "github" | "clawhub"
  /** The skill's URL, or its name without one. */
  readonly target: string
}

/**
 * What a search covers.
 *
 * @since 0.2.0
 * @category models
 */
export type Kind = "tools" | "mcps" | "skills"

/**
 * How to search.
 *
 * @since 0.2.0
 * @category models
 */
export interface SearchOptions {
  /** What to search. Default all. */
  readonly kinds?: ReadonlyArray<Kind> | undefined
  /** The most results of each kind. Default the server's. */
  readonly count?: number | undefined
}

/**
 * What a search by meaning found, the best first.
 *
 * @since 0.2.0
 * @category models
 */
export interface SearchResult {
  readonly query: string
  /** What was searched with; none means that the server could not search by meaning, and found little or nothing. */
  readonly backend: SearchBackend | undefined
  readonly tools: ReadonlyArray<CatalogTool>
  readonly mcps: ReadonlyArray<CatalogMcp>
  readonly skills: ReadonlyArray<CatalogSkill>
  readonly raw: unknown
}

/**
 * What a search was made with.
 *
 * @since 0.2.0
 * @category models
 */
export interface SearchBackend {
  readonly provider: string | undefined
  readonly model: string | undefined
  readonly dimension: number | undefined
}

/**
 * How a walk through a whole list can end before its end: `PaginationLoop` when the server gives a part again.
 *
 * @since 0.2.0
 * @category errors
 */
export type ListError = ReadError | PaginationLoop

/**
 * The catalog; in dialect `gl` only, `InvalidRequest` in the others. The lists need no credentials and none are
 * sent; a search is made in the name of a user.
 *
 * @example
 * ```ts
 * import { BosaApi } from "@effect-connectors/core"
 * import * as Effect from "effect/Effect"
 * import * as Stream from "effect/Stream"
 *
 * export const names = Effect.flatMap(BosaApi, ({ catalog }) =>
 *   catalog.allTools({ connector: "github" }).pipe(
 *     Stream.map((tool) => tool.name),
 *     Stream.runCollect
 *   )
 * )
 * ```
 *
 * @since 0.2.0
 * @category models
 */
export interface Operations {
  readonly tools: (filter?: ToolFilter) => Effect.Effect<CatalogPage<CatalogTool>, ReadError>
  readonly mcps: (filter?: McpFilter) => Effect.Effect<CatalogPage<CatalogMcp>, ReadError>
  readonly skills: (filter?: SkillFilter) => Effect.Effect<CatalogPage<CatalogSkill>, ReadError>
  /** All tools from `offset` on, `limit` at a time, each part read when the one before was taken. */
  readonly allTools: (filter?: ToolFilter) => Stream.Stream<CatalogTool, ListError>
  /** All MCP servers from `offset` on, `limit` at a time, each part read when the one before was taken. */
  readonly allMcps: (filter?: McpFilter) => Stream.Stream<CatalogMcp, ListError>
  /** All skills from `offset` on, `limit` at a time, each part read when the one before was taken. */
  readonly allSkills: (filter?: SkillFilter) => Stream.Stream<CatalogSkill, ListError>
  /**
   * Searches by meaning, in the name of a user: of `token`, or the one of `Auth`. The server bills each search, so it is
   * sent once, whatever `retry` of the layer says. `Call.withRetry` asks for more attempts.
   */
  readonly search: (query: string, options?: SearchOptions, token?: Token) => Effect.Effect<SearchResult, ReadError>
}

/**
 * How a program connects to an MCP server in the name of a user: as listed, with the token as its `Authorization`,
 * which is empty without one. The URL is the server's word: check where it leads before the token goes there.
 *
 * @example
 * ```ts
 * import { BosaApi, Catalog } from "@effect-connectors/core"
 * import * as Effect from "effect/Effect"
 * import * as Redacted from "effect/Redacted"
 *
 * export const configs = Effect.gen(function*() {
 *   const { catalog } = yield* BosaApi
 *   const { items } = yield* catalog.mcps({ q: "mail" })
 *   return items.map((mcp) => Catalog.mcpConfig(mcp, Redacted.make("token")))
 * })
 * ```
 *
 * @since 0.2.0
 * @category combinators
 */
export const mcpConfig = (mcp: Pick<CatalogMcp, "config">, token?: Token): McpConfig => {
  const own = tokenOf(token)
  const others = Object.entries(mcp.config.headers).filter(([name]) => name.toLowerCase() !== "authorization")
  return {
    url: mcp.config.url,
    headers: {
      ...Object.fromEntries(others),
      Authorization: own === undefined ? "" : bearer(own)
    }
  }
}

const installers: ReadonlyMap<string, SkillTarget["installer"]> = new Map([
  ["agent", "github"],
  ["openclaw", "clawhub"]
])

/**
 * What installs a skill of the catalog, and its target; `SkillRejected` with `unknown source` when that is not known.
 *
 * @since 0.2.0
 * @category combinators
 */
export const skillTarget = (
  skill: Pick<CatalogSkill, "name" | "source" | "url">
): Either.Either<SkillTarget, SkillRejected> => {
  const installer = installers.get(skill.source)
  const target = skill.url ?? skill.name
  const refuse = (detail?: string) =>
    Either.left(new SkillRejected({ skill: shownText("name", skill.name ?? ""), reason: "unknown source", detail }))
  if (installer === undefined) return refuse()
  return target === undefined ? refuse("it has neither a URL nor a name") : Either.right({ installer, target })
}
