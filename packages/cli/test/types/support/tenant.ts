import { Auth } from "@effect-connectors/core/Auth"
import { BosaApi } from "@effect-connectors/core/BosaApi"
import { ConnectionsApi } from "@effect-connectors/core/ConnectionsApi"
import * as HttpClient from "@effect/platform/HttpClient"
import type * as HttpClientRequest from "@effect/platform/HttpClientRequest"
import * as HttpClientResponse from "@effect/platform/HttpClientResponse"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import type * as Scope from "effect/Scope"
import type { Source } from "../../../src/internal/types/discover.ts"

type Json = unknown

/** An action of a connector: its schema as discovery has it, and a description. */
export interface TenantAction {
  readonly docstring?: string
  readonly schema: Json
}

/** What the server has. */
export interface Tenant {
  /** Actions by name, by connector. `names` is what the list of connectors says, all of them unless given. */
  readonly connectors?: Readonly<Record<string, Readonly<Record<string, TenantAction>>>>
  readonly names?: ReadonlyArray<string>
  /** Inputs by action, by connection. */
  readonly connections?: Readonly<Record<string, Readonly<Record<string, ReadonlyArray<Json>>>>>
}

const rowsOf = (actions: Readonly<Record<string, TenantAction>>) =>
  Object.fromEntries(
    Object.entries(actions).map(([name, { docstring = "", schema }], index) => [
      name,
      { method: "POST", path: `/a/${index}`, docstring, parameters: { request: { schema } }, request_body: schema }
    ])
  )

const own = <A>(record: Readonly<Record<string, A>> | undefined, name: string): A | undefined =>
  record !== undefined && Object.hasOwn(record, name) ? record[name] : undefined

const bosaReply = ({ connectors = {}, names }: Tenant, url: URL): Json => {
  const name = url.searchParams.get("modules")
  if (name === null) return names ?? Object.keys(connectors)
  return Object.fromEntries([[name, rowsOf(own(connectors, name) ?? {})]])
}

const connectionsReply = ({ connections = {} }: Tenant, { pathname }: URL): Json => {
  const [slug, , action] = pathname.split("/").slice(4).map(decodeURIComponent)
  if (slug === undefined) return { connections: Object.keys(connections).map((slug) => ({ slug })) }
  const actions = own(connections, slug) ?? {}
  return action === undefined
    ? { actions: Object.keys(actions).map((slug) => ({ slug })) }
    : { inputs: own(actions, action) ?? [] }
}

const clientOf = (reply: (url: URL) => Json): HttpClient.HttpClient =>
  HttpClient.make((request: HttpClientRequest.HttpClientRequest, url) =>
    Effect.succeed(HttpClientResponse.fromWeb(request, Response.json(reply(url))))
  )

const token = Redacted.make("token")

/** Both clients of a tenant. */
export const sourceOf = (tenant: Tenant): Effect.Effect<Source, never, Scope.Scope> =>
  Effect.all({
    bosa: BosaApi.make({ baseUrl: "http://localhost", dialect: "gl" }).pipe(
      Effect.provide(Auth.apiKey(token)),
      Effect.provideService(
        HttpClient.HttpClient,
        clientOf((url) => bosaReply(tenant, url))
      )
    ),
    connections: ConnectionsApi.make({ baseUrl: "http://localhost" }).pipe(
      Effect.provide(Auth.serviceToken(token)),
      Effect.provideService(
        HttpClient.HttpClient,
        clientOf((url) => connectionsReply(tenant, url))
      )
    )
  }).pipe(Effect.orDie)
