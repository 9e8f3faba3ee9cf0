import * as Effect from "effect/Effect"
import { IntegrationRequired } from "../../BosaError.js"
import { type InitiateOptions, Linked, type Operations, Visit } from "../../Integrations.js"
import { InvalidRequest } from "../../InvalidRequest.js"
import * as Result from "../data/result.js"
import * as OptionNames from "../../OptionNames.js"
import { bind } from "../http/bind.js"
import type { RequestPipeline } from "../http/call.js"
import type { Input } from "../http/request.js"
import { exactTextOf } from "../http/sentSecrets.js"
import { dialectsWith, type Table } from "./dialects.js"
import { callbackIssues, type Extra, removeAccount, removeConnector } from "./endpoints.js"
import { untilLinked } from "./untilLinked.js"

const initiateOptions = OptionNames.make<InitiateOptions>({ replaceDuplicate: true })

/** @internal */
export const make = (pipeline: RequestPipeline, table: Table): Operations => {
  const { integrationBody, integrations, removes } = table
  const has = bind(pipeline, undefined, integrations.has)
  const link = integrations.initiate
  const start = bind(pipeline, undefined, link)
  // one that would have to be changed for an error leads nowhere: only `initiate` gives it
  const shownLink = (input: Input) =>
    pipeline.call(link, input, (response) =>
      Result.map(link.decode(response), (url) => exactTextOf(response.call, "link", url))
    )

  const lacking = (operation: string, what: string, dialects: string): Effect.Effect<never, InvalidRequest> =>
    Effect.fail(
      new InvalidRequest({
        operation,
        issues: [
          {
            path: ["dialect"],
            message: `dialect "${table.dialect}" ${what}`,
            fix: `speak ${dialects}, if the server does`
          }
        ]
      })
    )

  const lacks = (name: "configure" | "select" | "get"): Effect.Effect<never, InvalidRequest> =>
    lacking(
      `integrations.${name}`,
      `has no integrations.${name}`,
      dialectsWith((it) => it.integrations[name] !== undefined)
    )

  const replacing = (options: InitiateOptions): Extra => {
    const wrongNames = OptionNames.issues(initiateOptions, options)
    if (wrongNames.length > 0) return { issues: wrongNames }
    const { replaceDuplicate } = options
    if (replaceDuplicate === undefined) return { fields: integrationBody }
    if ("replace_duplicate" in integrationBody) return { fields: { replace_duplicate: replaceDuplicate } }
    const dialects = dialectsWith((it) => "replace_duplicate" in it.integrationBody)
    const message = `is not known in dialect "${table.dialect}"`
    return { issues: [{ path: ["replaceDuplicate"], message, fix: `leave it out, or speak ${dialects}` }] }
  }

  const initiate: Operations["initiate"] = (connector, token, callbackUrl, options = {}) =>
    start(connector, token, callbackUrl, replacing(options))

  // what is wrong with the second call is known before the first
  const checked = (name: string, callbackUrl: string | undefined): Effect.Effect<void, InvalidRequest> => {
    const issues = callbackUrl === undefined ? [] : callbackIssues(callbackUrl)
    return issues.length === 0
      ? Effect.void
      : Effect.fail(new InvalidRequest({ operation: `integrations.${name}`, issues }))
  }

  const ensure: Operations["ensure"] = Effect.fnUntraced(function* (connector, token, callbackUrl) {
    yield* checked("ensure", callbackUrl)
    if (yield* has(connector, token)) return Linked
    return Visit(yield* initiate(connector, token, callbackUrl))
  })

  const require: Operations["require"] = Effect.fnUntraced(function* (connector, token, callbackUrl) {
    yield* checked("require", callbackUrl)
    if (yield* has(connector, token)) return
    if (callbackUrl === undefined) return yield* new IntegrationRequired({ connector })
    const url = yield* shownLink(link.input(connector, token, callbackUrl, replacing({})))
    return yield* new IntegrationRequired({ connector, url })
  })

  return {
    has,
    initiate,
    configure: (connector, token, configuration, options = {}) =>
      integrations.configure === undefined
        ? lacks("configure")
        : bind(pipeline, undefined, integrations.configure)(connector, token, configuration, replacing(options)),
    select: (connector, token, account) =>
      integrations.select === undefined
        ? lacks("select")
        : bind(pipeline, undefined, integrations.select)(connector, token, account),
    get: (connector, token, account) =>
      integrations.get === undefined
        ? lacks("get")
        : bind(pipeline, undefined, integrations.get)(connector, token, account),
    remove: (connector, token, account) => {
      const { name } = integrations.remove
      if (removes === "connector") {
        return account === undefined
          ? bind(pipeline, undefined, removeConnector)(connector, token)
          : lacking(
              name,
              "unlinks the whole connector and takes no account",
              dialectsWith((it) => it.removes === "account")
            )
      }
      return account === undefined
        ? lacking(
            name,
            "unlinks one account, and none is given: name it, since to unlink the whole connector is another dialect's",
            dialectsWith((it) => it.removes === "connector")
          )
        : bind(pipeline, undefined, removeAccount)(connector, token, account)
    },
    ensure,
    require,
    untilLinked: (connector, token, options = {}) =>
      untilLinked(
        `${pipeline.base}/connectors/${encodeURIComponent(connector)}/integration-exists`,
        integrations.has,
        has(connector, token),
        options
      )
  }
}
