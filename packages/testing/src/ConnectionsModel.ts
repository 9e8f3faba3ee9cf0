/**
 * A stateful, deterministic model of the Connections platform without a transport: it maps a request to a response or a
 * fault. `ConnectionsTest` puts it behind an `HttpClient`, the emulator behind a socket.
 *
 * @since 0.1.0
 */
import type * as Effect from "effect/Effect"
import type * as Redacted from "effect/Redacted"
import type { Calls, DroppedBody } from "./Calls.js"
import type { Executor, ExecutorConnection, Json, Kind, OperationName } from "./Executor.js"
import type * as Faults from "./Faults.js"
import type { WorldConnection } from "./World.js"

/**
 * A request as it was sent.
 *
 * @since 0.1.0
 * @category models
 */
export interface ModelRequest {
  /** Upper case. */
  readonly method: string
  /** Raw: not decoded, without the query, e.g. `/api/v1/connections/a%2Fb`. */
  readonly path: string
  /** Decoded, in the order sent. */
  readonly query: ReadonlyArray<readonly [name: string, value: string]>
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>
  /** As UTF-8 text; empty when there is none. */
  readonly body: string
  /** As it was sent: a body is not always text. */
  readonly bytes: Uint8Array
  /** The origin that the request was sent to, e.g. `http://127.0.0.1:8081`: links to the platform itself start with it. */
  readonly origin: string
}

/**
 * How slowly a body arrives: so many bytes at once, and again after each pause of so many milliseconds.
 *
 * @since 0.4.0
 * @category models
 */
export interface BodyPace {
  readonly bytes: number
  readonly everyMillis: number
}

/**
 * What the transport sends back.
 *
 * - `Answer`: a whole response, sent at once unless it has a `pace`.
 * - `Reset`: the request was read; the connection ends without a response.
 * - `Refused`: the connection is not made; nothing was sent.
 * - `CutBody`: the head announces the whole body; the connection ends after `body`.
 *
 * There is no value for a response that never comes: `handle` then runs until it is interrupted.
 *
 * @since 0.1.0
 * @category models
 */
export type ModelResponse =
  | {
      readonly _tag: "Answer"
      readonly status: number
      readonly headers: Readonly<Record<string, string>>
      readonly body: string | Uint8Array
      readonly pace?: BodyPace
    }
  | { readonly _tag: "Reset" }
  | { readonly _tag: "Refused" }
  | {
      readonly _tag: "CutBody"
      readonly status: number
      readonly headers: Readonly<Record<string, string>>
      readonly body: string | Uint8Array
      /** The length that the head announces, in bytes. */
      readonly contentLength: number
    }

/**
 * A response or a fault that a test scripts; `Faults` has a constructor for each fault. It comes after `delayMillis` on
 * the Clock. With `commit: true` the work is executed first; without it nothing is executed.
 *
 * @since 0.1.0
 * @category models
 */
export type Scripted =
  | ({
      readonly _tag?: "Answer"
      readonly status?: number
      readonly headers?: Readonly<Record<string, string>>
      readonly json?: unknown
      /** Sent as it is; `content-type` is `text/plain` unless given. */
      readonly text?: string
      /** Sent as they are, instead of a text; without a `content-type` unless given. */
      readonly bytes?: Uint8Array
      readonly commit?: boolean
    } & Faults.Timing)
  | ({
      readonly _tag: "CutBody"
      readonly commit?: boolean
      readonly status?: number
      readonly json?: unknown
    } & Faults.Timing)
  | Exclude<Faults.Fault, { readonly _tag: "Answer" | "CutBody" }>

/**
 * The fault of a request, other than a scripted answer.
 *
 * @since 0.4.0
 * @category models
 */
export type FaultName = "Reset" | "Refused" | "Hang" | "CutBody" | "SlowBody" | "StaleRead" | "Duplicate" | "ClockSkew"

/**
 * Which requests a script is for: every given field must match.
 * A text `path` is compared whole, without the query.
 *
 * @since 0.1.0
 * @category models
 */
export interface Matcher {
  readonly method?: string
  readonly path?: string | RegExp
  readonly operation?: OperationName
  readonly connection?: string
  readonly action?: string
}

/**
 * A request that the model has received.
 *
 * @since 0.1.0
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
  /** The parsed body; `undefined` when there is none, it is not JSON, or it is no longer kept. */
  readonly body: Json | undefined
  /** The body, when it is no longer kept. */
  readonly dropped?: DroppedBody
  /** `connections.list`, `actions.execute`, `sql.select`, ...; `undefined` for an unknown route. */
  readonly operation: OperationName | undefined
  readonly connection: string | undefined
  readonly action: string | undefined
  /** `undefined` while there is no response. */
  readonly status: number | undefined
  /** The fault that replaced or changed the response. */
  readonly fault: FaultName | undefined
  /** Work with a side effect was started for it. */
  readonly executed: boolean
  /** A scripted answer or a fault was used for it. */
  readonly scripted: boolean
  /** The client left before the response. */
  readonly interrupted: boolean
}

/**
 * An execution of work, counted at the server when it starts.
 *
 * @since 0.1.0
 * @category models
 */
export interface Execution {
  /** 0 for the first execution. */
  readonly index: number
  readonly at: number
  readonly connection: string
  /** The slug of the saved action, or an operation such as `sql.insert`. */
  readonly name: string
  /** `undefined` when it is no longer kept. */
  readonly body: Json | undefined
  /** The body, when it is no longer kept. */
  readonly dropped?: DroppedBody
  readonly jobId: string | number | undefined
}

/**
 * A job as the platform knows it.
 *
 * @since 0.1.0
 * @category models
 */
export interface JobView {
  readonly id: string | number
  readonly connection: string
  readonly name: string
  /** Milliseconds since the epoch. */
  readonly createdAt: number
  /** The state word that a poll would get now. */
  readonly status: string
  readonly ended: boolean
  /** The progress that a poll would get; `undefined` when the job does not report it. */
  readonly progress: Json | undefined
  /** How often it was polled. */
  readonly polls: number
  /** Polls after the first one that reported its end. */
  readonly pollsAfterEnd: number
}

/**
 * What {@link State.setJob} changes: fields of the response to a poll. `raw` replaces the whole response, `gone` makes it
 * a 404.
 *
 * @since 0.1.0
 * @category models
 */
export interface JobChange {
  readonly status?: string
  readonly progress?: Json
  readonly result?: Json
  readonly error?: Json
  readonly raw?: Json
  readonly gone?: boolean
}

/**
 * The state of a connection.
 *
 * @since 0.1.0
 * @category models
 */
export interface ConnectionView {
  readonly slug: string
  readonly kind: Kind
  readonly active: boolean
  readonly authorized: boolean
}

/**
 * What a test reads and changes.
 *
 * @since 0.1.0
 * @category models
 */
export interface State {
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
  /** How often an action, or an operation such as `sql.insert`, was executed on a connection. */
  readonly executions: (connection: string, name: string) => Effect.Effect<number>
  /** The jobs in the order they were created, without those that ended and were dropped. */
  readonly jobs: Effect.Effect<ReadonlyArray<JobView>>
  readonly connections: Effect.Effect<ReadonlyArray<ConnectionView>>
  /** The ids of the live subscribers. */
  readonly subscribers: Effect.Effect<ReadonlyArray<number>>
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
  /** Changes the response to polls of a job from now on; creates a job that does not exist. */
  readonly setJob: (id: string | number, change: JobChange) => Effect.Effect<void>
  /** Clears the recorded requests and executions; the state of the platform stays. */
  readonly clearLog: Effect.Effect<void>
}

/**
 * The model: its state and the function that handles a request.
 *
 * @since 0.1.0
 * @category models
 */
export interface ConnectionsModel extends State {
  /**
   * Handles one request. When it is interrupted, the request is recorded as `interrupted`; work that has started goes on,
   * as it would on a server.
   */
  readonly handle: (request: ModelRequest) => Effect.Effect<ModelResponse>
}

/**
 * The options of a model.
 *
 * @since 0.1.0
 * @category models
 */
export interface ConnectionsModelOptions {
  /**
   * How many requests, executions, and jobs whose end was polled are kept, the oldest are dropped; 100,000 of each unless
   * given. Dropped requests and executions still count. A poll of a dropped job gets a 404 that says so.
   */
  readonly logLimit?: number
  /**
   * How many bytes of bodies are kept with the requests, as many with the executions, and as many of results with the jobs
   * whose end was polled; 32 MiB unless given. Beyond that the oldest bodies are replaced by their `dropped`, and an
   * assertion that needs one of them fails; the oldest of those jobs are dropped.
   *
   * @since 0.5.0
   */
  readonly logBytes?: number
  /** The faults in force from the start; those of the world come after them. */
  readonly faults?: Faults.Plan
  /**
   * Whether names that the platform does not know pass, in the body of an execute and in the parameters of typed calls.
   * They are refused with 400 unless given.
   *
   * @since 0.5.0
   */
  readonly lenient?: boolean
  /**
   * The executor of a connection that has none of its own; called once for each connection when the model is made.
   * Without it, or when it gives `undefined`, a small executor in memory does the work.
   */
  readonly executorFor?: (connection: ExecutorConnection, definition: WorldConnection) => Executor | undefined
}
