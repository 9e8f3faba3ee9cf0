import type { ConnectionView, Options } from "../../ConnectionsModel.js"
import type { Executor, ExecutorConnection, Json, JsonObject } from "../../Executor.js"
import type { World, WorldAction, WorldConnection } from "../../World.js"
import { type Answer, badRequest, notFound, ok } from "./responses.js"
import { compact } from "../fakeServer/json.js"
import { memoryExecutor } from "./memoryExecutor.js"

/** A connection while the platform runs. @internal */
export interface Live {
  readonly definition: WorldConnection
  readonly seen: ExecutorConnection
  readonly actions: ReadonlyMap<string, WorldAction>
  readonly executor: Executor
  active: boolean
  authorized: boolean
}

const toLive = (definition: WorldConnection, options: Options | undefined): Live => {
  const seen = { slug: definition.slug, kind: definition.kind ?? "actions", baseUrl: definition.baseUrl }
  return {
    definition,
    seen,
    actions: new Map((definition.actions ?? []).map((action) => [action.slug, action])),
    executor: definition.executor ?? options?.executorFor?.(seen, definition) ?? memoryExecutor(definition),
    active: definition.active ?? true,
    authorized: definition.authorized ?? true
  }
}

const record = (live: Live): JsonObject =>
  compact({
    slug: live.definition.slug,
    display_name: live.definition.displayName ?? live.definition.slug,
    kind: live.seen.kind,
    active: live.active,
    authorized: live.authorized,
    relay_id: live.definition.relayId,
    template_id: live.definition.templateId,
    ...live.definition.fields
  })

const actionRecord = (action: WorldAction): JsonObject => ({
  slug: action.slug,
  name: action.name ?? action.slug,
  ...action.fields
})

const only = (query: ReadonlyArray<readonly [string, string]>, name: string): string | undefined =>
  query.find(([key]) => key === name)?.[1]

/** The connections and their saved actions. @internal */
export class Connections {
  private readonly bySlug: ReadonlyMap<string, Live>

  constructor(
    private readonly world: World,
    options: Options | undefined
  ) {
    this.bySlug = new Map(world.connections.map((definition) => [definition.slug, toLive(definition, options)]))
  }

  get(slug: string): Live | undefined {
    return this.bySlug.get(slug)
  }

  get views(): ReadonlyArray<ConnectionView> {
    return Array.from(this.bySlug.values(), ({ seen, active, authorized }) => {
      return { slug: seen.slug, kind: seen.kind, active, authorized }
    })
  }

  /** `authorized` is accepted and changes nothing, as on the real platform. */
  list(query: ReadonlyArray<readonly [string, string]>): Answer {
    const relay = only(query, "relay_id")
    const template = only(query, "template_id")
    const connections = Array.from(this.bySlug.values()).filter(
      ({ definition }) =>
        (relay === undefined || definition.relayId === relay) &&
        (template === undefined || definition.templateId === template)
    )
    return ok({ connections: connections.map(record) })
  }

  one(live: Live): Answer {
    return ok({ connection: record(live) })
  }

  authorize(live: Live, authorized: boolean): Answer {
    live.authorized = authorized
    return this.one(live)
  }

  toggleActive(live: Live, active: Json | undefined): Answer {
    if (typeof active !== "boolean") return badRequest("active must be true or false")
    live.active = active
    return this.one(live)
  }

  get catalog(): Answer {
    const all = Array.from(this.bySlug.values()).flatMap((live) =>
      Array.from(live.actions.values(), (action) => ({ ...actionRecord(action), connection: live.seen.slug }))
    )
    return ok({ actions: this.world.catalog ?? all })
  }

  actions(live: Live): Answer {
    return ok({ actions: Array.from(live.actions.values(), actionRecord) })
  }

  action(live: Live, slug: string, part: "action" | "inputs" | "outputs"): Answer {
    const action = live.actions.get(slug)
    if (action === undefined) return notFound(`the action ${slug} of ${live.seen.slug}`)
    return ok({ [part]: part === "action" ? actionRecord(action) : (action[part] ?? []) })
  }
}
