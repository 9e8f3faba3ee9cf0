import type { ReadError } from "@effect-connectors/core/ApiError"
import type { BosaApi } from "@effect-connectors/core/BosaApi"
import type { ConnectionsApi } from "@effect-connectors/core/ConnectionsApi"
import * as Effect from "effect/Effect"
import { inputOfFields } from "./fromFields.js"
import { inputOfSchema } from "./fromJsonSchema.js"
import { type ActionModel, type ModuleModel, sortedBy } from "./model.js"

/** Where types are read from: one platform, or both. */
export interface Source {
  readonly bosa?: BosaApi.Service | undefined
  /** The connectors that are read; all unless given. */
  readonly connectors?: ReadonlyArray<string> | undefined
  readonly connections?: ConnectionsApi.Service | undefined
  /** The slugs of the connections that are read; all unless given. */
  readonly slugs?: ReadonlyArray<string> | undefined
  /** Whether a connector or connection that is not there is left out, rather than a failure. */
  readonly mayBeMissing?: boolean | undefined
}

const concurrency = { concurrency: 8 } as const

const distinct = (names: ReadonlyArray<string>): ReadonlyArray<string> => sortedBy([...new Set(names)], (name) => name)

/** The first of each name. */
const sortedActions = (actions: ReadonlyArray<ActionModel>): ReadonlyArray<ActionModel> => {
  const byName = new Map<string, ActionModel>()
  for (const action of actions) if (!byName.has(action.name)) byName.set(action.name, action)
  return sortedBy([...byName.values()], ({ name }) => name)
}

const connectorModule = Effect.fnUntraced(function* (
  bosa: BosaApi.Service,
  name: string
): Effect.fn.Return<ModuleModel, ReadError> {
  const connector = bosa.connect(name)
  const [tools, { actions }] = yield* Effect.all([bosa.tools(name), connector.info])
  const docs = new Map(actions.map((action) => [action.name, action.docstring]))
  const models = tools.map(({ action, inputSchema }) => ({
    name: action,
    description: docs.get(action) ?? "",
    ...inputOfSchema(inputSchema)
  }))
  return { owner: "connector", name, actions: sortedActions(models) }
})

const connectionModule = Effect.fnUntraced(function* (
  connections: ConnectionsApi.Service,
  slug: string
): Effect.fn.Return<ModuleModel, ReadError> {
  const { actions } = connections.connection(slug)
  const saved = yield* actions.list
  const named = saved.flatMap(({ description, displayName, slug }) =>
    slug === undefined ? [] : [{ name: slug, description: description ?? displayName ?? "" }]
  )
  const models = yield* Effect.forEach(
    named,
    ({ description, name }) =>
      Effect.map(actions.inputs(name), (fields) => ({
        name,
        description,
        input: inputOfFields(fields),
        definitions: {}
      })),
    concurrency
  )
  return { owner: "connection", name: slug, actions: sortedActions(models) }
})

type Found = Effect.Effect<ReadonlyArray<ModuleModel>, ReadError>

const each = (
  names: Effect.Effect<ReadonlyArray<string>, ReadError>,
  moduleOf: (name: string) => Effect.Effect<ModuleModel, ReadError>,
  { mayBeMissing = false }: Source
): Found => {
  const found = (name: string): Found => {
    const one = Effect.map(moduleOf(name), (module) => [module])
    return mayBeMissing ? Effect.catchTag(one, "NotFound", () => Effect.succeed([])) : one
  }
  return Effect.flatMap(names, (all) =>
    Effect.map(Effect.forEach(distinct(all), found, concurrency), (modules) => modules.flat())
  )
}

const connectorsOf = (source: Source): Found => {
  const { bosa, connectors } = source
  if (bosa === undefined) return Effect.succeed([])
  const names = connectors === undefined ? bosa.connectors : Effect.succeed(connectors)
  return each(names, (name) => connectorModule(bosa, name), source)
}

const connectionsOf = (source: Source): Found => {
  const { connections, slugs } = source
  if (connections === undefined) return Effect.succeed([])
  const all = Effect.map(connections.list(), (list) => list.flatMap(({ slug }) => (slug === undefined ? [] : [slug])))
  return each(slugs === undefined ? all : Effect.succeed(slugs), (slug) => connectionModule(connections, slug), source)
}

/** What the tenant has now, sorted by name. */
export const discover = (source: Source): Effect.Effect<ReadonlyArray<ModuleModel>, ReadError> =>
  Effect.map(Effect.all([connectorsOf(source), connectionsOf(source)]), ([connectors, connections]) => [
    ...connectors,
    ...connections
  ])
