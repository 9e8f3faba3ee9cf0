import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import type { CreatedUser, Operations, UserInfo, UserIntegration, UserToken } from "../../Users.js"
import { type Fields, isFields } from "../data/fields.js"
import type { Decode } from "../http/response.js"
import type { Issue } from "../../InvalidRequest.js"
import type { RequestPipeline } from "../http/call.js"
import type { Table } from "./dialects.js"
import { expiryMillis } from "./expiry.js"
import { tokenOf } from "./prepare.js"
import { blankIssue, booleanIn, dataOf, type Missing, rawOf, textIn } from "./decoders.js"

const created: Decode<CreatedUser> = dataOf((data, missing) => ({
  id: missing.uuid(data, "id"),
  identifier: missing.text(data, "identifier"),
  secret: missing.secret(data, "secret"),
  secretPreview: missing.text(data, "secret_preview"),
  isActive: missing.boolean(data, "is_active")
}))

const token: Decode<UserToken> = dataOf((data, missing) => {
  const expiresAt = missing.text(data, "expires_at")
  return {
    token: missing.secret(data, "token"),
    tokenType: missing.text(data, "token_type"),
    expiresAt,
    expiresAtMillis: expiryMillis(expiresAt),
    isRevoked: missing.boolean(data, "is_revoked"),
    userId: missing.text(data, "user_id"),
    clientId: missing.text(data, "client_id")
  }
})

const integrationOf =
  (needsSelected: boolean) =>
  (fields: Fields, missing: Missing): UserIntegration => ({
    id: missing.uuid(fields, "id"),
    clientId: missing.uuid(fields, "client_id"),
    userId: missing.uuid(fields, "user_id"),
    connector: missing.text(fields, "connector"),
    account: missing.text(fields, "user_identifier"),
    isSelected: needsSelected ? missing.boolean(fields, "selected") : booleanIn(fields, "selected"),
    authStatus: textIn(fields, "auth_status"),
    raw: rawOf(fields)
  })

const infoOf = (needsSelected: boolean): Decode<UserInfo> =>
  dataOf((data, missing) => {
    const listed = data["integrations"]
    if (!Array.isArray(listed)) missing.add("a list", "integrations")
    const elements: ReadonlyArray<unknown> = Array.isArray(listed) ? listed : []
    const one = integrationOf(needsSelected)
    return {
      id: missing.uuid(data, "id"),
      clientId: missing.uuid(data, "client_id"),
      identifier: missing.text(data, "identifier"),
      secretPreview: missing.text(data, "secret_preview"),
      isActive: missing.boolean(data, "is_active"),
      integrations: elements.map((element, index) =>
        one(isFields(element) ? element : {}, missing.at(`integrations.${index}`))
      ),
      raw: rawOf(data)
    }
  })

const identifierIssues = (identifier: string) =>
  blankIssue("identifier", identifier, "give the name that your program knows the user by")

const noKey: Issue = {
  path: ["Auth"],
  message: "holds no API key, and a user is created for a client",
  fix: "provide Auth.bosa with the client's key"
}

/** @internal */
export const make = (pipeline: RequestPipeline, table: Table, hasKey: boolean): Operations => ({
  create: (identifier) => {
    const issues = [...identifierIssues(identifier), ...(table.createsWithKey && !hasKey ? [noKey] : [])]
    return pipeline.call(table.users.create, { segments: [], body: { identifier }, issues }, created)
  },
  authenticate: (identifier, secret) =>
    Effect.suspend(() => {
      const plain = Redacted.value(secret)
      const issues = blankIssue("secret", plain, "give the secret that `users.create` answered with")
      return pipeline.call(
        table.users.authenticate,
        { segments: [], body: { identifier, secret: plain }, issues: [...identifierIssues(identifier), ...issues] },
        token
      )
    }),
  me: (token) =>
    pipeline.call(table.users.me, { segments: [], token: tokenOf(token) }, infoOf(table.removes === "account"))
})
