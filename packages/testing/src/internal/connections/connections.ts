import type { ConnectionView, ConnectionsModelOptions } from "../../ConnectionsModel.js"
import type { Executor, ExecutorConnection, Json, JsonObject } from "../../Executor.js"
import type { World, WorldAction, WorldConnection } from "../../World.js"
import type { FakeResponse } from "../fakeServer/response.js"
import { badRequest, ok, unknownName } from "./responses.js"
import { compact } from "../fakeServer/json.js"
import { memoryExecutor } from "./memoryExecutor.js"

/** A connection while the platform runs. @internal */
export interface LiveConnection {
  readonly definition: WorldConnection
  readonly view: ExecutorConnection
  readonly actions: ReadonlyMap<string, WorldAction>
  readonly executor: Executor
  active: boolean
  authorized: boolean
}

const toLive = (definition: WorldConnection, options: ConnectionsModelOptions | undefined): LiveConnection => {
  const view = { slug: definition.slug, kind: definition.kind ?? "actions", baseUrl: definition.baseUrl }
  return {
    definition,
    view,
    actions: new Map((definition.actions ?? []).map((action) => [action.slug, action])),
    executor: definition.executor ?? options?.executorFor?.(view, definition) ?? memoryExecutor(definition),
    active: definition.active ?? true,
    authorized: definition.authorized ?? true
  }
}

const recordOf = (live: LiveConnection): JsonObject =>
  compact({
    slug: live.definition.slug,
    display_name: live.definition.displayName ?? live.definition.slug,
    kind: live.view.kind,
    active: live.active,
    authorized: live.authorized,
    relay_id: live.definition.relayId,
    template_id: live.definition.templateId,
    ...live.definition.fields
  })

const actionRecordOf = (action: WorldAction): JsonObject => ({
  slug: action.slug,
  name: action.name ?? action.slug,
  ...action.fields
})

/** The response to a slug that no action of a connection has. @internal */
export const unknownAction = ({ actions, view }: LiveConnection, slug: string): FakeResponse =>
  unknownName("action", slug, actions.keys(), view.slug)

const queryValue = (query: ReadonlyArray<readonly [string, string]>, name: string): string | undefined =>
  query.find(([key]) => key === name)?.[1]

/** The connections and their saved actions. @internal */
export class Connections {
  private readonly bySlug: ReadonlyMap<string, LiveConnection>

  constructor(
    private readonly world: World,
    options: ConnectionsModelOptions | undefined
  ) {
    this.bySlug = new Map(world.connections.map((definition) => [definition.slug, toLive(definition, options)]))
  }

  get(slug: string): LiveConnection | undefined {
    return this.bySlug.get(slug)
  }

  /** The response to a slug that no connection has. */
  unknown(slug: string): FakeResponse {
    return unknownName("connection", slug, this.bySlug.keys())
  }

  get views(): ReadonlyArray<ConnectionView> {
    return Array.from(this.bySlug.values(), ({ view, active, authorized }) => {
      return { slug: view.slug, kind: view.kind, active, authorized }
    })
  }

  /** `authorized` is accepted and changes nothing, as on the real platform. */
  list(query: ReadonlyArray<readonly [string, string]>): FakeResponse {
    const relay = queryValue(query, "relay_id")
    const template = queryValue(query, "template_id")
    const connections = Array.from(this.bySlug.values()).filter(
      ({ definition }) =>
        (relay === undefined || definition.relayId === relay) &&
        (template === undefined || definition.templateId === template)
    )
    return ok({ connections: connections.map(recordOf) })
  }

  one(live: LiveConnection): FakeResponse {
    return ok({ connection: recordOf(live) })
  }

  authorize(live: LiveConnection, authorized: boolean): FakeResponse {
    live.authorized = authorized
    return this.one(live)
  }

  toggleActive(live: LiveConnection, active: Json | undefined): FakeResponse {
    if (typeof active !== "boolean") return badRequest("active must be true or false")
    live.active = active
    return this.one(live)
  }

  get catalog(): FakeResponse {
    const all = Array.from(this.bySlug.values()).flatMap((live) =>
      Array.from(live.actions.values(), (action) => ({ ...actionRecordOf(action), connection: live.view.slug }))
    )
    return ok({ actions: this.world.catalog ?? all })
  }

  actions(live: LiveConnection): FakeResponse {
    return ok({ actions: Array.from(live.actions.values(), actionRecordOf) })
  }

  action(live: LiveConnection, slug: string, part: "action" | "inputs" | "outputs"): FakeResponse {
    const action = live.actions.get(slug)
    if (action === undefined) return unknownAction(live, slug)
    return ok({ [part]: part === "action" ? actionRecordOf(action) : (action[part] ?? []) })
  }
}
