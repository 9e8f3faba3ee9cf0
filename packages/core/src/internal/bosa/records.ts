import * as Redacted from "effect/Redacted"
import type {
  CatalogMcp,
  CatalogPage,
  CatalogSkill,
  CatalogTool,
  PageMeta,
  SearchBackend,
  SearchResult
} from "../../Catalog.js"
import type { CreatedClient } from "../../Clients.js"
import type { Integration, IntegrationResult } from "../../Integrations.js"
import type { Skill, SkillDetail } from "../../Skills.js"
import type { CreatedUser, UserInfo, UserIntegration, UserToken } from "../../Users.js"
import { isWhole } from "../data/checks.js"
import { booleanIn, dataIn, listIn, Missing, numberIn, textIn, textsIn } from "../data/decoders.js"
import { type Fields, fieldsOf, isFields } from "../data/fields.js"
import * as Result from "../data/result.js"
import type { Decode } from "../http/response.js"
import { withoutSecrets } from "../http/secrets.js"
import { expiryMillis } from "./expiry.js"

/** Reads the object in `data`; the value counts only when nothing is missing. */
const inData =
  <A>(decode: (data: Fields, missing: Missing) => A): Decode<A> =>
  ({ body }) => {
    const data = dataIn(body)
    if (data === undefined) return Result.fail(['expected an object in "data"'])
    const missing = new Missing()
    const value = decode(data, missing)
    return missing.expected.length > 0 ? Result.fail(missing.expected) : Result.succeed(value)
  }

/** What a server says of a user or an account, without the credentials in it. */
const rawOf = (value: unknown): unknown => withoutSecrets(value)

/** @internal */
export const createdUser = inData((data, missing): CreatedUser => ({
  id: missing.uuid(data, "id"),
  identifier: missing.text(data, "identifier"),
  secret: missing.secret(data, "secret"),
  secretPreview: missing.text(data, "secret_preview"),
  isActive: missing.boolean(data, "is_active")
}))

/** @internal */
export const userToken = inData((data, missing): UserToken => {
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

const userIntegration = (fields: Fields, missing: Missing, needsSelected: boolean): UserIntegration => ({
  id: missing.uuid(fields, "id"),
  clientId: missing.uuid(fields, "client_id"),
  userId: missing.uuid(fields, "user_id"),
  connector: missing.text(fields, "connector"),
  account: missing.text(fields, "user_identifier"),
  isSelected: needsSelected ? missing.boolean(fields, "selected") : booleanIn(fields, "selected"),
  authStatus: textIn(fields, "auth_status"),
  raw: rawOf(fields)
})

/** @internal */
export const userInfo = (needsSelected: boolean): Decode<UserInfo> =>
  inData((data, missing) => {
    if (!Array.isArray(data["integrations"])) missing.add("a list", "integrations")
    return {
      id: missing.uuid(data, "id"),
      clientId: missing.uuid(data, "client_id"),
      identifier: missing.text(data, "identifier"),
      secretPreview: missing.text(data, "secret_preview"),
      isActive: missing.boolean(data, "is_active"),
      integrations: listIn(data, "integrations").map((element, index) =>
        userIntegration(fieldsOf(element), missing.at(`integrations.${index}`), needsSelected)
      ),
      raw: rawOf(data)
    }
  })

/** @internal */
export const createdClient = inData((data, missing): CreatedClient => ({
  id: missing.text(data, "id"),
  name: textIn(data, "name"),
  apiKey: missing.secret(data, "api_key"),
  isActive: booleanIn(data, "is_active")
}))

/** @internal */
export const hasIntegration = inData((data, missing) => missing.boolean(data, "has_integration"))

/** @internal */
export const linkUrl = inData((data, missing) => missing.filled(data, "url"))

// a server's remark stands next to `success` or, of a failure, as an error
const messageIn = (fields: Fields): string | undefined => {
  const error = fields["error"]
  return (isFields(error) ? textIn(error, "message") : textIn(fields, "error")) ?? textIn(fields, "message")
}

const resultOf =
  (isPlain: (body: unknown) => boolean): Decode<IntegrationResult> =>
  ({ body }) => {
    const data = dataIn(body) ?? {}
    const success = booleanIn(data, "success") ?? (isPlain(body) ? true : undefined)
    return success === undefined
      ? Result.fail(['expected true or false in "data.success"'])
      : Result.succeed({ success, message: messageIn(data) ?? textIn(fieldsOf(body), "message"), raw: rawOf(body) })
  }

/**
 * A response without a body says that it was done.
 *
 * @internal
 */
export const changed = resultOf((body) => body === null)

/**
 * Any response says that it was done, unless it says the opposite.
 *
 * @internal
 */
export const configured = resultOf(() => true)

/** @internal */
export const integration = inData((data): Integration => {
  const authString = textIn(data, "auth_string")
  return {
    connector: textIn(data, "connector"),
    account: textIn(data, "user_identifier"),
    isSelected: booleanIn(data, "selected"),
    authStatus: textIn(data, "auth_status"),
    authScopes: textsIn(data, "auth_scopes"),
    authString: authString === undefined ? undefined : Redacted.make(authString),
    raw: rawOf(data)
  }
})

const countIn = (fields: Fields, name: string): number | undefined => {
  const value = fields[name]
  return isWhole(value, 0) ? value : undefined
}

const pageMeta = (raw: unknown): PageMeta => {
  const meta = fieldsOf(raw)
  return { total: countIn(meta, "total"), limit: countIn(meta, "limit"), offset: countIn(meta, "offset") }
}

/** A page of a list; an object without items is an empty one. */
const pageOf =
  <A>(decode: (raw: unknown) => A): Decode<CatalogPage<A>> =>
  ({ body }) => {
    if (!isFields(body)) return Result.fail(['expected an object with a list in "items"'])
    const items = body["items"] ?? []
    return Array.isArray(items)
      ? Result.succeed({ items: items.map(decode), meta: pageMeta(body["meta"]), raw: body })
      : Result.fail(['expected a list in "items"'])
  }

const tool = (raw: unknown): CatalogTool => {
  const fields = fieldsOf(raw)
  return {
    name: textIn(fields, "name"),
    connector: textIn(fields, "connector"),
    description: textIn(fields, "description") ?? "",
    categories: textsIn(fields, "categories"),
    source: textIn(fields, "source") ?? "internal",
    score: numberIn(fields, "score"),
    raw
  }
}

const mcp = (raw: unknown): CatalogMcp => {
  const fields = fieldsOf(raw)
  const config = fieldsOf(fields["config"])
  const url = textIn(fields, "mcp_url") ?? textIn(config, "url")
  const headers = Object.entries(fieldsOf(config["headers"])).flatMap(([name, value]) =>
    typeof value === "string" ? [[name, value] as const] : []
  )
  return {
    name: textIn(fields, "name"),
    description: textIn(fields, "description") ?? "",
    url,
    config: { url: textIn(config, "url") ?? url, headers: Object.fromEntries(headers) },
    toolCount: numberIn(fields, "tool_count"),
    categories: textsIn(fields, "categories"),
    source: textIn(fields, "source") ?? "internal",
    score: numberIn(fields, "score"),
    raw
  }
}

const catalogSkill = (raw: unknown): CatalogSkill => {
  const fields = fieldsOf(raw)
  return {
    name: textIn(fields, "name"),
    description: textIn(fields, "description") ?? "",
    source: textIn(fields, "source") ?? "agent",
    author: textIn(fields, "author"),
    url: textIn(fields, "url"),
    score: numberIn(fields, "score"),
    raw
  }
}

/** @internal */
export const tools = pageOf(tool)
/** @internal */
export const mcps = pageOf(mcp)
/** @internal */
export const catalogSkills = pageOf(catalogSkill)

const backendOf = (raw: unknown): SearchBackend | undefined =>
  isFields(raw)
    ? { provider: textIn(raw, "provider"), model: textIn(raw, "model"), dimension: numberIn(raw, "dimension") }
    : undefined

/** @internal */
export const found =
  (query: string): Decode<SearchResult> =>
  ({ body }) =>
    isFields(body)
      ? Result.succeed({
          query: textIn(body, "query") ?? query,
          backend: backendOf(body["backend"]),
          tools: listIn(body, "tools").map(tool),
          mcps: listIn(body, "mcp").map(mcp),
          skills: listIn(body, "skills").map(catalogSkill),
          raw: body
        })
      : Result.fail(["expected an object"])

const skill = (raw: unknown): Skill => {
  const fields = fieldsOf(raw)
  return {
    id: textIn(fields, "id"),
    clientId: textIn(fields, "client_id"),
    sourceType: textIn(fields, "source_type"),
    name: textIn(fields, "name"),
    description: textIn(fields, "description") ?? "",
    githubUrl: textIn(fields, "github_url"),
    createdAt: textIn(fields, "created_at"),
    updatedAt: textIn(fields, "updated_at"),
    raw
  }
}

/** @internal */
export const skills = pageOf(skill)

/** @internal */
export const skillDetail = inData((data): SkillDetail => {
  const url = textIn(data, "download_url")
  const downloadUrl = url === undefined || url === "" ? undefined : Redacted.make(url)
  return {
    ...skill(data),
    frontmatter: data["frontmatter"],
    downloadUrl,
    contentSha256: textIn(data, "content_sha256"),
    githubOwner: textIn(data, "github_owner"),
    githubRepo: textIn(data, "github_repo"),
    githubRef: textIn(data, "github_ref"),
    githubPath: textIn(data, "github_path"),
    raw: downloadUrl === undefined ? data : { ...data, download_url: downloadUrl }
  }
})

/** @internal */
export const fileBytes: Decode<Uint8Array> = ({ response }) =>
  Result.fromUndefined(response.bytes, () => ["expected the content of a file"])

/**
 * The names of all connectors. Servers answer with either form, whatever the dialect.
 *
 * @internal
 */
export const connectorNames: Decode<ReadonlyArray<string>> = ({ body }) => {
  if (isFields(body)) return Result.succeed(Object.keys(body))
  return Array.isArray(body) && body.every((name) => typeof name === "string")
    ? Result.succeed(body)
    : Result.fail(["expected an array of names, or an object of connectors by name"])
}
