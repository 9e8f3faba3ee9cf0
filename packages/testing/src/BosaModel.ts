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
import type { Calls, DroppedBody } from "./Calls.js"
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
  /** The parsed body, without a user's secret or a configuration; `undefined` when there is no body, it is not JSON, or it is no longer kept. */
  readonly body: Json | undefined
  /** The body, when it is no longer kept. */
  readonly dropped?: DroppedBody
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
  /** 0 for the first execution. */
  readonly index: number
  /** Milliseconds since the epoch, by the clock of the server. */
  readonly at: number
  readonly connector: string
  readonly action: string
  /** The parameters as they were sent; `undefined` when they are no longer kept. */
  readonly input: JsonObject | undefined
  /** The parameters, when they are no longer kept. */
  readonly dropped?: DroppedBody
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
  /** The requests in order of arrival: the newest, up to `logLimit`. */
  readonly requests: Effect.Effect<ReadonlyArray<RecordedRequest>>
  /** The calls so far, in a form for assertions. */
  readonly calls: Calls<OperationName>
  /** The executions in order of their start: the newest, up to `logLimit`. */
  readonly executionLog: Effect.Effect<ReadonlyArray<Execution>>
  /**
   * How often anything was executed. It counts the executions that are no longer in `executionLog` too.
   *
   * @since 0.5.0
   */
  readonly executionCount: Effect.Effect<number>
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
  /**
   * How many requests and executions are kept, the oldest are dropped; 100,000 of each unless given. Dropped ones still
   * count.
   */
  readonly logLimit?: number
  /**
   * How many bytes of bodies are kept with the requests, and as many with the executions; 32 MiB unless given. Beyond
   * that the oldest bodies are replaced by their `dropped`, and an assertion that needs one of them fails.
   *
   * @since 0.5.0
   */
  readonly logBytes?: number
  /**
   * The largest body of a request in bytes, a larger one gets a 413; 16 MiB unless given.
   *
   * @since 0.5.0
   */
  readonly requestLimit?: number
  /** The faults in force from the start; those of the world come after them. */
  readonly faults?: Faults.Plan
}
