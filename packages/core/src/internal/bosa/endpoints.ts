import type { Token } from "../../Action.js"
import type { WriteError } from "../../ApiError.js"
import type { Kind, McpFilter, Range, SearchOptions, SkillFilter, ToolFilter } from "../../Catalog.js"
import type { Issue } from "../../InvalidRequest.js"
import * as OptionNames from "../../OptionNames.js"
import { blankIssues, noIssues, wholeIssues } from "../data/checks.js"
import type { Fields } from "../data/fields.js"
import { effectful, type Endpoint, type EndpointCredentials, safe } from "../http/endpoint.js"
import { headerIssue } from "../http/headers.js"
import { segmentIssue } from "../http/path.js"
import { query } from "../http/query.js"
import { fileReader } from "../http/receivedFile.js"
import type { Input, Target } from "../http/request.js"
import { mcpFilter, rangeOptions, searchOptions, skillFilter, toolFilter } from "./optionNames.js"
import * as records from "./records.js"
import { tokenOf } from "./token.js"

const shortMillis = 10_000
const artifactMillis = 60_000

const mebibyte = 1024 * 1024
const maxArtifactBytes = 64 * mebibyte

const defaultLimit = 50

/** What a call has besides its own, by the dialect that it is made in. */
export interface Extra {
  readonly fields?: Fields
  readonly issues?: ReadonlyArray<Issue>
}

const get = <const Name extends string, I, D>(
  name: Name,
  route: string,
  input: I,
  decode: D,
  more: { readonly credentials?: EndpointCredentials; readonly secret?: boolean; readonly isBilled?: boolean } = {}
) => safe({ name, method: "GET", route, timeoutMillis: shortMillis, input, decode, ...more })

const post = <const Name extends string, I, D>(
  retry: "idempotent" | "unsafe",
  name: Name,
  route: string,
  input: I,
  decode: D,
  credentials: EndpointCredentials = "all"
) =>
  effectful(retry, {
    name,
    method: "POST",
    route,
    credentials,
    secret: true,
    timeoutMillis: shortMillis,
    input,
    decode
  })

const ofToken = (token?: Token): Input => ({ segments: [], token: tokenOf(token) })

const identifierIssues = (identifier: string): ReadonlyArray<Issue> =>
  blankIssues("identifier", identifier, "give the name that your program knows the user by")

/** @internal */
export const users = (
  routes: { readonly create: string; readonly authenticate: string; readonly me: string },
  needsSelected: boolean
) => ({
  create: post(
    "unsafe",
    "users.create",
    routes.create,
    (identifier: string, { issues = noIssues }: Extra): Input => ({
      segments: [],
      body: { identifier },
      issues: [...identifierIssues(identifier), ...issues]
    }),
    records.createdUser,
    "key"
  ),
  // a second token does no harm: the first one stays unknown
  authenticate: post(
    "idempotent",
    "users.authenticate",
    routes.authenticate,
    (identifier: string, secret: string): Input => ({
      segments: [],
      body: { identifier, secret },
      issues: [
        ...identifierIssues(identifier),
        ...blankIssues("secret", secret, "give the secret that `users.create` answered with")
      ]
    }),
    records.userToken,
    "key"
  ),
  me: get("users.me", routes.me, ofToken, records.userInfo(needsSelected), { secret: true })
})

// an empty name is refused as a part of the path
const nameIssues = (name: string, value: string, fix: string): ReadonlyArray<Issue> =>
  value === "" ? noIssues : blankIssues(name, value, fix)

const connectorIssues = (connector: string): ReadonlyArray<Issue> =>
  nameIssues("connector", connector, "give the name it has on the server")

const ofConnector = (connector: string, token?: Token): Input => ({
  segments: [connector],
  token: tokenOf(token),
  issues: connectorIssues(connector)
})

const ofAccount = (connector: string, token: Token | undefined, account: string): Input => ({
  segments: [connector, account],
  token: tokenOf(token),
  issues: [...connectorIssues(connector), ...nameIssues("account", account, "give the name it has at the connector")]
})

const changing = (connector: string, token: Token | undefined, body: Fields, issues: ReadonlyArray<Issue>): Input => ({
  segments: [connector],
  token: tokenOf(token),
  body,
  issues: [...connectorIssues(connector), ...issues]
})

/** @internal */
export const callbackIssues = (callbackUrl: string): ReadonlyArray<Issue> => {
  // a URL parser drops control characters and spaces without a word
  // oxlint-disable-next-line no-control-regex
  const isUrl = !/[\u0000-\u0020\u007f]/.test(callbackUrl) && /^https?:\/\/[^/]/i.test(callbackUrl)
  return isUrl && URL.canParse(callbackUrl)
    ? noIssues
    : [
        {
          path: ["callbackUrl"],
          message: "is not an absolute http or https URL",
          fix: "give the address of your own page, as https://host/path"
        }
      ]
}

const integrationsAt = "/connectors/{connector}/integrations"
const accountAt = `${integrationsAt}/{account}`

const remove = <I>(route: string, input: I) =>
  effectful("idempotent", {
    name: "integrations.remove",
    method: "DELETE",
    route,
    mayBeEmpty: true,
    timeoutMillis: shortMillis,
    input,
    decode: records.changed
  })

/** @internal */
export const integrations = {
  has: get("integrations.has", "/connectors/{connector}/integration-exists", ofConnector, records.hasIntegration),
  initiate: post(
    "unsafe",
    "integrations.initiate",
    integrationsAt,
    (connector: string, token: Token | undefined, callbackUrl: string, { fields, issues = noIssues }: Extra): Input =>
      changing(connector, token, { callback_url: callbackUrl, ...fields }, [...callbackIssues(callbackUrl), ...issues]),
    records.linkUrl
  )
}

/** @internal */
export const accounts = {
  configure: post(
    "unsafe",
    "integrations.configure",
    integrationsAt,
    (
      connector: string,
      token: Token | undefined,
      configuration: unknown,
      { fields, issues = noIssues }: Extra
    ): Input => changing(connector, token, { auth_type: "custom", configuration, ...fields }, issues),
    records.configured
  ),
  select: post("unsafe", "integrations.select", accountAt, ofAccount, records.changed),
  get: get("integrations.get", accountAt, ofAccount, records.integration, { secret: true })
}

/** Unlinks the whole connector. @internal */
export const removeConnector = remove(integrationsAt, ofConnector)

/** Unlinks one account of it. @internal */
export const removeAccount = remove(accountAt, ofAccount)

const ofPage = (
  names: OptionNames.OptionNames,
  filter: ReadonlyArray<readonly [name: string, value: string | undefined]>,
  range: Range,
  token?: Token
): Input => {
  const { limit = defaultLimit, offset = 0 }: Range = { ...range }
  const given = query([...filter, ["limit", String(limit)], ["offset", String(offset)]])
  return {
    segments: [],
    query: given.query,
    issues: [
      ...OptionNames.issues(names, range),
      ...given.issues,
      ...wholeIssues("limit", limit, 0),
      ...wholeIssues("offset", offset, 0)
    ],
    token: tokenOf(token)
  }
}

const kindNames: Readonly<Record<Kind, string>> = { tools: "tools", mcps: "mcp", skills: "skills" }

const kindIssues = (kinds: ReadonlyArray<Kind> | undefined): ReadonlyArray<Issue> => {
  if (kinds === undefined) return noIssues
  const refuse = (message: string) => [{ path: ["kinds"], message, fix: 'give "tools", "mcps" or "skills"' }]
  if (kinds.length === 0) return refuse("is empty")
  return kinds.every((kind) => Object.hasOwn(kindNames, kind)) ? noIssues : refuse("holds what is not a kind")
}

const anonymous = { credentials: "none" } as const

/** @internal */
export const catalog = {
  tools: get(
    "catalog.tools",
    "/catalog/tools",
    (filter: ToolFilter = {}): Input =>
      ofPage(
        toolFilter,
        [
          ["q", filter.q],
          ["connector", filter.connector],
          ["category", filter.category]
        ],
        filter
      ),
    records.tools,
    anonymous
  ),
  mcps: get(
    "catalog.mcps",
    "/catalog/mcp",
    (filter: McpFilter = {}): Input =>
      ofPage(
        mcpFilter,
        [
          ["q", filter.q],
          ["category", filter.category]
        ],
        filter
      ),
    records.mcps,
    anonymous
  ),
  skills: get(
    "catalog.skills",
    "/catalog/skills",
    (filter: SkillFilter = {}): Input =>
      ofPage(
        skillFilter,
        [
          ["q", filter.q],
          ["source", filter.source]
        ],
        filter
      ),
    records.catalogSkills,
    anonymous
  ),
  search: get(
    "catalog.search",
    "/catalog/search",
    (text: string, options: SearchOptions = {}, token?: Token): Input => {
      const { count, kinds }: SearchOptions = { ...options }
      const given = query([
        ["q", text],
        ["kinds", kinds?.map((kind) => kindNames[kind]).join(",")],
        ["count", count === undefined ? undefined : String(count)]
      ])
      return {
        segments: [],
        query: given.query,
        issues: [
          ...OptionNames.issues(searchOptions, options),
          ...given.issues,
          ...kindIssues(kinds),
          ...wholeIssues("count", count, 1)
        ],
        token: tokenOf(token)
      }
    },
    records.found,
    { isBilled: true }
  )
}

const personal = { credentials: "token" } as const

/** @internal */
export const skills = {
  list: get(
    "skills.list",
    "/api/skills",
    (range: Range = {}, token?: Token): Input => ofPage(rangeOptions, [], range, token),
    records.skills,
    personal
  ),
  get: get(
    "skills.get",
    "/api/skills/{skill}",
    (id: string, token?: Token): Input => ({ segments: [id], token: tokenOf(token) }),
    records.skillDetail,
    personal
  ),
  /** At an address of its own, which may be another origin's. */
  artifact: safe({
    name: "skills.artifact",
    method: "GET",
    route: "{artifact}",
    credentials: "bare",
    files: fileReader,
    timeoutMillis: artifactMillis,
    input: (target: Target): Input => ({ segments: [], target, maxBodyBytes: maxArtifactBytes }),
    decode: records.fileBytes
  })
}

/** @internal */
export const connectors = (list: string) => ({
  list: safe({
    name: "connectors.list",
    method: "GET",
    route: list,
    credentials: "none",
    input: (): Input => ({ segments: [] }),
    decode: records.connectorNames
  }),
  /** How its response is read depends on the dialect: see `discovery.ts`. */
  actions: safe({
    name: "connectors.actions",
    method: "GET",
    route: "/connectors/",
    credentials: "none",
    input: (connector: string): Input => {
      const issue = segmentIssue("connector", connector)
      const given = query([["modules", connector]])
      return { segments: [], query: given.query, issues: issue === undefined ? given.issues : [issue] }
    },
    decode: undefined
  })
})

/**
 * Operations that are the same in all dialects.
 *
 * @internal
 */
export const common = {
  /** What it takes and gives depends on the action: see `prepare.ts` and `action.ts`. */
  action: effectful("unsafe", {
    name: "actions.execute",
    method: "POST",
    route: "{action}",
    files: fileReader,
    input: undefined,
    decode: undefined
  }),
  /** Its path is a setting, since no client shows it. */
  createClient: post(
    "unsafe",
    "clients.create",
    "{clients}",
    (name: string, header: string, key: string, url: string): Input => {
      const issue = headerIssue(["masterKey"], header, key)
      const issues = blankIssues("name", name, "give the client a name")
      return {
        segments: [],
        body: { name },
        added: { [header.toLowerCase()]: key },
        target: { url, query: "" },
        issues: issue === undefined ? issues : [...issues, issue]
      }
    },
    records.createdClient,
    "bare"
  )
}

/**
 * The endpoint of one action, at the path that discovery gives it.
 *
 * @internal
 */
export const actionAt = (path: string): Endpoint<WriteError, "actions.execute"> => ({
  ...common.action,
  path: { route: path, parts: [path], names: [] }
})
