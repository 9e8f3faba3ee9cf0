import type {
  AccountFilter,
  ActionBody,
  ActionExecuteOptions,
  ExecuteOptions,
  ListFilter,
  Parameters,
  Subscription
} from "../../ConnectionHandle.js"
import type * as Params from "../../ExecuteParameters.js"
import type { Issue } from "../../InvalidRequest.js"
import * as JobProtocol from "../../JobProtocol.js"
import type { JobRef } from "../../JobRef.js"
import * as OptionNames from "../../OptionNames.js"
import { idIssues } from "../data/checks.js"
import * as Result from "../data/result.js"
import type { Read } from "../http/bind.js"
import { effectful, type NameIn, safe } from "../http/endpoint.js"
import { query } from "../http/query.js"
import type { Input } from "../http/request.js"
import { retryAfterMillis } from "../http/retryAfter.js"
import { textOf } from "../http/sentSecrets.js"
import { inputSecrets, keepReport } from "../jobs/reported.js"
import { actionRules, typedRules } from "./body.js"
import { type Client, executeInput, executionOf } from "./execute.js"
import * as records from "./records.js"

const at = (path: string): string => `/api/v1${path}`
const slug = (path: string): string => at(`/connections/{slug}${path}`)

const listFilter = OptionNames.make<ListFilter>({ relayId: true, authorized: true, templateId: true })

const listed = (filter: ListFilter = {}): Input => {
  const issues = OptionNames.issues(listFilter, filter)
  if (issues.length > 0) return { segments: [], issues }
  return {
    segments: [],
    ...query([
      ["relay_id", filter.relayId],
      ["authorized", filter.authorized === true ? "true" : undefined],
      ["template_id", filter.templateId]
    ])
  }
}

const accountFilter = OptionNames.make<AccountFilter>({ accountSlug: true })

const account = (filter: AccountFilter = {}) => {
  const issues = OptionNames.issues(accountFilter, filter)
  return issues.length > 0 ? { issues } : query([["account_slug", filter.accountSlug]])
}

const subscriptionFields = OptionNames.make<Subscription>({
  targetUrl: true,
  service: true,
  userId: true,
  apiKey: true,
  apiKeyHeader: true,
  accountId: true,
  account: true,
  inputs: true,
  name: true
})

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

const exactFix = "give it as text, or as a bigint"

const subscriptionIssues = ({ accountId, apiKey, service, targetUrl, userId }: Subscription): ReadonlyArray<Issue> => [
  ...idIssues("userId", userId, exactFix),
  ...idIssues("accountId", accountId, exactFix),
  ...(URL.canParse(targetUrl)
    ? []
    : [{ path: ["targetUrl"], message: "is not an absolute URL", fix: "give the address that events are sent to" }]),
  ...((service === undefined) === (apiKey === undefined)
    ? [{ path: ["service"], message: "needs exactly one of service and apiKey", fix: "give one of them" }]
    : [])
]

const plainWord = /^[\w .-]{1,64}$/

const state: Read<JobProtocol.JobState, Client> = (received, { segments }, { protocol, stateOf }) => {
  const { body, call, clock, response } = received
  const found = stateOf(segments[0] ?? "", body, retryAfterMillis(response.headers, clock.unsafeCurrentTimeMillis()))
  if (found === undefined) return Result.fail([`expected a state in "${protocol.state.join('" or "')}"`])
  // a word that is known repeats nothing that was sent
  const isShown = found.state !== "unknown" && plainWord.test(found.word)
  const shown = isShown ? found : { ...found, word: textOf(call, "word", found.word) }
  if (found.state !== "succeeded" && JobProtocol.isOver(found)) keepReport(call, protocol, shown, found.word)
  return Result.succeed(shown)
}

/** An operation that takes nothing but the slug: bound to it, it is a value and not a function. */
const onSlug = <E>(endpoint: E) => ({ ...endpoint, isValue: true }) as const

const ofSlug = (slug: string): Input => ({ segments: [slug] })
const ofSlugWithBody = (slug: string): Input => ({ segments: [slug], body: {} })
const ofAction = (slug: string, action: string): Input => ({ segments: [slug, action] })

const get = <const Name extends string, I, D>(name: Name, route: string, input: I, decode: D) =>
  safe({ name, method: "GET", route, input, decode })

const change = <const Name extends string, I>(retry: "idempotent" | "unsafe", name: Name, route: string, input: I) =>
  effectful(retry, { name, method: "POST", route, mayBeEmpty: true, input, decode: records.acknowledged })

const typedInput =
  <P extends Parameters>() =>
  (slug: string, parameters?: P, options?: ExecuteOptions): Input =>
    executeInput([slug], typedRules, parameters, options)

// POST on the wire, but reads by their declared meaning
const reads =
  <P extends Parameters>() =>
  <const Name extends string>(name: Name, path: string) =>
    safe({ name, method: "POST", route: slug(path), input: typedInput<P>(), decode: executionOf(name) })

const writes =
  <P extends Parameters>() =>
  <const Name extends string>(name: Name, path: string) =>
    effectful("unsafe", { name, method: "POST", route: slug(path), input: typedInput<P>(), decode: executionOf(name) })

/**
 * Every operation of the Connections API. What the service and its handles offer is derived from it.
 *
 * @internal
 */
export const endpoints = {
  jobs: {
    get: get(
      "jobs.get",
      at("/jobs/{job}"),
      (ref: JobRef, retry?: "none"): Input => ({ segments: [ref.jobId], retry, secrets: inputSecrets(ref) }),
      state
    )
  },
  connections: {
    list: get("connections.list", at("/connections"), listed, records.connections),
    get: onSlug(get("connections.get", slug(""), ofSlug, records.connectionDetail)),
    authorize: onSlug(change("unsafe", "connections.authorize", slug("/authorize"), ofSlugWithBody)),
    unauthorize: onSlug(change("idempotent", "connections.unauthorize", slug("/unauthorize"), ofSlugWithBody)),
    setActive: change(
      "idempotent",
      "connections.setActive",
      slug("/toggle-active"),
      (slug: string, active: boolean): Input => ({ segments: [slug], body: { active } })
    )
  },
  catalog: { list: get("catalog.list", at("/actions"), (): Input => ({ segments: [] }), records.savedActions) },
  actions: {
    list: onSlug(get("actions.list", slug("/actions"), ofSlug, records.savedActions)),
    get: get("actions.get", slug("/actions/{action}"), ofAction, records.savedActionDetail),
    inputs: get("actions.inputs", slug("/actions/{action}/inputs"), ofAction, records.inputs),
    outputs: get("actions.outputs", slug("/actions/{action}/outputs"), ofAction, records.outputs),
    execute: effectful("unsafe", {
      name: "actions.execute",
      method: "POST",
      route: slug("/actions/{action}/execute"),
      input: (slug: string, action: string, body?: ActionBody, options?: ActionExecuteOptions): Input =>
        executeInput([slug, action], actionRules, body, options),
      decode: executionOf("actions.execute")
    })
  },
  http: {
    get: reads<Params.HttpParameters>()("http.get", "/http/get"),
    post: writes<Params.HttpParameters>()("http.post", "/http/post"),
    patch: writes<Params.HttpParameters>()("http.patch", "/http/patch"),
    put: writes<Params.HttpParameters>()("http.put", "/http/put"),
    delete: writes<Params.HttpParameters>()("http.delete", "/http/delete")
  },
  file: {
    read: reads<Params.FileRead>()("file.read", "/file/readFile"),
    upload: writes<Params.FileUpload>()("file.upload", "/file/uploadFile"),
    append: writes<Params.FileAppend>()("file.append", "/file/appendFile"),
    list: reads<Params.FileList>()("file.list", "/file/listFiles"),
    rename: writes<Params.FileRename>()("file.rename", "/file/renameFile"),
    move: writes<Params.FileMove>()("file.move", "/file/moveFile"),
    delete: writes<Params.FileDelete>()("file.delete", "/file/deleteFile")
  },
  sql: {
    query: writes<Params.SqlStatement>()("sql.query", "/sql/query"),
    select: reads<Params.SqlSelect>()("sql.select", "/sql/select"),
    insert: writes<Params.SqlInsert>()("sql.insert", "/sql/insert"),
    update: writes<Params.SqlUpdate>()("sql.update", "/sql/update"),
    delete: writes<Params.SqlDelete>()("sql.delete", "/sql/delete"),
    execute: writes<Params.SqlStatement>()("sql.execute", "/sql/execute")
  },
  triggers: {
    list: get(
      "triggers.list",
      slug("/triggers"),
      (slug: string, filter?: AccountFilter): Input => ({ segments: [slug], ...account(filter) }),
      records.triggers
    ),
    get: get(
      "triggers.get",
      slug("/triggers/{trigger}"),
      (slug: string, trigger: string, filter?: AccountFilter): Input => ({
        segments: [slug, trigger],
        ...account(filter)
      }),
      records.triggerDetail
    ),
    subscribe: effectful("unsafe", {
      name: "triggers.subscribe",
      method: "POST",
      route: slug("/triggers/{trigger}/subscribers"),
      refusedBy: 502,
      input: (slug: string, trigger: string, subscription: Subscription): Input => {
        const wrongNames = OptionNames.issues(subscriptionFields, subscription)
        const given: Subscription = { ...subscription }
        return {
          segments: [slug, trigger],
          body: subscriptionBody(given),
          issues: [...wrongNames, ...subscriptionIssues(given)]
        }
      },
      decode: records.subscribed
    })
  },
  subscribers: {
    remove: effectful("idempotent", {
      name: "subscribers.remove",
      method: "DELETE",
      route: at("/subscribers/{subscriber}"),
      input: (id: string | number | bigint): Input => ({
        segments: [String(id)],
        issues: idIssues("subscriber", id, "give the id as `subscribe` gave it")
      }),
      decode: records.unsubscribed
    })
  }
}

/** @internal */
export type Name = NameIn<typeof endpoints>
