/**
 * A stateful, deterministic model of the BOSA / GL Connectors platform that
 * knows nothing of transports: a request goes in, an answer or a fault comes out.
 * It speaks all dialects at once, as their paths differ. `BosaTest` puts it
 * behind an `HttpClient`, the emulator behind a socket.
 *
 * @since 0.2.0
 */
import type * as Effect from "effect/Effect"
import type * as Redacted from "effect/Redacted"
import type { BosaAction } from "./BosaWorld.js"
import type { Calls } from "./Calls.js"
import type { FaultName, ModelRequest, ModelResponse, Scripted } from "./ConnectionsModel.js"
import type { Json, JsonObject } from "./Executor.js"
import type * as Faults from "./Faults.js"

/**
 * Every operation of the platform.
 *
 * @since 0.2.0
 * @category models
 */
export type OperationName =
  | `connectors.${"list" | "names" | "discover"}`
  | "actions.execute"
  | "clients.create"
  | `users.${"create" | "authenticate" | "me"}`
  | `integrations.${"has" | "initiate" | "configure" | "get" | "select" | "remove" | "removeAll"}`
  | "oauth.authorize"
  | `catalog.${"tools" | "mcps" | "skills" | "search"}`
  | `skills.${"list" | "get" | "artifact"}`

/**
 * Which requests a script is for: every field that is given must fit.
 * A text `path` is compared whole, without the query.
 *
 * @since 0.2.0
 * @category models
 */
export interface Matcher {
  readonly method?: string
  readonly path?: string | RegExp
  readonly operation?: OperationName
  readonly connector?: string
  readonly action?: string
}

/**
 * A request that the model has seen.
 *
 * @since 0.2.0
 * @category models
 */
export interface RecordedRequest {
  /** 0 for the first request. */
  readonly index: number
  /** Milliseconds since the epoch, on the Clock. */
  readonly at: number
  readonly method: string
  readonly path: string
  readonly query: ReadonlyArray<readonly [name: string, value: string]>
  /** Names in lower case; whatever may be a secret is `Redacted`. */
  readonly headers: Readonly<Record<string, string | Redacted.Redacted>>
  /** The parsed body, without a user's secret and a configuration; `undefined` when there is none or it is not JSON. */
  readonly body: Json | undefined
  /** `undefined` for an unknown route. */
  readonly operation: OperationName | undefined
  readonly connector: string | undefined
  readonly action: string | undefined
  /** `undefined` while there is no answer. */
  readonly status: number | undefined
  /** The fault that took the place of the answer, or that changed it on its way. */
  readonly fault: FaultName | undefined
  /** An action was executed for it. */
  readonly executed: boolean
  /** A scripted answer or a fault took part in what became of it. */
  readonly scripted: boolean
  /** The client went away before the answer. */
  readonly interrupted: boolean
}

/**
 * An action that was executed, counted where it happens: at the server. An
 * attempt that was refused, or that a flaky action failed, did nothing and is not here.
 *
 * @since 0.2.0
 * @category models
 */
export interface Execution {
  /** Milliseconds since the epoch, on the Clock. */
  readonly at: number
  readonly connector: string
  readonly action: string
  /** The parameters as they came. */
  readonly input: JsonObject
  /** The identifier of the user whose token it was, if there was one. */
  readonly user: string | undefined
  /** The account that was used, where one was linked. */
  readonly account: string | undefined
}

/**
 * An account of a user at a connector.
 *
 * @since 0.2.0
 * @category models
 */
export interface IntegrationView {
  readonly connector: string
  readonly account: string
  /** Whether calls without a choice of account use this one. */
  readonly selected: boolean
}

/**
 * A user as the platform knows it.
 *
 * @since 0.2.0
 * @category models
 */
export interface UserView {
  readonly id: string
  readonly identifier: string
  readonly integrations: ReadonlyArray<IntegrationView>
  /** How many tokens were given out and are neither expired nor revoked. */
  readonly liveTokens: number
}

/**
 * A user whom a test has made, with what the platform shows only once.
 *
 * @since 0.2.0
 * @category models
 */
export interface CreatedUser {
  readonly id: string
  readonly identifier: string
  readonly secret: string
}

/**
 * What a test looks at and turns.
 *
 * @since 0.2.0
 * @category models
 */
export interface State {
  /** The client key that the world begins with; the first, where it has several. */
  readonly apiKey: string
  /** Every request so far, in the order they came. */
  readonly requests: Effect.Effect<ReadonlyArray<RecordedRequest>>
  /** What was called, in a form to assert. */
  readonly calls: Calls<OperationName>
  /** Every execution so far, in the order they began. */
  readonly executionLog: Effect.Effect<ReadonlyArray<Execution>>
  /** How often an action was executed. */
  readonly executions: (connector: string, action: string) => Effect.Effect<number>
  readonly users: Effect.Effect<ReadonlyArray<UserView>>
  /** The user, created when there is none: for a test that is not about creating users. Its secret is the same each time. */
  readonly user: (identifier: string) => Effect.Effect<CreatedUser>
  /** A new token for the user, created when there is none. */
  readonly token: (identifier: string) => Effect.Effect<string>
  /** Links an account of the user at once, as a visit to the authorisation page would; the user's identifier names it unless given. */
  readonly link: (identifier: string, connector: string, account?: string) => Effect.Effect<void>
  /** Takes one account away, or all of the user's at the connector. */
  readonly unlink: (identifier: string, connector: string, account?: string) => Effect.Effect<void>
  /** From now on the token is refused. */
  readonly revokeToken: (token: string) => Effect.Effect<void>
  /** The next requests that fit get these, in order, one each; then the model answers again. */
  readonly respondNext: (matcher: Matcher, answers: ReadonlyArray<Scripted>) => Effect.Effect<void>
  /** How many scripted answers have not been used. */
  readonly unusedScripts: Effect.Effect<number>
  /** From now on this plan is in force, in place of the one before: for the requests that nothing was scripted for. */
  readonly setFaults: (plan: Faults.Plan) => Effect.Effect<void>
  /** What is left of the plan in force. */
  readonly faults: Effect.Effect<Faults.Plan>
  /** The faults of the plan that no request has met yet; those drawn from a seed are not among them. */
  readonly unusedFaults: Effect.Effect<Faults.Plan>
  /** Changes some fields of an action, or adds it: what a client has cached is stale then. */
  readonly changeAction: (connector: string, action: string, change: Partial<BosaAction>) => Effect.Effect<void>
  readonly removeAction: (connector: string, action: string) => Effect.Effect<void>
  /** Forgets the recorded requests and executions; the platform's state stays. */
  readonly clearLog: Effect.Effect<void>
}

/**
 * The model: its state and the one function that answers.
 *
 * @since 0.2.0
 * @category models
 */
export interface BosaModel extends State {
  /**
   * Answers one request. When it is interrupted the request is recorded as
   * `interrupted`; an action that has begun counts as executed.
   */
  readonly handle: (request: ModelRequest) => Effect.Effect<ModelResponse>
}

/**
 * What a model is made of besides its world.
 *
 * @since 0.2.0
 * @category models
 */
export interface BosaModelOptions {
  /** How many requests and executions are kept, the oldest go first; 100,000 unless given. */
  readonly logLimit?: number
  /** What befalls requests from the start; those of the world come after it. */
  readonly faults?: Faults.Plan
}
