import type * as Effect from "effect/Effect"
import * as Result from "../data/result.js"
import type { ReadError } from "../../ApiError.js"
import type {
  AccountFilter,
  ActionOperations,
  ConnectionHandle,
  FileOperations,
  HttpOperations,
  ListFilter,
  Parameters,
  SqlOperations,
  Subscription,
  TriggerOperations
} from "../../ConnectionHandle.js"
import * as JobProtocol from "../../JobProtocol.js"
import type { JobRef } from "../../JobRef.js"
import type * as execute from "./execute.js"
import { query } from "../http/query.js"
import type { Road } from "../http/call.js"
import { retryAfterMillis } from "../http/retryAfter.js"
import { operations } from "./endpoints.js"
import * as decode from "./records.js"

// a number over 2^53 was rounded before it came here
const subscriberIssues = (id: string | number) =>
  typeof id === "string" || Number.isSafeInteger(id)
    ? []
    : [{ path: ["subscriber"], message: "is not an exact number", fix: "give the id as `subscribe` gave it" }]

const subscriptionBody = (subscription: Subscription): Parameters => ({
  target_url: subscription.targetUrl,
  service: subscription.service,
  user_id: subscription.userId,
  api_key: subscription.apiKey,
  api_key_header: subscription.apiKeyHeader,
  account_id: subscription.accountId,
  account: subscription.account,
  inputs: subscription.inputs,
  name: subscription.name
})

const subscriptionIssues = ({ apiKey, service, targetUrl }: Subscription) => [
  ...(URL.canParse(targetUrl)
    ? []
    : [{ path: ["targetUrl"], message: "is not an absolute URL", fix: "give the address that events are sent to" }]),
  ...((service === undefined) === (apiKey === undefined)
    ? [{ path: ["service"], message: "needs exactly one of service and apiKey", fix: "give one of them" }]
    : [])
]

/**
 * The rows of the wire as calls: each names its row, its path's parameters and how its answer is read.
 *
 * @internal
 */
export const bindings = (road: Road, run: ReturnType<typeof execute.make>) => {
  const account = (filter: AccountFilter = {}) => query([["account_slug", filter.accountSlug]])

  const actions = (slug: string): ActionOperations => ({
    list: road.call(operations.actions.list, { segments: [slug] }, decode.savedActions),
    get: (action) => road.call(operations.actions.get, { segments: [slug, action] }, decode.savedActionDetail),
    inputs: (action) => road.call(operations.actions.inputs, { segments: [slug, action] }, decode.inputs),
    outputs: (action) => road.call(operations.actions.outputs, { segments: [slug, action] }, decode.outputs),
    execute: (action, body, options) => run(operations.actions.execute, [slug, action], body, options)
  })
  const http = (slug: string): HttpOperations => ({
    get: (parameters, options) => run(operations.http.get, [slug], parameters, options),
    post: (parameters, options) => run(operations.http.post, [slug], parameters, options),
    patch: (parameters, options) => run(operations.http.patch, [slug], parameters, options),
    put: (parameters, options) => run(operations.http.put, [slug], parameters, options),
    delete: (parameters, options) => run(operations.http.delete, [slug], parameters, options)
  })
  const file = (slug: string): FileOperations => ({
    read: (parameters, options) => run(operations.file.read, [slug], parameters, options),
    upload: (parameters, options) => run(operations.file.upload, [slug], parameters, options),
    append: (parameters, options) => run(operations.file.append, [slug], parameters, options),
    list: (parameters, options) => run(operations.file.list, [slug], parameters, options),
    rename: (parameters, options) => run(operations.file.rename, [slug], parameters, options),
    move: (parameters, options) => run(operations.file.move, [slug], parameters, options),
    delete: (parameters, options) => run(operations.file.delete, [slug], parameters, options)
  })
  const sql = (slug: string): SqlOperations => ({
    query: (parameters, options) => run(operations.sql.query, [slug], parameters, options),
    select: (parameters, options) => run(operations.sql.select, [slug], parameters, options),
    insert: (parameters, options) => run(operations.sql.insert, [slug], parameters, options),
    update: (parameters, options) => run(operations.sql.update, [slug], parameters, options),
    delete: (parameters, options) => run(operations.sql.delete, [slug], parameters, options),
    execute: (parameters, options) => run(operations.sql.execute, [slug], parameters, options)
  })
  const triggers = (slug: string): TriggerOperations => ({
    list: (filter) => road.call(operations.triggers.list, { segments: [slug], ...account(filter) }, decode.triggers),
    get: (trigger, filter) =>
      road.call(operations.triggers.get, { segments: [slug, trigger], ...account(filter) }, decode.triggerDetail),
    subscribe: (trigger, subscription) =>
      road.call(
        operations.triggers.subscribe,
        {
          segments: [slug, trigger],
          body: subscriptionBody(subscription),
          issues: subscriptionIssues(subscription)
        },
        decode.subscribed
      )
  })
  const self = (slug: string): Pick<ConnectionHandle, "get" | "authorize" | "unauthorize" | "setActive"> => ({
    get: road.call(operations.connections.get, { segments: [slug] }, decode.connectionDetail),
    authorize: road.call(operations.connections.authorize, { segments: [slug], body: {} }, decode.acknowledged),
    unauthorize: road.call(operations.connections.unauthorize, { segments: [slug], body: {} }, decode.acknowledged),
    setActive: (active) =>
      road.call(operations.connections.setActive, { segments: [slug], body: { active } }, decode.acknowledged)
  })
  const connection = (slug: string): ConnectionHandle => ({
    slug,
    ...self(slug),
    actions: actions(slug),
    http: http(slug),
    file: file(slug),
    sql: sql(slug),
    triggers: triggers(slug)
  })

  const list = (filter: ListFilter = {}) =>
    road.call(
      operations.connections.list,
      {
        segments: [],
        ...query([
          ["relay_id", filter.relayId],
          ["authorized", filter.authorized === true ? "true" : undefined],
          ["template_id", filter.templateId]
        ])
      },
      decode.connections
    )

  const poll = (protocol: JobProtocol.JobProtocol) => {
    const polled = (ref: JobRef, policy?: { readonly retry: "none" }): Effect.Effect<JobProtocol.JobState, ReadError> =>
      road.call(operations.jobs.get, { segments: [ref.jobId], ...policy }, ({ answer, body, now }) =>
        Result.fromUndefined(
          JobProtocol.decode(protocol, ref.jobId, body, retryAfterMillis(answer.headers, now())),
          () => [`expected a state in "${protocol.state.join('" or "')}"`]
        )
      )
    // the tracker has a pace and a failure budget of its own: a retry inside would spend its budget unnoticed
    return { retried: (ref: JobRef) => polled(ref), once: (ref: JobRef) => polled(ref, { retry: "none" }) }
  }

  return {
    actions,
    http,
    file,
    sql,
    triggers,
    self,
    connection,
    list,
    poll,
    catalog: road.call(operations.catalog.list, { segments: [] }, decode.savedActions),
    subscribers: {
      remove: (id: string | number) =>
        road.call(
          operations.subscribers.remove,
          { segments: [String(id)], issues: subscriberIssues(id) },
          decode.unsubscribed
        )
    }
  }
}
