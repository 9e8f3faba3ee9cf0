import * as DateTime from "effect/DateTime"
import * as Encoding from "effect/Encoding"
import type { CreatedUser, IntegrationView, UserView } from "../../BosaModel.js"
import type { BosaClient, BosaUser, BosaWorld } from "../../BosaWorld.js"
import type { JsonObject } from "../../Executor.js"
import { sha256Hex, uuid } from "./digest.js"
import { type Call, refusal } from "./envelope.js"
import type { FakeResponse } from "../fakeServer/response.js"

/** @internal */
export interface Client {
  readonly id: string
  readonly name: string
  readonly apiKey: string
  readonly users: Map<string, User>
}

/** @internal */
export interface Integration {
  readonly id: string
  readonly connector: string
  readonly account: string
  selected: boolean
}

/** @internal */
export interface User {
  readonly id: string
  readonly client: Client
  readonly identifier: string
  readonly secret: string
  integrations: ReadonlyArray<Integration>
}

interface Token {
  readonly user: User
  readonly expiresAt: number
  revoked: boolean
}

/** @internal */
export const preview = (secret: string): string => `${secret.slice(0, 10)}...`

/** The clients, their users, and the tokens of the users. @internal */
export class Directory {
  private readonly byKey = new Map<string, Client>()
  private readonly tokens = new Map<string, Token>()
  private readonly ttl: number
  private ids = 0
  readonly firstClient: Client

  constructor(world: BosaWorld) {
    this.ttl = world.tokenTtlMillis ?? 3_600_000
    const [first, ...rest] = world.clients ?? []
    this.firstClient = this.addClient(first ?? { name: "demo", apiKey: "demo-key" })
    for (const client of rest) this.addClient(client)
  }

  private addClient({ name, apiKey, users }: BosaClient): Client {
    const client: Client = { id: uuid("c", ++this.ids), name, apiKey, users: new Map() }
    this.byKey.set(apiKey, client)
    for (const user of users ?? []) this.addUser(client, user)
    return client
  }

  createClient(name: string): Client {
    return this.addClient({ name, apiKey: `sk-client-${sha256Hex(`${name}/${this.ids}`).slice(0, 32)}` })
  }

  private addUser(client: Client, { identifier, secret, token, accounts }: BosaUser): User {
    const user: User = {
      id: uuid("a", ++this.ids),
      client,
      identifier,
      secret: secret ?? `sk-user-${sha256Hex(`${client.apiKey}/${identifier}`).slice(0, 32)}`,
      integrations: []
    }
    client.users.set(identifier, user)
    for (const [connector, names] of Object.entries(accounts ?? {})) {
      for (const account of names) this.link(user, connector, account)
    }
    if (token !== undefined) this.tokens.set(token, { user, expiresAt: Infinity, revoked: false })
    return user
  }

  /** `undefined` when the user exists. */
  createUser(client: Client, identifier: string): User | undefined {
    return client.users.has(identifier) ? undefined : this.addUser(client, { identifier })
  }

  user(identifier: string): User {
    return this.firstClient.users.get(identifier) ?? this.addUser(this.firstClient, { identifier })
  }

  /** The user with this identifier and secret: of the client, or of any client when the request has no key. */
  identify(client: Client | undefined, identifier: string, secret: string): User | undefined {
    const clients = client === undefined ? Array.from(this.byKey.values()) : [client]
    return clients.map(({ users }) => users.get(identifier)).find((user) => user?.secret === secret)
  }

  /** A new token in the form of a JWT, valid on this platform only. */
  issue(user: User, now: number): { readonly token: string; readonly expiresAt: string } {
    const expiresAt = now + this.ttl
    const claims = JSON.stringify({ sub: user.id, iat: Math.floor(now / 1000), exp: Math.floor(expiresAt / 1000) })
    const head = `${Encoding.encodeBase64Url('{"alg":"HS256","typ":"JWT"}')}.${Encoding.encodeBase64Url(claims)}`
    const token = `${head}.${sha256Hex(`${user.secret}/${head}/${++this.ids}`).slice(0, 43)}`
    this.tokens.set(token, { user, expiresAt, revoked: false })
    return { token, expiresAt: DateTime.formatIso(DateTime.unsafeMake(expiresAt)) }
  }

  revoke(token: string): void {
    const known = this.tokens.get(token)
    if (known !== undefined) known.revoked = true
  }

  /** The client of a request; a response when it is not authorized. */
  client(call: Call, optional = false): Client | FakeResponse | undefined {
    const key = call.request.headers["x-api-key"]
    if (key === undefined) {
      return optional ? undefined : refusal(call, 401, "API_KEY_MISSING", "the header X-API-Key is required")
    }
    return this.byKey.get(key) ?? refusal(call, 401, "API_KEY_INVALID", "the API key is not known")
  }

  /** The user of a request; a response when its token is not valid, `undefined` when it has none. */
  bearer(call: Call): User | FakeResponse | undefined {
    const header = call.request.headers["authorization"]
    if (header === undefined) return undefined
    const token = header.startsWith("Bearer ") ? this.tokens.get(header.slice("Bearer ".length)) : undefined
    if (token === undefined) return refusal(call, 401, "TOKEN_INVALID", "the user token is not known")
    if (token.revoked) return refusal(call, 401, "TOKEN_REVOKED", "the user token was revoked")
    if (token.expiresAt <= call.now) return refusal(call, 401, "TOKEN_EXPIRED", "the user token has expired")
    return token.user
  }

  /** Links an account; the first one of a connector is selected. */
  link(user: User, connector: string, account: string): void {
    const same = user.integrations.filter((integration) => integration.connector === connector)
    if (same.some((integration) => integration.account === account)) return
    const integration = { id: uuid("b", ++this.ids), connector, account, selected: same.length === 0 }
    user.integrations = [...user.integrations, integration]
  }

  /** Removes accounts; false when there was none. When the selected one is removed, the oldest one left is selected. */
  unlink(user: User, connector: string, account?: string): boolean {
    const left = user.integrations.filter(
      (other) => other.connector !== connector || (account !== undefined && other.account !== account)
    )
    const removed = left.length < user.integrations.length
    user.integrations = left
    const same = left.filter((other) => other.connector === connector)
    const [oldest] = same
    if (oldest !== undefined && !same.some(({ selected }) => selected)) oldest.selected = true
    return removed
  }

  views(now: number): ReadonlyArray<UserView> {
    const live = Array.from(this.tokens.values()).filter(({ expiresAt, revoked }) => !revoked && expiresAt > now)
    return Array.from(this.byKey.values()).flatMap(({ users }) =>
      Array.from(users.values(), (user) => ({
        id: user.id,
        identifier: user.identifier,
        integrations: user.integrations.map(({ connector, account, selected }): IntegrationView => ({
          connector,
          account,
          selected
        })),
        liveTokens: live.filter((token) => token.user === user).length
      }))
    )
  }
}

/** @internal */
export const createdUserOf = ({ id, identifier, secret }: User): CreatedUser => ({ id, identifier, secret })

/** @internal */
export const integrationRecord = (user: User, { id, connector, account, selected }: Integration): JsonObject => ({
  id,
  client_id: user.client.id,
  user_id: user.id,
  connector,
  user_identifier: account,
  selected,
  auth_status: "active"
})
