import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import type { CreatedUser, Operations, UserInfo, UserIntegration, UserToken } from "../../Users.js"
import { type Fields, isFields } from "../fields.js"
import type { Decode } from "../incoming.js"
import type { Road } from "../road.js"
import type { Table } from "../wire/bosa.js"
import { expiryMillis } from "./expiry.js"
import { tokenOf } from "./prepared.js"
import { blankIssue, booleanIn, dataOf, type Missing, rawOf, textIn } from "./record.js"

const uuid = /^[0-9a-f]{8}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{12}$/i

const created: Decode<CreatedUser> = dataOf((data, missing) => {
  const id = textIn(data, "id") ?? ""
  if (!uuid.test(id)) missing.add("a UUID", "id")
  return {
    id,
    identifier: missing.text(data, "identifier"),
    secret: missing.secret(data, "secret"),
    secretPreview: textIn(data, "secret_preview"),
    isActive: booleanIn(data, "is_active")
  }
})

const token: Decode<UserToken> = dataOf((data, missing) => {
  const expiresAt = data["expires_at"]
  // a number does not say of what it counts
  if (expiresAt !== undefined && expiresAt !== null && typeof expiresAt !== "string") missing.add("text", "expires_at")
  return {
    token: missing.secret(data, "token"),
    tokenType: textIn(data, "token_type"),
    expiresAt: textIn(data, "expires_at"),
    expiresAtMillis: expiryMillis(expiresAt),
    isRevoked: booleanIn(data, "is_revoked"),
    userId: textIn(data, "user_id"),
    clientId: textIn(data, "client_id")
  }
})

const integrationOf = (fields: Fields, index: number, missing: Missing): UserIntegration => {
  const connector = textIn(fields, "connector")
  if (connector === undefined) missing.add("text", `integrations.${index}.connector`)
  return {
    id: textIn(fields, "id"),
    clientId: textIn(fields, "client_id"),
    userId: textIn(fields, "user_id"),
    connector: connector ?? "",
    account: textIn(fields, "user_identifier"),
    isSelected: booleanIn(fields, "selected"),
    authStatus: textIn(fields, "auth_status"),
    raw: rawOf(fields)
  }
}

const integrationsIn = (data: Fields, missing: Missing): ReadonlyArray<UserIntegration> => {
  const listed = data["integrations"]
  if (!Array.isArray(listed)) missing.add("a list", "integrations")
  const elements: ReadonlyArray<unknown> = Array.isArray(listed) ? listed : []
  return elements.map((element, index) => integrationOf(isFields(element) ? element : {}, index, missing))
}

const info: Decode<UserInfo> = dataOf((data, missing) => ({
  id: missing.text(data, "id"),
  clientId: textIn(data, "client_id"),
  identifier: missing.text(data, "identifier"),
  secretPreview: textIn(data, "secret_preview"),
  isActive: booleanIn(data, "is_active"),
  integrations: integrationsIn(data, missing),
  raw: rawOf(data)
}))

const identifierIssues = (identifier: string) =>
  blankIssue("identifier", identifier, "give the name that your program knows the user by")

/** @internal */
export const make = (road: Road, table: Table): Operations => ({
  create: (identifier) =>
    road.call(
      table.users.create,
      { segments: [], body: { identifier }, issues: identifierIssues(identifier) },
      created
    ),
  authenticate: (identifier, secret) =>
    Effect.suspend(() => {
      const plain = Redacted.value(secret)
      const issues = blankIssue("secret", plain, "give the secret that `users.create` answered with")
      return road.call(
        table.users.authenticate,
        { segments: [], body: { identifier, secret: plain }, issues: [...identifierIssues(identifier), ...issues] },
        token
      )
    }),
  me: (token) => road.call(table.users.me, { segments: [], token: tokenOf(token) }, info)
})
