import type { BosaConnector } from "../../BosaWorld.js"
import type { JsonObject } from "../../Executor.js"
import { type FakeResponse, text } from "../fakeServer/response.js"
import { parse } from "../data/jsonText.js"
import { isObject } from "../fakeServer/json.js"
import { sha256Hex } from "./digest.js"
import { type Call, data, isResponse, refusal } from "./envelope.js"
import { integrationRecord, type Directory, type User } from "./directory.js"

/** How long a link to the authorization page is valid, in milliseconds. */
const authorizationMillis = 600_000

interface PendingAuthorization {
  readonly user: User
  readonly connector: string
  readonly callback: URL
  readonly until: number
}

/** The accounts of users at connectors, and the authorization page that links them. @internal */
export class Integrations {
  private readonly pending = new Map<string, PendingAuthorization>()
  private states = 0

  constructor(
    private readonly directory: Directory,
    private readonly connector: (name: string) => BosaConnector | undefined
  ) {}

  private callerOf(call: Call): { readonly user: User; readonly connector: BosaConnector } | FakeResponse {
    const client = this.directory.client(call)
    if (client !== undefined && isResponse(client)) return client
    const user = this.directory.bearer(call)
    if (user === undefined) return refusal(call, 401, "TOKEN_MISSING", "a user token is required")
    if (isResponse(user)) return user
    if (user.client !== client)
      return refusal(call, 403, "TOKEN_OF_ANOTHER_CLIENT", "the user belongs to another client")
    const name = call.route.connector ?? ""
    const connector = this.connector(name)
    return connector === undefined
      ? refusal(call, 404, "CONNECTOR_NOT_FOUND", `the connector ${name} does not exist`)
      : { user, connector }
  }

  handle(call: Call): FakeResponse {
    const caller = this.callerOf(call)
    if (isResponse(caller)) return caller
    const { user, connector } = caller
    const account = call.route.account
    const integration = user.integrations.find((one) => one.connector === connector.name && one.account === account)
    switch (call.route.operation) {
      case "integrations.has":
        return data({ has_integration: user.integrations.some((one) => one.connector === connector.name) })
      case "integrations.initiate":
      case "integrations.configure":
        return this.start(call, user, connector)
      case "integrations.remove":
        if (account !== undefined) break
        return this.directory.unlink(user, connector.name)
          ? data({ success: true })
          : this.notLinked(call, connector.name)
    }
    if (integration === undefined) return this.notLinked(call, connector.name)
    switch (call.route.operation) {
      case "integrations.select":
        for (const one of user.integrations) if (one.connector === connector.name) one.selected = one === integration
        return data({ success: true })
      case "integrations.remove":
        this.directory.unlink(user, connector.name, integration.account)
        return data({ success: true })
      default:
        return data({ ...integrationRecord(user, integration), auth_scopes: [] })
    }
  }

  private notLinked(call: Call, connector: string): FakeResponse {
    return refusal(call, 404, "INTEGRATION_NOT_FOUND", `there is no such account at ${connector}`)
  }

  private start(call: Call, user: User, connector: BosaConnector): FakeResponse {
    const body = parse(call.request.body)
    if (!isObject(body)) return refusal(call, 422, "VALIDATION_ERROR", "the body must be a JSON object")
    if (body["auth_type"] === "custom") return this.configure(call, user, connector, body)
    if (connector.auth === "custom") {
      return refusal(
        call,
        400,
        "CUSTOM_CONFIGURATION_REQUIRED",
        `${connector.name} is linked by a custom configuration`
      )
    }
    const callback = body["callback_url"]
    if (typeof callback !== "string" || !URL.canParse(callback)) {
      return refusal(call, 400, "CALLBACK_INVALID", "callback_url must be a URL")
    }
    const state = sha256Hex(`${user.secret}/${connector.name}/${++this.states}`).slice(0, 40)
    const until = call.now + authorizationMillis
    this.pending.set(state, { user, connector: connector.name, callback: new URL(callback), until })
    const query = new URLSearchParams({ connector: connector.name, state })
    return data({ url: `${call.request.origin}/oauth/authorize?${query}` })
  }

  private configure(call: Call, user: User, connector: BosaConnector, body: JsonObject): FakeResponse {
    const configuration = body["configuration"]
    if (connector.auth !== "custom" || !isObject(configuration)) {
      return refusal(call, 400, "CONFIGURATION_INVALID", `${connector.name} takes no such configuration`)
    }
    const missing = (connector.configuration ?? []).filter((name) => configuration[name] === undefined)
    if (missing.length > 0) {
      return refusal(call, 422, "CONFIGURATION_INVALID", `the configuration lacks ${missing.join(", ")}`, {
        fields: missing
      })
    }
    const named = configuration["user_identifier"]
    const account = typeof named === "string" ? named : user.identifier
    const known = user.integrations.some((one) => one.connector === connector.name && one.account === account)
    if (known && body["replace_duplicate"] === false) {
      return refusal(call, 409, "INTEGRATION_EXISTS", `${account} is linked to ${connector.name}`)
    }
    this.directory.link(user, connector.name, account)
    return data({ success: true })
  }

  /** The authorization page. One request links the account; `account` names it, `deny` refuses. */
  authorize(call: Call): FakeResponse {
    const query = new Map(call.request.query)
    const state = query.get("state") ?? ""
    const authorization = this.pending.get(state)
    if (authorization === undefined || authorization.until <= call.now) {
      return refusal(call, 400, "STATE_INVALID", "the state is unknown, used or too old")
    }
    this.pending.delete(state)
    const location = new URL(authorization.callback)
    location.searchParams.set("state", state)
    if (query.has("deny")) location.searchParams.set("error", "access_denied")
    else
      this.directory.link(
        authorization.user,
        authorization.connector,
        query.get("account") ?? authorization.user.identifier
      )
    return text(302, "", { location: location.href })
  }
}
