/**
 * A stateful, deterministic model of the BOSA / GL Connectors platform without a transport: it maps a request to a
 * response or a fault. It serves all dialects at the same time, as their paths differ. `BosaTest` puts it behind an
 * `HttpClient`, the emulator behind a socket.
 *
 * @since 0.2.0
 */
import type { BosaOperation } from "@effect-connectors/core/Operation"
import type * as Effect from "effect/Effect"
import type * as Redacted from "effect/Redacted"
import type { BosaAction } from "./BosaWorld.js"
import type { Calls } from "./Calls.js"
import type { FaultName, ModelRequest, ModelResponse, Scripted } from "./ConnectionsModel.js"
import type { Json, JsonObject } from "./Executor.js"
import type * as Faults from "./Faults.js"

/**
 * Every operation of the platform by the name the client gives it, and the page where a user links an account.
 *
 * @since 0.2.0
 * @category models
 */
export type OperationName = BosaOperation | "oauth.authorize"

/**
 * Which requests a script is for: every given field must match.
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
 * A request that the model has received.
 *
 * @since 0.2.0
 * @category models
 */
export interface RecordedRequest {
  /** 0 for the first request. */
  readonly index: number
  /** Milliseconds since the epoch, by the clock of the server. */
  readonly at: number
  readonly method: string
  readonly path: string
  readonly query: ReadonlyArray<readonly [name: string, value: string]>
  /** Names in lower case; whatever may be a secret is `Redacted`. */
  readonly headers: Readonly<Record<string, string | Redacted.Redacted>>
  /** The parsed body, without a user's secret or a configuration; `undefined` when there is no body or it is not JSON. */
  readonly body: Json | undefined
  /** `undefined` for an unknown route. */
  readonly operation: OperationName | undefined
  readonly connector: string | undefined
  readonly action: string | undefined
  /** `undefined` while there is no response. */
  readonly status: number | undefined
  /** The fault that replaced or changed the response. */
  readonly fault: FaultName | undefined
  /** An action was executed for it. */
  readonly executed: boolean
  /** A scripted answer or a fault was used for it. */
  readonly scripted: boolean
  /** The client left before the response. */
  readonly interrupted: boolean
}

/**
 * An execution of an action, counted at the server. An attempt that was refused, or that a flaky action failed, did
 * nothing and is not counted.
 *
 * @since 0.2.0
 * @category models
 */
export interface Execution {
  /** Milliseconds since the epoch, by the clock of the server. */
  readonly at: number
  readonly connector: string
  readonly action: string
  /** The parameters as they were sent. */
  readonly input: JsonObject
  /** The identifier of the user whose token was sent, if any. */
  readonly user: string | undefined
  /** The account that was used, if one is linked. */
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
  /** Whether calls that name no account use this one. */
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
  /** How many of the user's tokens are neither expired nor revoked. */
  readonly liveTokens: number
}

/**
 * A user that a test created, with the secret that the platform shows only once.
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
 * What a test reads and changes.
 *
 * @since 0.2.0
 * @category models
 */
export interface State {
  /** The first client key of the world. */
  readonly apiKey: string
  /** Every request so far, in order of arrival. */
  readonly requests: Effect.Effect<ReadonlyArray<RecordedRequest>>
  /** The calls so far, in a form for assertions. */
  readonly calls: Calls<OperationName>
  /** Every execution so far, in order of their start. */
  readonly executionLog: Effect.Effect<ReadonlyArray<Execution>>
  /** How often an action was executed. */
  readonly executions: (connector: string, action: string) => Effect.Effect<number>
  readonly users: Effect.Effect<ReadonlyArray<UserView>>
  /** The user, created if needed: for a test that is not about creating users. The secret is the same each time. */
  readonly user: (identifier: string) => Effect.Effect<CreatedUser>
  /** A new token for the user, who is created if needed. */
  readonly token: (identifier: string) => Effect.Effect<string>
  /** Links an account of the user, as the authorization page does. The account is named after the user unless given. */
  readonly link: (identifier: string, connector: string, account?: string) => Effect.Effect<void>
  /** Removes one account, or all accounts of the user at the connector. */
  readonly unlink: (identifier: string, connector: string, account?: string) => Effect.Effect<void>
  /** The token is refused from now on. */
  readonly revokeToken: (token: string) => Effect.Effect<void>
  /** The next requests that match get these responses, in order, one each; then the platform responds again. */
  readonly respondNext: (matcher: Matcher, answers: ReadonlyArray<Scripted>) => Effect.Effect<void>
  /** How many scripted answers are not used yet. */
  readonly unusedScripts: Effect.Effect<number>
  /** Replaces the fault plan in force. Scripted answers come before it. */
  readonly setFaults: (plan: Faults.Plan) => Effect.Effect<void>
  /** The rest of the plan in force. */
  readonly faults: Effect.Effect<Faults.Plan>
  /** The faults of the plan that no request has used yet, without those drawn from a seed. */
  readonly unusedFaults: Effect.Effect<Faults.Plan>
  /** Changes some fields of an action, or adds it: makes the cache of a client stale. */
  readonly changeAction: (connector: string, action: string, change: Partial<BosaAction>) => Effect.Effect<void>
  readonly removeAction: (connector: string, action: string) => Effect.Effect<void>
  /** Clears the recorded requests and executions; the state of the platform stays. */
  readonly clearLog: Effect.Effect<void>
}

/**
 * The model: its state and the function that handles a request.
 *
 * @since 0.2.0
 * @category models
 */
export interface BosaModel extends State {
  /**
   * Handles one request. When it is interrupted, the request is recorded as `interrupted`; an action that has started
   * counts as executed.
   */
  readonly handle: (request: ModelRequest) => Effect.Effect<ModelResponse>
}

/**
 * The options of a model.
 *
 * @since 0.2.0
 * @category models
 */
export interface BosaModelOptions {
  /** How many requests and executions are kept, the oldest are dropped; 100,000 unless given. */
  readonly logLimit?: number
  /** The faults in force from the start; those of the world come after them. */
  readonly faults?: Faults.Plan
}
