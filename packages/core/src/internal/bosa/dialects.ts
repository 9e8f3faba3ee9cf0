import type { Dialect } from "../../Dialect.js"
import type { NameIn } from "../http/endpoint.js"
import * as endpoints from "./endpoints.js"
import { byRecovery, byStatus, type Policy } from "./retryPolicy.js"

type Remove = typeof endpoints.removeConnector | typeof endpoints.removeAccount

/**
 * What differs between the dialects, and nothing else does. An operation that one lacks is absent.
 *
 * @internal
 */
export interface Table {
  readonly dialect: Dialect
  readonly baseUrl: string
  readonly connectors: ReturnType<typeof endpoints.connectors>
  readonly users: ReturnType<typeof endpoints.users>
  readonly integrations: typeof endpoints.integrations &
    Partial<typeof endpoints.accounts> & { readonly remove: Remove }
  /** Without an API key no user is created: refused here. */
  readonly createsWithKey: boolean
  /** What `integrations.remove` takes away. */
  readonly removes: "connector" | "account"
  /** What `integrations.initiate` and `configure` send with their own fields. */
  readonly integrationBody: Readonly<Record<string, unknown>>
  readonly catalog?: typeof endpoints.catalog
  readonly skills?: typeof endpoints.skills
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
  connectors: endpoints.connectors("/connectors"),
  users: endpoints.users(
    { create: "/clients/register-user", authenticate: "/clients/oauth-token", me: "/clients/user" },
    false
  ),
  integrations: { ...endpoints.integrations, remove: endpoints.removeConnector },
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
  connectors: endpoints.connectors("/connectors/names"),
  users: endpoints.users({ create: "/users", authenticate: "/auth/tokens", me: "/users/me" }, true),
  integrations: { ...endpoints.integrations, ...endpoints.accounts, remove: endpoints.removeAccount },
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
  catalog: endpoints.catalog,
  skills: endpoints.skills,
  identifierHeaders: ["x-integration", "x-bosa-integration"],
  errorContractHeader: "x-gl-error-contract",
  attempts: byRecovery,
  multipart: { booleans: "true", backslash: "doubled", guessesType: true }
}

/** @internal */
export const tables: Readonly<Record<Dialect, Table>> = { bosa, "bosa-0.3": bosa03, gl }

/** The endpoints of a dialect, by group. @internal */
export const groupsOf = ({ catalog, connectors, integrations, skills, users }: Table) => ({
  common: endpoints.common,
  connectors,
  users,
  integrations,
  catalog,
  skills
})

/** @internal */
export type Name = NameIn<ReturnType<typeof groupsOf>>

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
