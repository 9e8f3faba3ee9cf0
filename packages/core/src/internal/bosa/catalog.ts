import { toEffect } from "../runtime/fromResult.js"
import * as Effect from "effect/Effect"
import type { Operations } from "../../Catalog.js"
import { bind } from "../http/bind.js"
import type { RequestPipeline } from "../http/call.js"
import type { Table } from "./dialects.js"
import { offered, walk } from "./catalogList.js"

/** @internal */
export const make = (pipeline: RequestPipeline, table: Table): Operations => {
  const endpoints = (name: string) => toEffect(offered(table, "catalog", `catalog.${name}`, table.catalog))

  const tools: Operations["tools"] = (filter) =>
    Effect.flatMap(endpoints("tools"), ({ tools }) => bind(pipeline, undefined, tools)(filter))
  const mcps: Operations["mcps"] = (filter) =>
    Effect.flatMap(endpoints("mcps"), ({ mcps }) => bind(pipeline, undefined, mcps)(filter))
  const skills: Operations["skills"] = (filter) =>
    Effect.flatMap(endpoints("skills"), ({ skills }) => bind(pipeline, undefined, skills)(filter))

  return {
    tools,
    mcps,
    skills,
    allTools: (filter = {}) => walk("catalog", "tools", filter, (range) => tools({ ...filter, ...range })),
    allMcps: (filter = {}) => walk("catalog", "mcps", filter, (range) => mcps({ ...filter, ...range })),
    allSkills: (filter = {}) => walk("catalog", "skills", filter, (range) => skills({ ...filter, ...range })),
    search: (text, options, token) =>
      Effect.flatMap(endpoints("search"), ({ search }) =>
        pipeline.call(search, search.input(text, options, token), search.decode(text))
      )
  }
}
