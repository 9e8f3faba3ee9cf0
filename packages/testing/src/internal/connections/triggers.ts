import * as Redacted from "effect/Redacted"
import type { Json, JsonObject } from "../../Executor.js"
import type { World, WorldTrigger } from "../../World.js"
import type { FakeResponse } from "../fakeServer/response.js"
import { badRequest, ok, refuse, unknownName } from "./responses.js"
import type { LiveConnection } from "./connections.js"
import { compact, textOf } from "../fakeServer/json.js"

interface Subscriber {
  readonly id: number
  readonly connection: string
  readonly trigger: string
  readonly targetUrl: string
  readonly account: Json | undefined
  readonly shown: JsonObject
  readonly apiKey: Redacted.Redacted | undefined
}

/** The triggers of all connections and their subscribers. @internal */
export class Triggers {
  private readonly subscribers = new Map<number, Subscriber>()
  private created = 0

  constructor(private readonly world: World) {}

  get ids(): ReadonlyArray<number> {
    return Array.from(this.subscribers.keys())
  }

  list(connection: LiveConnection, account: string | undefined): FakeResponse {
    const triggers = (connection.definition.triggers ?? []).map((trigger) => this.record(connection, trigger))
    return ok({ triggers, account: account === undefined ? null : { slug: account } })
  }

  get(connection: LiveConnection, slug: string, account: string | undefined): FakeResponse {
    const trigger = this.find(connection, slug)
    if (trigger === undefined) return this.unknown(connection, slug)
    return ok({ trigger: this.record(connection, trigger), account: account === undefined ? null : { slug: account } })
  }

  private unknown({ definition, view }: LiveConnection, slug: string): FakeResponse {
    const known = (definition.triggers ?? []).map((trigger) => trigger.slug)
    return unknownName("trigger", slug, known, view.slug)
  }

  subscribe(connection: LiveConnection, slug: string, body: JsonObject): FakeResponse {
    const trigger = this.find(connection, slug)
    if (trigger === undefined) return this.unknown(connection, slug)
    const targetUrl = textOf(body, "target_url")
    if (targetUrl === undefined || targetUrl === "") return badRequest("target_url is required")
    const service = textOf(body, "service")
    const apiKey = textOf(body, "api_key")
    if ((service === undefined) === (apiKey === undefined)) return badRequest("give either service or api_key")
    if (trigger.refuses === true) return refuse(502, "PROVIDER_REFUSED", "the provider refused, nothing was saved")
    const account = body["account_id"] ?? body["account"]
    const known = Array.from(this.subscribers.values()).find(
      (other) =>
        other.connection === connection.view.slug &&
        other.trigger === slug &&
        other.targetUrl === targetUrl &&
        other.account === account
    )
    if (known !== undefined) return ok({ created: false, subscriber: known.shown })
    const id = ++this.created
    const header = apiKey === undefined ? undefined : (textOf(body, "api_key_header") ?? "x-api-key")
    const { target_url: _, service: __, api_key: ___, api_key_header: ____, ...rest } = body
    const shown = compact({ id, target_url: targetUrl, service, api_key_header: header, ...rest })
    this.subscribers.set(id, {
      id,
      connection: connection.view.slug,
      trigger: slug,
      targetUrl,
      account,
      shown,
      apiKey: apiKey === undefined ? undefined : Redacted.make(apiKey)
    })
    return ok({ created: true, subscriber: shown })
  }

  remove(id: string): FakeResponse {
    if (this.world.admin === false) return refuse(403, "FORBIDDEN", "only an organisation admin may unsubscribe")
    const number = /^\d{1,15}$/.test(id) ? Number(id) : undefined
    return ok({ id: number ?? id, deleted: number !== undefined && this.subscribers.delete(number) })
  }

  private find(connection: LiveConnection, slug: string): WorldTrigger | undefined {
    return connection.definition.triggers?.find((trigger) => trigger.slug === slug)
  }

  private record(connection: LiveConnection, trigger: WorldTrigger): JsonObject {
    const subscriptions = Array.from(this.subscribers.values())
      .filter((one) => one.connection === connection.view.slug && one.trigger === trigger.slug)
      .map((one) => one.shown)
    return {
      slug: trigger.slug,
      name: trigger.name ?? trigger.slug,
      config: { inputs: trigger.inputs ?? [] },
      subscriptions,
      ...trigger.fields
    }
  }
}
