import type { Action } from "@effect-connectors/core/Action"
import type { ConnectionsApi } from "@effect-connectors/core/ConnectionsApi"
import type { Jobs } from "@effect-connectors/core/Jobs"
import type { ModelRequest, ModelResponse } from "@effect-connectors/testing/ConnectionsModel"
import * as Laws from "@effect-connectors/testing/Laws"
import * as HttpClient from "@effect/platform/HttpClient"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import { at } from "./bosa.ts"
import { bosaWith, connectionsWith, type Handle } from "./laws.ts"

/** The fake with a planted bug in how jobs are followed. */
export const jobsWith = (bug: (jobs: Jobs, api: ConnectionsApi.Service) => Partial<Jobs>) =>
  connectionsWith((api) => ({ jobs: { ...api.jobs, ...bug(api.jobs, api) } }))

/** A response with changed JSON. */
const edited = (response: ModelResponse, edit: (body: object) => unknown): ModelResponse => {
  if (response._tag !== "Answer" || typeof response.body !== "string") return response
  const body: unknown = JSON.parse(response.body)
  return typeof body === "object" && body !== null ? { ...response, body: JSON.stringify(edit(body)) } : response
}

const bodyOf = ({ body }: ModelRequest): object => (body === "" ? {} : JSON.parse(body))

/** A platform that changes the responses of jobs. */
export const jobsShow =
  (edit: (body: object) => object) =>
  (handle: Handle): Handle =>
  (request) =>
    request.path.includes("/jobs/")
      ? Effect.map(handle(request), (response) => edited(response, edit))
      : handle(request)

/** A platform that returns the items of another page than the requested one. */
export const shuffled =
  (instead: Readonly<Record<number, number>>, edit: (body: object) => object) =>
  (handle: Handle): Handle =>
  (request) => {
    const requested = at(bodyOf(request), "page") ?? 1
    const page = typeof requested === "number" ? instead[requested] : undefined
    if (!request.path.endsWith("/by_page") || page === undefined) return handle(request)
    return Effect.flatMap(handle(request), (own) =>
      Effect.map(handle({ ...request, body: JSON.stringify({ ...bodyOf(request), page }) }), (other) => {
        let data: unknown
        edited(other, (body) => {
          data = at(body, "data")
        })
        return edited(own, (body) => edit({ ...body, data }))
      })
    )
  }

export const twice =
  (handle: Handle): Handle =>
  (request) =>
    request.method === "POST" ? Effect.zipRight(handle(request), handle(request)) : handle(request)

export const backward = jobsShow((body) => {
  const progress = at(body, "progress")
  return typeof progress === "number" ? { ...body, progress: 1 - progress } : body
})

export const metaOf = (body: object): object => Object(at(body, "meta"))

export const leaked = { "x-service-token": Redacted.value(Laws.credentials.serviceToken) }

export const logsHeaders = (client: HttpClient.HttpClient): HttpClient.HttpClient =>
  HttpClient.tapRequest(client, (request) => Effect.logDebug("sending", { ...request.headers }))

export const tracesHeaders = (client: HttpClient.HttpClient): HttpClient.HttpClient =>
  HttpClient.transform(client, (send, request) => Effect.withSpan(send, "send", { attributes: { ...request.headers } }))

/** The same action with other fields, also after a change of the action. */
const actionWith = (action: Action, parts: (action: Action) => Partial<Action>): Action => {
  const changed = parts(action)
  return new Proxy(action, {
    get: (of, key): unknown => {
      if (key === "with") return (change: Parameters<Action["with"]>[0]) => actionWith(of.with(change), parts)
      return Reflect.get(key in changed ? changed : of, key)
    }
  })
}

export const actionsWith = (parts: (action: Action) => Partial<Action>) =>
  bosaWith((api) => ({
    connect: (connector: string) => {
      const handle = api.connect(connector)
      return { ...handle, action: (name: string) => actionWith(handle.action(name), parts) }
    }
  }))
