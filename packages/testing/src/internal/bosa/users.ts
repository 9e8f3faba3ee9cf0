import type { FakeResponse } from "../fakeServer/response.js"
import { parse } from "../data/jsonText.js"
import { isObject } from "../fakeServer/json.js"
import { type Call, data, isResponse, refusal } from "./envelope.js"
import { integrationRecord, type Directory, preview } from "./directory.js"

const textIn = (call: Call, name: string): string | undefined => {
  const body = parse(call.request.body)
  const value = isObject(body) ? body[name] : undefined
  return typeof value === "string" ? value : undefined
}

const needs = (call: Call, ...names: ReadonlyArray<string>): FakeResponse =>
  refusal(call, 422, "VALIDATION_ERROR", `the body must be a JSON object with ${names.join(" and ")}`, {
    fields: names
  })

/** Creates a client. The caller has a key in either of the two header names. @internal */
export const createClient = (members: Directory, call: Call): FakeResponse => {
  const { headers } = call.request
  const key = headers["x-api-user"] ?? headers["x-api-key"]
  const caller = members.client({
    ...call,
    request: { ...call.request, headers: key === undefined ? {} : { "x-api-key": key } }
  })
  if (caller !== undefined && isResponse(caller)) return caller
  const name = textIn(call, "name")
  if (name === undefined) return needs(call, "name")
  const client = members.createClient(name)
  return data({ id: client.id, name, api_key: client.apiKey, is_active: true })
}

/** @internal */
export const createUser = (members: Directory, call: Call): FakeResponse => {
  const client = members.client(call)
  if (client === undefined || isResponse(client)) return client ?? needs(call)
  const identifier = textIn(call, "identifier")
  if (identifier === undefined) return needs(call, "identifier")
  const user = members.createUser(client, identifier)
  if (user === undefined) return refusal(call, 409, "USER_EXISTS", `the user ${identifier} exists`)
  return data({
    id: user.id,
    client_id: client.id,
    identifier,
    secret: user.secret,
    secret_preview: preview(user.secret),
    is_active: true
  })
}

/** @internal */
export const authenticate = (members: Directory, call: Call): FakeResponse => {
  const client = members.client(call, true)
  if (client !== undefined && isResponse(client)) return client
  const identifier = textIn(call, "identifier")
  const secret = textIn(call, "secret")
  if (identifier === undefined || secret === undefined) return needs(call, "identifier", "secret")
  const user = members.identify(client, identifier, secret)
  if (user === undefined) return refusal(call, 401, "CREDENTIALS_INVALID", "no user has this identifier and secret")
  const { token, expiresAt } = members.issue(user, call.now)
  return data({
    token,
    token_type: "Bearer",
    expires_at: expiresAt,
    is_revoked: false,
    user_id: user.id,
    client_id: user.client.id
  })
}

/** @internal */
export const me = (members: Directory, call: Call): FakeResponse => {
  const client = members.client(call, true)
  if (client !== undefined && isResponse(client)) return client
  const user = members.bearer(call)
  if (user === undefined) return refusal(call, 401, "TOKEN_MISSING", "a user token is required")
  if (isResponse(user)) return user
  return data({
    id: user.id,
    client_id: user.client.id,
    identifier: user.identifier,
    secret_preview: preview(user.secret),
    is_active: true,
    integrations: user.integrations.map((integration) => integrationRecord(user, integration))
  })
}
