import type { BosaApi } from "@effect-connectors/core/BosaApi"
import type { ConnectionsApi } from "@effect-connectors/core/ConnectionsApi"
import type * as Effect from "effect/Effect"

export interface Clients {
  readonly connections: ConnectionsApi.Service
  readonly bosa: BosaApi.Service
  /** Gets and renews the token of a user. */
  readonly user: BosaApi.Service
}

/** The usual body of a response. */
export interface Content {
  readonly type: string
  readonly bytes: Buffer
}

/** A response of a server that an operation brings. */
export interface Reply {
  readonly bytes: Buffer
  readonly afterMillis?: number
  /** The request was carried out. */
  readonly executes?: boolean
}

/** One operation that meets the oddities. */
export interface Operation {
  /** Its own request, as `METHOD path`. */
  readonly target: RegExp
  /** Whether it must never be carried out twice. */
  readonly isUnsafe: boolean
  /** How often it asks for work; once unless given. */
  readonly executes?: number
  /** Its action is discovered first, in a request that others may share: that one outlives an interrupted call. */
  readonly discovers?: boolean
  readonly content: (marker: string) => Content
  /** Responds to every request, in place of the oddity. */
  readonly serve?: (marker: string) => (request: string) => Reply
  /** Gives what shows that its value is whole. */
  readonly run: (
    clients: Clients,
    marker: string,
    setClock: Effect.Effect<void>
  ) => Effect.Effect<string, { readonly _tag: string }>
}

export const json = (value: unknown): Content => ({
  type: "application/json",
  bytes: Buffer.from(JSON.stringify(value))
})

/** What is shown of a value that is as it should be. */
export const whole = (marker: string): string => `whole ${marker}`

export const jsonShown = (marker: string, value: unknown): string => {
  const text = JSON.stringify(value) ?? ""
  return text.includes(marker) ? whole(marker) : text.slice(0, 100)
}
