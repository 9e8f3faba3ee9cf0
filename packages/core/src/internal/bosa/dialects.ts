import type { WriteError } from "../../ApiError.js"
import type { Dialect } from "../../Dialect.js"
import { effectful, type Endpoint, safe, type EndpointCredentials } from "../http/endpoint.js"
import { byRecovery, byStatus, type Policy } from "./retryPolicy.js"

const shortMillis = 10_000
const artifactMillis = 60_000

const read = (name: string, route: string, sends: EndpointCredentials = "all", secret = false) =>
  safe({ name, method: "GET", route, sends, secret, timeoutMillis: shortMillis })

const change = (retry: "idempotent" | "unsafe", name: string, method: "POST" | "DELETE", route: string) =>
  effectful(retry, { name, method, route, secret: true, timeoutMillis: shortMillis })

const users = (create: string, authenticate: string, me: string) => ({
  create: effectful("unsafe", {
    name: "users.create",
    method: "POST",
    route: create,
    sends: "key",
    secret: true,
    timeoutMillis: shortMillis
  }),
  // a second token does no harm: the first one stays unknown
  authenticate: effectful("idempotent", {
    name: "users.authenticate",
    method: "POST",
    route: authenticate,
    sends: "key",
    secret: true,
    timeoutMillis: shortMillis
  }),
  me: read("users.me", me, "all", true)
})

const integrationsAt = "/connectors/{connector}/integrations"
const accountAt = `${integrationsAt}/{account}`

const remove = (route: string): Endpoint<WriteError> =>
  effectful("idempotent", {
    name: "integrations.remove",
    method: "DELETE",
    route,
    mayBeEmpty: true,
    timeoutMillis: shortMillis
  })

const integrations = {
  has: read("integrations.has", "/connectors/{connector}/integration-exists"),
  initiate: change("unsafe", "integrations.initiate", "POST", integrationsAt)
}

const accounts = {
  configure: change("unsafe", "integrations.configure", "POST", integrationsAt),
  select: change("unsafe", "integrations.select", "POST", accountAt),
  get: read("integrations.get", accountAt, "all", true)
}

const catalog = {
  tools: read("catalog.tools", "/catalog/tools", "none"),
  mcps: read("catalog.mcps", "/catalog/mcp", "none"),
  skills: read("catalog.skills", "/catalog/skills", "none"),
  search: read("catalog.search", "/catalog/search")
}

const skills = {
  list: read("skills.list", "/api/skills", "token"),
  get: read("skills.get", "/api/skills/{skill}", "token")
}

const discovery = (list: string) => ({
  list: safe({ name: "connectors.list", method: "GET", route: list, sends: "none" }),
  actions: safe({ name: "connectors.actions", method: "GET", route: "/connectors/", sends: "none" })
})

/**
 * Operations that are the same in all dialects.
 *
 * @internal
 */
export const common = {
  /** Its path is what discovery says. */
  action: effectful("unsafe", { name: "actions.execute", method: "POST", route: "{action}", files: true }),
  /** At an address of its own, which may be another origin's. */
  artifact: safe({
    name: "skills.artifact",
    method: "GET",
    route: "{artifact}",
    sends: "bare",
    files: true,
    timeoutMillis: artifactMillis
  }),
  /** Its path is a setting, since no client shows it. */
  createClient: effectful("unsafe", {
    name: "clients.create",
    method: "POST",
    route: "{clients}",
    sends: "bare",
    secret: true,
    timeoutMillis: shortMillis
  })
}

/**
 * What differs between the dialects, and nothing else does. An operation that one lacks is absent.
 *
 * @internal
 */
export interface Table {
  readonly dialect: Dialect
  readonly baseUrl: string
  readonly connectors: ReturnType<typeof discovery>
  readonly users: ReturnType<typeof users>
  readonly integrations: typeof integrations & Partial<typeof accounts> & { readonly remove: Endpoint<WriteError> }
  /** Without an API key no user is created: refused here. */
  readonly createsWithKey: boolean
  /** What `integrations.remove` takes away. */
  readonly removes: "connector" | "account"
  /** What `integrations.initiate` and `configure` say beside their own. */
  readonly integrationBody: Readonly<Record<string, unknown>>
  readonly catalog?: typeof catalog
  readonly skills?: typeof skills
  /** The headers that name the account an action is run with. */
  readonly identifierHeaders: ReadonlyArray<string>
  /** The header that asks for a version of the error contract. */
  readonly errorContractHeader?: string
  readonly attempts: Policy
  readonly multipart: {
    readonly booleans: "True" | "true"
    readonly backslash: "raw" | "doubled"
    readonly guessesType: boolean
  }
  /** How parameters are sent when the action takes a file and none is given. */
  readonly withoutFile: "json" | "form"
}

const bosa: Table = {
  dialect: "bosa",
  baseUrl: "https://api.bosa.id",
  connectors: discovery("/connectors"),
  users: users("/clients/register-user", "/clients/oauth-token", "/clients/user"),
  integrations: { ...integrations, remove: remove(integrationsAt) },
  createsWithKey: false,
  removes: "connector",
  integrationBody: {},
  identifierHeaders: [],
  attempts: byStatus,
  multipart: { booleans: "True", backslash: "raw", guessesType: false },
  withoutFile: "json"
}

const bosa03: Table = {
  ...bosa,
  dialect: "bosa-0.3",
  connectors: discovery("/connectors/names"),
  users: users("/users", "/auth/tokens", "/users/me"),
  integrations: { ...integrations, ...accounts, remove: remove(accountAt) },
  removes: "account",
  identifierHeaders: ["x-bosa-integration"],
  withoutFile: "form"
}

const gl: Table = {
  ...bosa03,
  dialect: "gl",
  baseUrl: "https://connector.gdplabs.id",
  createsWithKey: true,
  integrationBody: { replace_duplicate: false },
  catalog,
  skills,
  identifierHeaders: ["x-integration", "x-bosa-integration"],
  errorContractHeader: "x-gl-error-contract",
  attempts: byRecovery,
  multipart: { booleans: "true", backslash: "doubled", guessesType: true }
}

/** @internal */
export const tables: Readonly<Record<Dialect, Table>> = { bosa, "bosa-0.3": bosa03, gl }

/**
 * The dialects that have what another lacks, for the error that says so.
 *
 * @internal
 */
export const dialectsWith = (has: (table: Table) => boolean): string =>
  Object.values(tables)
    .filter(has)
    .map(({ dialect }) => `"${dialect}"`)
    .join(" or ")
