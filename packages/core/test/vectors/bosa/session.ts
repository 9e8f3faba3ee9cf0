import type { Action, ActionError, Executed } from "@effect-connectors/core/Action"
import { Auth } from "@effect-connectors/core/Auth"
import { BosaApi } from "@effect-connectors/core/BosaApi"
import type { SkillRejected } from "@effect-connectors/core/BosaError"
import type { CatalogMcp, CatalogSkill, ListError } from "@effect-connectors/core/Catalog"
import type { Dialect } from "@effect-connectors/core/Dialect"
import type { InvalidRequest } from "@effect-connectors/core/InvalidRequest"
import type { Page, PageError } from "@effect-connectors/core/Page"
import type { SkillDetail } from "@effect-connectors/core/Skills"
import type { SkillNotWritten } from "@effect-connectors/node/NodeSkills"
import * as HttpClient from "@effect/platform/HttpClient"
import * as Effect from "effect/Effect"
import type * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"

/** What a call of ours can end with. */
export type Failed = ActionError | PageError | ListError | SkillRejected | SkillNotWritten

/** The last answer to a `run`: a page, or the error that an answer outside of 2xx is. */
type Ran =
  | { readonly _tag: "Page"; readonly action: Action; readonly page: Page }
  | { readonly _tag: "Refused"; readonly error: ActionError }

/** One client and what its steps leave behind for the next ones. */
export interface Session {
  readonly dialect: Dialect
  readonly client: HttpClient.HttpClient
  /** Where the client goes unless given. */
  readonly base: string
  /** A folder of this run. */
  readonly folder: string
  /** Lets real work, such as files, be done while the clock stands. */
  readonly hold: <A, E>(effect: Effect.Effect<A, E>) => Effect.Effect<A, E>
  api: BosaApi.Service | undefined
  /** How it was made. */
  made: Made
  ran: Ran | undefined
  executed: Executed | undefined
  callerHeaders: Readonly<Record<string, string>> | undefined
  mcps: ReadonlyArray<CatalogMcp>
  skills: ReadonlyArray<CatalogSkill>
  detail: SkillDetail | undefined
}

/** How a client is made. */
export interface Made {
  readonly baseUrl?: string | undefined
  /** Null for none. */
  readonly apiKey: string | null
  readonly errorContract?: number | undefined
}

const authOf = (apiKey: string | null): Layer.Layer<Auth, InvalidRequest> =>
  apiKey === null ? Auth.none : Auth.apiKey(Redacted.make(apiKey))

/** How a client is made that nothing is said of. */
export const unsaid: Made = { apiKey: "KEY1" }

/** Another client like that of the session, which knows nothing yet. */
export const another = (session: Session, made: Made = session.made): Effect.Effect<BosaApi.Service, InvalidRequest> =>
  BosaApi.make({
    dialect: session.dialect,
    baseUrl: made.baseUrl ?? session.base,
    errorContract: made.errorContract,
    retry: "none"
  }).pipe(Effect.provide(authOf(made.apiKey)), Effect.provideService(HttpClient.HttpClient, session.client))

/** A client in place of the one that the session had. */
export const connect = (session: Session, made: Made): Effect.Effect<BosaApi.Service, InvalidRequest> =>
  Effect.tap(another(session, made), (api) => {
    session.api = api
    session.made = made
  })

/** The client of the session; the first use makes it. */
export const api = (session: Session): Effect.Effect<BosaApi.Service, InvalidRequest> =>
  session.api === undefined ? connect(session, session.made) : Effect.succeed(session.api)
