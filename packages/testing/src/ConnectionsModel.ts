/**
 * A stateful, deterministic model of the Connections platform that knows
 * nothing of transports: a request goes in, an answer or a fault comes out.
 * `ConnectionsTest` puts it behind an `HttpClient`, the emulator behind a socket.
 *
 * @since 0.1.0
 */
import type * as Effect from "effect/Effect"
import type * as Redacted from "effect/Redacted"
import type { Calls } from "./Calls.js"
import type { Executor, ExecutorConnection, Json, Kind, OperationName } from "./Executor.js"
import type * as Faults from "./Faults.js"
import type { WorldConnection } from "./World.js"

/**
 * A request as it came over the wire.
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
  /** As it was sent: a body may be other than text. */
  readonly bytes: Uint8Array
  /** Where the request was sent to, e.g. `http://127.0.0.1:8081`: links to the platform itself begin with it. */
  readonly origin: string
}

/**
 * How slowly a body comes: so many bytes at once, and then each time after so many milliseconds.
 *
 * @since 0.4.0
 * @category models
 */
export interface BodyPace {
  readonly bytes: number
  readonly everyMillis: number
}

/**
 * What the transport has to do with a request. `Answer` is sent whole, at once unless it has a `pace`.
 * `Reset`: the request was read, the connection ends without an answer.
 * `Refused`: the connection is never made, nothing was sent.
 * `CutBody`: the head announces the whole body, `body` is all that comes of it
 * before the connection ends. An answer that never comes is not here: then
 * `handle` does not end until it is interrupted.
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
 * An answer or a fault that a test scripts; `Faults` has a constructor for each of its own. `delayMillis`
 * passes on the Clock first, in milliseconds. One with `commit: true` comes after the work was done;
 * without it nothing is executed.
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
      /** Sent as they are, in place of a text; without a `content-type` unless given. */
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
 * What befell a request, other than a scripted answer.
 *
 * @since 0.4.0
 * @category models
 */
export type FaultName = "Reset" | "Refused" | "Hang" | "CutBody" | "SlowBody" | "StaleRead" | "Duplicate" | "ClockSkew"

/**
 * Which requests a script is for: every field that is given must fit.
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
 * A request that the model has seen.
 *
 * @since 0.1.0
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
  /** The parsed body; `undefined` when there is none or it is not JSON. */
  readonly body: Json | undefined
  /** `connections.list`, `actions.execute`, `sql.select`, ...; `undefined` for an unknown route. */
  readonly operation: OperationName | undefined
  readonly connection: string | undefined
  readonly action: string | undefined
  /** `undefined` while there is no answer. */
  readonly status: number | undefined
  /** The fault that took the place of the answer, or that changed it on its way. */
  readonly fault: FaultName | undefined
  /** Work with a side effect was started for it. */
  readonly executed: boolean
  /** A scripted answer or a fault took part in what became of it. */
  readonly scripted: boolean
  /** The client went away before the answer. */
  readonly interrupted: boolean
}

/**
 * Work that was started, counted where it happens: at the server.
 *
 * @since 0.1.0
 * @category models
 */
export interface Execution {
  readonly at: number
  readonly connection: string
  /** The slug of the saved action, or an operation such as `sql.insert`. */
  readonly name: string
  readonly body: Json
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
  /** The word that a poll would see now. */
  readonly status: string
  readonly ended: boolean
  /** How far it is, as a poll would see it; `undefined` when its job does not tell. */
  readonly progress: Json | undefined
  /** How often it was asked for. */
  readonly polls: number
  /** Polls after the one that first told its end. */
  readonly pollsAfterEnd: number
}

/**
 * What {@link Service.setJob} changes; the fields are those of the answer. `raw`
 * replaces the whole answer, `gone` makes it a 404.
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
 * A connection as it stands.
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
 * What a test looks at and turns.
 *
 * @since 0.1.0
 * @category models
 */
export interface State {
  /** Every request so far, in the order they came. */
  readonly requests: Effect.Effect<ReadonlyArray<RecordedRequest>>
  /** What was called, in a form to assert. */
  readonly calls: Calls<OperationName>
  /** Every execution so far, in the order they began. */
  readonly executionLog: Effect.Effect<ReadonlyArray<Execution>>
  /** How often an action, or an operation such as `sql.insert`, was executed on a connection. */
  readonly executions: (connection: string, name: string) => Effect.Effect<number>
  /** Every job so far, in the order they were created. */
  readonly jobs: Effect.Effect<ReadonlyArray<JobView>>
  readonly connections: Effect.Effect<ReadonlyArray<ConnectionView>>
  /** The ids of the live subscribers. */
  readonly subscribers: Effect.Effect<ReadonlyArray<number>>
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
  /** Changes what polls of a job see from now on; a job that does not exist is created. */
  readonly setJob: (id: string | number, change: JobChange) => Effect.Effect<void>
  /** Forgets the recorded requests and executions; the platform's state stays. */
  readonly clearLog: Effect.Effect<void>
}

/**
 * The model: its state and the one function that answers.
 *
 * @since 0.1.0
 * @category models
 */
export interface ConnectionsModel extends State {
  /**
   * Answers one request. When it is interrupted the request is recorded as
   * `interrupted`; work that has begun goes on, as it would on a server.
   */
  readonly handle: (request: ModelRequest) => Effect.Effect<ModelResponse>
}

/**
 * What a model is made of besides its world.
 *
 * @since 0.1.0
 * @category models
 */
export interface ConnectionsModelOptions {
  /** How many requests and executions are kept, the oldest go first; 100,000 unless given. */
  readonly logLimit?: number
  /** What befalls requests from the start; those of the world come after it. */
  readonly faults?: Faults.Plan
  /**
   * Who does the typed work of a connection that brings no executor of its
   * own; asked once for each connection when the model is made. Without one,
   * or where it gives `undefined`, a small one in memory does it.
   */
  readonly executorFor?: (connection: ExecutorConnection, definition: WorldConnection) => Executor | undefined
}
