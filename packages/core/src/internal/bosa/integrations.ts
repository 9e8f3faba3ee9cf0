import * as Effect from "effect/Effect"
import * as Result from "../data/result.js"
import * as Redacted from "effect/Redacted"
import type { Token } from "../../Action.js"
import { IntegrationRequired } from "../../BosaError.js"
import {
  type InitiateOptions,
  type Integration,
  type IntegrationResult,
  Linked,
  type Operations,
  Visit
} from "../../Integrations.js"
import { InvalidRequest, type Issue } from "../../InvalidRequest.js"
import { type Fields, isFields } from "../data/fields.js"
import type { Decode } from "../http/response.js"
import type { Input } from "../http/request.js"
import type { RequestPipeline } from "../http/call.js"
import { dialectsWith, type Table } from "./dialects.js"
import { tokenOf } from "./prepare.js"
import { blankIssue, booleanIn, dataOf, rawOf, textIn } from "./decoders.js"
import { untilLinked } from "./untilLinked.js"

const has: Decode<boolean> = dataOf((data, missing) => {
  const value = booleanIn(data, "has_integration")
  if (value === undefined) missing.add("true or false", "has_integration")
  return value ?? false
})

const url: Decode<string> = dataOf((data, missing) => {
  const link = textIn(data, "url") ?? ""
  if (link === "") missing.add("text", "url")
  return link
})

// what a server says of it stands beside `success` or, of a failure, as an error
const messageIn = (fields: Fields): string | undefined => {
  const error = fields["error"]
  return (isFields(error) ? textIn(error, "message") : textIn(fields, "error")) ?? textIn(fields, "message")
}

const resultOf =
  (isPlain: (body: unknown) => boolean): Decode<IntegrationResult> =>
  ({ body }) => {
    const fields: Fields = isFields(body) ? body : {}
    const data: Fields = isFields(fields["data"]) ? fields["data"] : {}
    const success = booleanIn(data, "success") ?? (isPlain(body) ? true : undefined)
    return success === undefined
      ? Result.fail(['expected true or false in "data.success"'])
      : Result.succeed({ success, message: messageIn(data) ?? textIn(fields, "message"), raw: rawOf(body) })
  }

/** An answer without a body is one, and says that it was done. */
const changed = resultOf((body) => body === null)

/** Any answer says so that does not say the opposite. */
const configured = resultOf(() => true)

const scopesIn = (data: Fields): ReadonlyArray<string> => {
  const scopes = data["auth_scopes"]
  return Array.isArray(scopes) ? scopes.filter((scope) => typeof scope === "string") : []
}

const authStringIn = (data: Fields): Redacted.Redacted | undefined => {
  const value = textIn(data, "auth_string")
  return value === undefined ? undefined : Redacted.make(value)
}

// what the server says is told as it is, `raw` has all of it
const integration: Decode<Integration> = dataOf((data) => {
  return {
    connector: textIn(data, "connector"),
    account: textIn(data, "user_identifier"),
    isSelected: booleanIn(data, "selected"),
    authStatus: textIn(data, "auth_status"),
    authScopes: scopesIn(data),
    authString: authStringIn(data),
    raw: rawOf(data)
  }
})

const connectorIssues = (connector: string): ReadonlyArray<Issue> =>
  // the empty one is refused as a part of the path
  connector === "" ? [] : blankIssue("connector", connector, "give the name it has on the server")

const accountIssues = (account: string): ReadonlyArray<Issue> =>
  account === "" ? [] : blankIssue("account", account, "give the name it has at the connector")

const callbackIssues = (callbackUrl: string): ReadonlyArray<Issue> => {
  // a URL parser drops control characters and spaces without a word
  // oxlint-disable-next-line no-control-regex
  const isUrl = !/[\u0000-\u0020\u007f]/.test(callbackUrl) && /^https?:\/\/[^/]/i.test(callbackUrl)
  return isUrl && URL.canParse(callbackUrl)
    ? []
    : [
        {
          path: ["callbackUrl"],
          message: "is not an absolute http or https URL",
          fix: "give the address of your own page, as https://host/path"
        }
      ]
}

/** @internal */
export const make = (pipeline: RequestPipeline, table: Table): Operations => {
  const { integrationBody, integrations, removes } = table

  const input = (connector: string, token: Token | undefined, more: Partial<Input> = {}): Input => ({
    segments: [connector],
    token: tokenOf(token),
    ...more,
    issues: [...connectorIssues(connector), ...(more.issues ?? [])]
  })

  const forAccount = (connector: string, token: Token | undefined, account: string): Input =>
    input(connector, token, { segments: [connector, account], issues: accountIssues(account) })

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

  const look: Operations["has"] = (connector, token) => pipeline.call(integrations.has, input(connector, token), has)

  const replacing = ({ replaceDuplicate }: InitiateOptions): Pick<Input, "issues"> & { readonly fields: Fields } => {
    if (replaceDuplicate === undefined) return { fields: integrationBody, issues: [] }
    if ("replace_duplicate" in integrationBody) return { fields: { replace_duplicate: replaceDuplicate }, issues: [] }
    const dialects = dialectsWith((it) => "replace_duplicate" in it.integrationBody)
    const message = `is not known in dialect "${table.dialect}"`
    return { fields: {}, issues: [{ path: ["replaceDuplicate"], message, fix: `leave it out, or speak ${dialects}` }] }
  }

  const initiate: Operations["initiate"] = (connector, token, callbackUrl, options = {}) => {
    const { fields, issues = [] } = replacing(options)
    return pipeline.call(
      integrations.initiate,
      input(connector, token, {
        body: { callback_url: callbackUrl, ...fields },
        issues: [...callbackIssues(callbackUrl), ...issues]
      }),
      url
    )
  }

  // what is wrong with the second call is known before the first
  const checked = (name: string, callbackUrl: string | undefined): Effect.Effect<void, InvalidRequest> => {
    const issues = callbackUrl === undefined ? [] : callbackIssues(callbackUrl)
    return issues.length === 0
      ? Effect.void
      : Effect.fail(new InvalidRequest({ operation: `integrations.${name}`, issues }))
  }

  const ensure: Operations["ensure"] = Effect.fnUntraced(function* (connector, token, callbackUrl) {
    yield* checked("ensure", callbackUrl)
    if (yield* look(connector, token)) return Linked
    return Visit(yield* initiate(connector, token, callbackUrl))
  })

  const require: Operations["require"] = Effect.fnUntraced(function* (connector, token, callbackUrl) {
    yield* checked("require", callbackUrl)
    if (yield* look(connector, token)) return
    const url = callbackUrl === undefined ? undefined : yield* initiate(connector, token, callbackUrl)
    return yield* new IntegrationRequired({ connector, url })
  })

  return {
    has: look,
    initiate,
    configure: (connector, token, configuration, options = {}) => {
      if (integrations.configure === undefined) return lacks("configure")
      const { fields, issues = [] } = replacing(options)
      const body = { auth_type: "custom", configuration, ...fields }
      return pipeline.call(integrations.configure, input(connector, token, { body, issues }), configured)
    },
    select: (connector, token, account) =>
      integrations.select === undefined
        ? lacks("select")
        : pipeline.call(integrations.select, forAccount(connector, token, account), changed),
    get: (connector, token, account) =>
      integrations.get === undefined
        ? lacks("get")
        : pipeline.call(integrations.get, forAccount(connector, token, account), integration),
    remove: (connector, token, account) => {
      const { name } = integrations.remove
      if (removes === "connector") {
        return account === undefined
          ? pipeline.call(integrations.remove, input(connector, token), changed)
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
        : pipeline.call(integrations.remove, forAccount(connector, token, account), changed)
    },
    ensure,
    require,
    untilLinked: (connector, token, options = {}) =>
      untilLinked(
        `${pipeline.base}/connectors/${encodeURIComponent(connector)}/integration-exists`,
        integrations.has,
        look(connector, token),
        options
      )
  }
}
