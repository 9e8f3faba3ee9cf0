/**
 * The HTTP exchanges between a program and a platform, as data: without secrets, in the order in which they started.
 * `Recorder` writes and replays a recording. This module reads, compares and converts it.
 *
 * @since 0.4.0
 */
import { jsonText } from "./internal/data/jsonText.js"
import * as ExactJson from "@effect-connectors/core/ExactJson"
import type * as Transport from "@effect-connectors/core/Transport"
import * as Data from "effect/Data"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import type { Json } from "./Executor.js"
import { issuesOf } from "./internal/schema/issues.js"
import * as recordingDrift from "./internal/recorder/drift.js"
import * as har from "./internal/recorder/har.js"
import { inFileOrder } from "./internal/recorder/fileOrder.js"
import { RecordingData } from "./internal/recorder/schema.js"
import * as recordedWorld from "./internal/recorder/toWorld.js"
import type { World } from "./World.js"

/**
 * Headers by name, in lower case.
 *
 * @since 0.4.0
 * @category models
 */
export type Headers = Readonly<Record<string, string>>

/**
 * A body: as JSON if that gives the same bytes again, else as text, else as bytes in base64.
 *
 * @since 0.4.0
 * @category models
 */
export type Content = { readonly json: Json } | { readonly text: string } | { readonly base64: string }

/**
 * The body of a request that was larger than the recorder's limit, or that the server did not read to its end. Any body
 * matches it.
 *
 * @since 0.4.0
 * @category models
 */
export interface Unrecorded {
  readonly unrecorded: "too large" | "not read to its end"
}

/**
 * A request. The path is as it was sent, the query is decoded.
 *
 * @since 0.4.0
 * @category models
 */
export interface RecordedRequest {
  readonly method: string
  readonly origin: string
  readonly path: string
  readonly query: ReadonlyArray<readonly [name: string, value: string]>
  readonly headers: Headers
  readonly body?: Content | Unrecorded
}

/**
 * Why there was no whole response: codes, never a message.
 *
 * @since 0.4.0
 * @category models
 */
export interface Failure {
  readonly reason: "Transport" | "Encode" | "InvalidUrl" | "StatusCode" | "Decode" | "EmptyBody"
  /** What the transport reported, if it reports evidence. */
  readonly evidence?: Transport.Evidence
  readonly code?: string
  readonly syscall?: string
  readonly name?: string
}

/**
 * Why the body of a response is not whole. `Cut`: the connection broke. `Left`: the program stopped reading. `TooLarge`: the
 * rest was over the recorder's limit. `Truncated`: the transport limits the body of an error.
 *
 * @since 0.4.0
 * @category models
 */
export type Ending =
  | { readonly _tag: "Cut"; readonly failure: Failure }
  | { readonly _tag: "Left" }
  | { readonly _tag: "TooLarge" }
  | { readonly _tag: "Truncated" }

/**
 * A response. Its body is whole unless it has an `ending`.
 *
 * @since 0.4.0
 * @category models
 */
export interface RecordedResponse {
  readonly _tag: "Answer"
  readonly status: number
  readonly headers: Headers
  readonly setCookies?: ReadonlyArray<string>
  readonly body?: Content
  readonly ending?: Ending
}

/**
 * The outcome of a request. `Answer`: a response. `Lost`: no response. `Left`: the program did not wait for one.
 *
 * @since 0.4.0
 * @category models
 */
export type Outcome =
  | RecordedResponse
  | { readonly _tag: "Lost"; readonly failure: Failure; readonly status?: number }
  | { readonly _tag: "Left" }

/**
 * A request and its outcome. `at` is the time since the start of the recording and `took` the time until the last byte, in
 * milliseconds.
 *
 * @since 0.4.0
 * @category models
 */
export interface Exchange {
  readonly at: number
  readonly took: number
  readonly request: RecordedRequest
  readonly outcome: Outcome
}

/**
 * A recording. Its secrets are placeholders: hashes with the key `salt`.
 *
 * @since 0.4.0
 * @category models
 */
export interface Recording {
  readonly format: "effect-connectors/recording"
  readonly version: 1
  readonly salt: string
  /** Milliseconds since the epoch. */
  readonly startedAt: number
  readonly exchanges: ReadonlyArray<Exchange>
}

/**
 * A value is not a recording: what is wrong, and where.
 *
 * @since 0.4.0
 * @category errors
 */
export class RecordingInvalid extends Data.TaggedError("RecordingInvalid")<{
  /** The first place that is wrong, such as `exchanges[0].request.method`; empty for the whole value. */
  readonly path: string
  readonly reason: string
  /** The file, when it came from one. */
  readonly file?: string
}> {
  override get message(): string {
    const what = this.file === undefined ? "the recording" : `the recording ${this.file}`
    const where = this.path === "" ? "" : ` at ${this.path}`
    return `${what} cannot be read${where}: ${this.reason}. Correct it, or remove it and record again`
  }
}

const decode = Schema.decodeUnknown(RecordingData, { onExcessProperty: "error" })

/**
 * Reads a recording from plain data. Fails with `RecordingInvalid`, which names the place.
 *
 * @since 0.4.0
 * @category constructors
 */
export const fromJson = (json: unknown): Effect.Effect<Recording, RecordingInvalid> =>
  Effect.mapError(decode(json), (error) => {
    const [issue] = issuesOf(error)
    return new RecordingInvalid(issue ?? { path: "", reason: "it is not a recording" })
  })

/**
 * {@link fromJson} from the text of a file. A text that is not JSON is `RecordingInvalid` too.
 *
 * @since 0.4.0
 * @category constructors
 */
export const fromJsonText = (text: string): Effect.Effect<Recording, RecordingInvalid> =>
  Effect.flatMap(
    Effect.mapError(ExactJson.parse(text), () => new RecordingInvalid({ path: "", reason: "it is not JSON" })),
    fromJson
  )

/**
 * The text of a recording file. Fields are in a fixed order, so that you can compare two files line by line. Bodies keep
 * their order.
 *
 * @since 0.4.0
 * @category conversions
 */
export const toJsonText = (recording: Recording): string => `${jsonText(inFileOrder(recording), 2)}\n`

interface Named {
  readonly name: string
  readonly value: string
}

/**
 * A request and its response in the HTTP Archive format. A request without a response has the status 0, as in browsers.
 *
 * @since 0.4.0
 * @category models
 */
export interface HarEntry {
  readonly startedDateTime: string
  readonly time: number
  readonly request: {
    readonly method: string
    readonly url: string
    readonly httpVersion: string
    readonly cookies: ReadonlyArray<Named>
    readonly headers: ReadonlyArray<Named>
    readonly queryString: ReadonlyArray<Named>
    readonly postData?: { readonly mimeType: string; readonly text?: string; readonly comment?: string }
    readonly headersSize: number
    readonly bodySize: number
  }
  readonly response: {
    readonly status: number
    readonly statusText: string
    readonly httpVersion: string
    readonly cookies: ReadonlyArray<Named>
    readonly headers: ReadonlyArray<Named>
    readonly content: {
      readonly size: number
      readonly mimeType: string
      readonly text?: string
      readonly encoding?: "base64"
    }
    readonly redirectURL: string
    readonly headersSize: number
    readonly bodySize: number
    readonly comment?: string
  }
  readonly cache: {}
  readonly timings: { readonly send: number; readonly wait: number; readonly receive: number }
}

/**
 * An HTTP Archive, version 1.2.
 *
 * @since 0.4.0
 * @category models
 */
export interface Har {
  readonly log: {
    readonly version: "1.2"
    readonly creator: { readonly name: string; readonly version: string }
    readonly entries: ReadonlyArray<HarEntry>
  }
}

/**
 * Converts a recording to an HTTP Archive, for browsers and other tools. Secrets stay placeholders.
 *
 * @since 0.4.0
 * @category conversions
 */
export const toHar: (recording: Recording) => Har = har.toHar

/**
 * A difference between two recordings. `new`, `missing`: a field or an item. `type`: a value of another JSON type.
 * `value`: another value of the same type, such as a time or an id.
 *
 * @since 0.4.0
 * @category models
 */
export interface Change {
  /** The call, such as `GET /api/v1/connections?relay_id=r1`. */
  readonly call: string
  readonly kind: "new" | "missing" | "type" | "value"
  /** Where, such as `response.status` or `response.body.data[0].id`. */
  readonly place: string
  readonly before?: Json
  readonly after?: Json
}

/**
 * How one recording differs from another.
 *
 * @since 0.4.0
 * @category models
 */
export interface Drift {
  /** How many exchanges both recordings have. */
  readonly compared: number
  /** Calls that only the older one has. */
  readonly removed: ReadonlyArray<string>
  /** Calls that only the newer one has. */
  readonly added: ReadonlyArray<string>
  readonly changed: ReadonlyArray<Change>
}

/**
 * Compares a recording with a newer one of the same program, to see what has changed on the platform. Equal requests are
 * compared in order; ids in paths may differ. `ignore` names places such as `response.body.at`, where `[*]` is any item of
 * a list. Secrets are not compared, nor headers that always differ such as `date`.
 *
 * @example
 * ```ts
 * import * as Recording from "@effect-connectors/testing/Recording"
 *
 * export const report = (old: Recording.Recording, fresh: Recording.Recording) => {
 *   const { added, changed, removed } = Recording.drift(old, fresh, { ignore: ["response.body.jobs[*].created_at"] })
 *   const hasChanged = added.length + removed.length > 0 || changed.some(({ kind }) => kind !== "value")
 *   return hasChanged ? "the platform has changed" : "the platform has not changed"
 * }
 * ```
 *
 * @since 0.4.0
 * @category comparing
 */
export const drift = (
  older: Recording,
  newer: Recording,
  options: { readonly ignore?: ReadonlyArray<string> } = {}
): Drift => recordingDrift.drift(older, newer, options.ignore ?? [])

/**
 * Formats a drift as text, with one line for each difference: `+` is new, `-` is missing, `!` is another type and `~` is
 * another value.
 *
 * @since 0.4.0
 * @category comparing
 */
export const showDrift: (drift: Drift) => string = recordingDrift.showDrift

/**
 * A world from a recording, and what the recording does not show.
 *
 * @since 0.4.0
 * @category models
 */
export interface RecordedWorld {
  /** Plain data: you can write it to a file and change it. */
  readonly world: World
  /** What is unknown, one sentence each. */
  readonly unknown: ReadonlyArray<string>
}

/**
 * Makes a world for a fake platform: the recorded connections with their actions, triggers and last results, jobs with their
 * steps at the times they were polled, and the connectors of BOSA with the schemas and last results of their actions.
 * `unknown` lists what a recording does not show.
 *
 * @example
 * ```ts
 * import { ConnectionsTest } from "@effect-connectors/testing/ConnectionsTest"
 * import * as Recording from "@effect-connectors/testing/Recording"
 *
 * export const platform = (recording: Recording.Recording) =>
 *   ConnectionsTest.layer(Recording.toWorld(recording).world)
 * ```
 *
 * @since 0.4.0
 * @category conversions
 */
export const toWorld: (recording: Recording) => RecordedWorld = recordedWorld.toWorld
