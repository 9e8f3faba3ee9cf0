import type { ActionOptions } from "../../Action.js"
import type { ToolAnnotations, ToolOptions } from "../../ActionTools.js"
import type { OutputOptions } from "../../ConnectorHandle.js"
import type { McpFilter, Range, SearchOptions, SkillFilter, ToolFilter } from "../../Catalog.js"
import * as OptionNames from "../../OptionNames.js"
import type { Position } from "../../Page.js"

const actionNames = {
  token: true,
  identifier: true,
  headers: true,
  timeout: true,
  maxAttempts: true,
  replayUnsafe: true,
  strict: true,
  integers: true,
  responseFields: true,
  maxPages: true,
  from: true
} as const satisfies OptionNames.Table<ActionOptions>

/** @internal */
export const actionOptions = OptionNames.make<ActionOptions>(actionNames)

/** @internal */
export const outputOptions = OptionNames.make<OutputOptions<unknown, unknown>>({ ...actionNames, output: true })

/** @internal */
export const positionNames = OptionNames.make<Position>({ page: true, cursor: true })

/** @internal */
export const toolOptions = OptionNames.make<ToolOptions>({
  ...actionNames,
  filter: true,
  maxFileBytes: true,
  maxResultBytes: true,
  annotations: true
})

/** @internal */
export const annotationNames = OptionNames.make<ToolAnnotations>({
  readOnlyHint: true,
  destructiveHint: true,
  idempotentHint: true,
  openWorldHint: true
})

const rangeNames = { limit: true, offset: true } as const satisfies OptionNames.Table<Range>

/** @internal */
export const rangeOptions = OptionNames.make<Range>(rangeNames)
/** @internal */
export const toolFilter = OptionNames.make<ToolFilter>({ ...rangeNames, q: true, connector: true, category: true })
/** @internal */
export const mcpFilter = OptionNames.make<McpFilter>({ ...rangeNames, q: true, category: true })
/** @internal */
export const skillFilter = OptionNames.make<SkillFilter>({ ...rangeNames, q: true, source: true })
/** @internal */
export const searchOptions = OptionNames.make<SearchOptions>({ kinds: true, count: true })
