import type { BosaOperation } from "@effect-connectors/core/Operation"

/** The operations of the client, and the page where a user links an account. @internal */
export type OperationName = BosaOperation | "oauth.authorize"

/** The operation of a request, and the decoded names in its path. @internal */
export interface Route {
  readonly operation: OperationName
  readonly connector?: string
  readonly account?: string
  readonly id?: string
}

/** @internal */
export type Match =
  | { readonly _tag: "Found"; readonly route: Route }
  | { readonly _tag: "WrongMethod"; readonly allow: string }
  | { readonly _tag: "Malformed" }
  | { readonly _tag: "Unknown" }

interface Row {
  readonly method: string
  readonly segments: ReadonlyArray<string>
  readonly operation: OperationName
}

const row = (method: string, template: string, operation: OperationName): Row => ({
  method,
  segments: template.split("/").slice(1),
  operation
})

// Initiate and configure share a path and differ in the body. `connectors.actions` is `connectors.list` with a query.
const rows: ReadonlyArray<Row> = [
  row("GET", "/connectors", "connectors.list"),
  row("GET", "/connectors/", "connectors.list"),
  row("GET", "/connectors/names", "connectors.list"),
  row("POST", "/clients/register-user", "users.create"),
  row("POST", "/users", "users.create"),
  row("POST", "/clients/oauth-token", "users.authenticate"),
  row("POST", "/auth/tokens", "users.authenticate"),
  row("GET", "/clients/user", "users.me"),
  row("GET", "/users/me", "users.me"),
  row("GET", "/connectors/:connector/integration-exists", "integrations.has"),
  row("POST", "/connectors/:connector/integrations", "integrations.initiate"),
  row("DELETE", "/connectors/:connector/integrations", "integrations.remove"),
  row("GET", "/connectors/:connector/integrations/:account", "integrations.get"),
  row("POST", "/connectors/:connector/integrations/:account", "integrations.select"),
  row("DELETE", "/connectors/:connector/integrations/:account", "integrations.remove"),
  row("GET", "/oauth/authorize", "oauth.authorize"),
  row("GET", "/catalog/tools", "catalog.tools"),
  row("GET", "/catalog/mcp", "catalog.mcps"),
  row("GET", "/catalog/skills", "catalog.skills"),
  row("GET", "/catalog/search", "catalog.search"),
  row("GET", "/api/skills", "skills.list"),
  row("GET", "/api/skills/:id", "skills.get"),
  row("GET", "/artifacts/skills/:id", "skills.artifact")
]

const fit = (row: Row, segments: ReadonlyArray<string>): Route | undefined => {
  if (row.segments.length !== segments.length) return undefined
  let route: Route = { operation: row.operation }
  for (const [index, part] of row.segments.entries()) {
    const segment = segments[index] ?? ""
    if (part.startsWith(":")) route = { ...route, [part.slice(1)]: segment }
    else if (part !== segment) return undefined
  }
  return route
}

const decode = (path: string): ReadonlyArray<string> | undefined => {
  const segments = path.split("/").slice(1)
  if (!path.includes("%")) return segments
  try {
    return segments.map((segment) => decodeURIComponent(segment))
  } catch {
    return undefined
  }
}

/** @internal */
export const defaultCreateClientPath = "/clients/create-client"

/** The routes that every world has, and the one that it names itself. @internal */
export const makeMatch = (createClientPath: string) => {
  const table = [...rows, row("POST", createClientPath, "clients.create")]
  /** The path is split before it is decoded: `%2F` is part of a name. */
  return (method: string, path: string): Match => {
    const segments = decode(path)
    if (segments === undefined) return { _tag: "Malformed" }
    const allow: Array<string> = []
    for (const row of table) {
      const route = fit(row, segments)
      if (route === undefined) continue
      if (row.method === method) return { _tag: "Found", route }
      allow.push(row.method)
    }
    return allow.length === 0 ? { _tag: "Unknown" } : { _tag: "WrongMethod", allow: allow.join(", ") }
  }
}
