import type { Token } from "./Action.js"
import type { ReadError } from "./ApiError.js"
import type { PaginationLoop, SkillRejected } from "./BosaError.js"
import type * as Effect from "effect/Effect"
import type * as Either from "effect/Either"
import type * as Redacted from "effect/Redacted"
import type * as Stream from "effect/Stream"

export interface CatalogPage<out A> {
  readonly items: ReadonlyArray<A>
  readonly meta: PageMeta
  readonly raw: unknown
}
export interface PageMeta {
  readonly total: number | undefined
  readonly limit: number | undefined
  readonly offset: number | undefined
}
export interface Range {
  readonly limit?: number | undefined
  readonly offset?: number | undefined
}
export interface ToolFilter extends Range {
  readonly q?: string | undefined
  readonly connector?: string | undefined
  readonly category?: string | undefined
}
export interface McpFilter extends Range {
  readonly q?: string | undefined
  readonly category?: string | undefined
}
export interface SkillFilter extends Range {
  readonly q?: string | undefined
  readonly source?: string | undefined
}
export interface CatalogTool {
  readonly name: string | undefined
  readonly connector: string | undefined
  readonly description: string
  readonly categories: ReadonlyArray<string>
  readonly source: string
  readonly score: number | undefined
  readonly raw: unknown
}
export interface CatalogMcp {
  readonly name: string | undefined
  readonly description: string
  readonly url: string | undefined
  readonly config: McpConfig
  readonly toolCount: number | undefined
  readonly categories: ReadonlyArray<string>
  readonly source: string
  readonly score: number | undefined
  readonly raw: unknown
}
export interface McpConfig {
  readonly url: string | undefined
  readonly headers: Readonly<Record<string, string | Redacted.Redacted>>
}
export interface CatalogSkill {
  readonly name: string | undefined
  readonly description: string
  readonly source: string
  readonly author: string | undefined
  readonly url: string | undefined
  readonly score: number | undefined
  readonly raw: unknown
}
export interface SkillTarget {
  readonly installer: "github" | "clawhub"
  readonly target: string
}
export type Kind = "tools" | "mcps" | "skills"
export interface SearchOptions {
  readonly kinds?: ReadonlyArray<Kind> | undefined
  readonly count?: number | undefined
}
export interface SearchResult {
  readonly query: string
  readonly backend: SearchBackend | undefined
  readonly tools: ReadonlyArray<CatalogTool>
  readonly mcps: ReadonlyArray<CatalogMcp>
  readonly skills: ReadonlyArray<CatalogSkill>
  readonly raw: unknown
}
export interface SearchBackend {
  readonly provider: string | undefined
  readonly model: string | undefined
  readonly dimension: number | undefined
}
export type ListError = ReadError | PaginationLoop
export interface Operations {
  readonly tools: (filter?: ToolFilter) => Effect.Effect<CatalogPage<CatalogTool>, ReadError>
  readonly mcps: (filter?: McpFilter) => Effect.Effect<CatalogPage<CatalogMcp>, ReadError>
  readonly skills: (filter?: SkillFilter) => Effect.Effect<CatalogPage<CatalogSkill>, ReadError>
  readonly allTools: (filter?: ToolFilter) => Stream.Stream<CatalogTool, ListError>
  readonly allMcps: (filter?: McpFilter) => Stream.Stream<CatalogMcp, ListError>
  readonly allSkills: (filter?: SkillFilter) => Stream.Stream<CatalogSkill, ListError>
  readonly search: (query: string, options?: SearchOptions, token?: Token) => Effect.Effect<SearchResult, ReadError>
}
export declare const mcpConfig: (mcp: Pick<CatalogMcp, "config">, token?: Token) => McpConfig
export declare const skillTarget: (
  skill: Pick<CatalogSkill, "name" | "source" | "url">
) => Either.Either<SkillTarget, SkillRejected>
