/**
 * What a program and a platform said to each other, as data: exchanges without their secrets, in the order they
 * began. `Recorder` writes it and answers from it; here it is read, shown, compared and turned into other things.
 *
 * @since 0.4.0
 */
import type * as Transport from "@effect-connectors/core/Transport"
import * as Data from "effect/Data"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import type { Json } from "./Executor.js"
import { issuesOf } from "./internal/schema/issues.js"
import * as differing from "./internal/recorder/drift.js"
import * as har from "./internal/recorder/har.js"
import { ordered } from "./internal/recorder/ordered.js"
import { RecordingData } from "./internal/recorder/schema.js"
import * as seenWorld from "./internal/recorder/toWorld.js"
import type { World } from "./World.js"

/**
 * Headers by their names in lower case.
 *
 * @since 0.4.0
 * @category models
 */
export type Headers = Readonly<Record<string, string>>

/**
 * A body: as JSON where that gives the same bytes again, else as text, else as bytes.
 *
 * @since 0.4.0
 * @category models
 */
export type Content = { readonly json: Json } | { readonly text: string } | { readonly base64: string }

/**
 * A body of a request that was over the recorder's limit, or that the server did not want to its end. Any body fits it.
 *
 * @since 0.4.0
 * @category models
 */
export interface Unrecorded {
  readonly unrecorded: "too large" | "not read to its end"
}

/**
 * A request. The path is as it was written, the query is decoded.
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
 * Why there was no answer, or not all of it: codes, and never a message.
 *
 * @since 0.4.0
 * @category models
 */
export interface Failure {
  readonly reason: "Transport" | "Encode" | "InvalidUrl" | "StatusCode" | "Decode" | "EmptyBody"
  /** What the transport saw, when it is one that tells. */
  readonly evidence?: Transport.Evidence
  readonly code?: string
  readonly syscall?: string
  readonly name?: string
}

/**
 * How a body ended that is not whole. `Cut`: the connection broke. `Left`: the program did not read on. `TooLarge`: the
 * rest was over the recorder's limit. `Truncated`: the transport cuts the body of an error there.
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
 * An answer; its body is whole unless it has an `ending`.
 *
 * @since 0.4.0
 * @category models
 */
export interface RecordedAnswer {
  readonly _tag: "Answer"
  readonly status: number
  readonly headers: Headers
  readonly setCookies?: ReadonlyArray<string>
  readonly body?: Content
  readonly ending?: Ending
}

/**
 * What came of a request. `Lost`: no answer. `Left`: the program did not wait for one.
 *
 * @since 0.4.0
 * @category models
 */
export type Outcome =
  | RecordedAnswer
  | { readonly _tag: "Lost"; readonly failure: Failure; readonly status?: number }
  | { readonly _tag: "Left" }

/**
 * A request and what came of it. Times in milliseconds: since the start of the recording, and until the last byte.
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
 * A recording. Its secrets are placeholders, made by a keyed hash whose key is `salt`.
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
 * What is no recording: what is wrong, and where.
 *
 * @since 0.4.0
 * @category errors
 */
export class RecordingInvalid extends Data.TaggedError("RecordingInvalid")<{
  /** The first place that is wrong, e.g. `exchanges[0].request.method`; empty for the whole. */
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
    return new RecordingInvalid(issue ?? { path: "", reason: "it is none" })
  })

/**
 * {@link fromJson} from the text of a file. A text that is not JSON is `RecordingInvalid` too.
 *
 * @since 0.4.0
 * @category constructors
 */
export const fromJsonText = (text: string): Effect.Effect<Recording, RecordingInvalid> =>
  Effect.flatMap(
    Effect.try({
      try: (): unknown => JSON.parse(text),
      catch: () => new RecordingInvalid({ path: "", reason: "it is not JSON" })
    }),
    fromJson
  )

/**
 * The text of a recording's file. Names are in a fixed order, so that two recordings can be compared line by line; the
 * names inside of bodies stay in theirs.
 *
 * @since 0.4.0
 * @category conversions
 */
export const toJsonText = (recording: Recording): string => `${JSON.stringify(ordered(recording), null, 2)}\n`

interface Named {
  readonly name: string
  readonly value: string
}

/**
 * A request and its answer in the HTTP Archive format. What was lost has the status 0, as browsers write it.
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
 * The recording as an HTTP Archive, for a browser's tools and others that read it. Secrets stay placeholders.
 *
 * @since 0.4.0
 * @category conversions
 */
export const toHar: (recording: Recording) => Har = har.toHar

/**
 * Something that is not as it was. `new`, `missing`: a field or an item. `type`: a value of another type of JSON.
 * `value`: another value of the same type, as times and ids have each time.
 *
 * @since 0.4.0
 * @category models
 */
export interface Change {
  /** The call, such as `GET /api/v1/connections?relay_id=r1`. */
  readonly call: string
  readonly kind: "new" | "missing" | "type" | "value"
  /** Where, such as `answer.status` or `answer.body.data[0].id`. */
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
  /** How many exchanges are in both. */
  readonly compared: number
  /** Calls that are only in the older one. */
  readonly removed: ReadonlyArray<string>
  /** Calls that are only in the newer one. */
  readonly added: ReadonlyArray<string>
  readonly changed: ReadonlyArray<Change>
}

/**
 * Compares a recording with a fresh one of the same program, to see what the platform has changed: the same request
 * with the same, in order; ids in paths may be others. `ignore` names places such as `answer.body.at`, where `[*]` is
 * any item of a list. Secrets are not compared, nor headers of one answer such as `date`.
 *
 * @example
 * ```ts
 * import * as Recording from "@effect-connectors/testing/Recording"
 *
 * export const report = (old: Recording.Recording, fresh: Recording.Recording) => {
 *   const { added, changed, removed } = Recording.drift(old, fresh, { ignore: ["answer.body.jobs[*].created_at"] })
 *   const isOther = added.length + removed.length > 0 || changed.some(({ kind }) => kind !== "value")
 *   return isOther ? "the platform has changed" : "the platform is as it was"
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
): Drift => differing.drift(older, newer, options.ignore ?? [])

/**
 * A drift as text: one line for each difference, `+` for what is new, `-` for what is missing, `!` for another type and
 * `~` for another value.
 *
 * @since 0.4.0
 * @category comparing
 */
export const showDrift: (drift: Drift) => string = differing.showDrift

/**
 * A world that was seen in a recording, and what a recording cannot tell of it.
 *
 * @since 0.4.0
 * @category models
 */
export interface RecordedWorld {
  /** Plain data: it can be written to a file, and changed as any other. */
  readonly world: World
  /** What is not known, one sentence each. */
  readonly unknown: ReadonlyArray<string>
}

/**
 * A world to start a fake from: the connections that were seen with their actions, triggers and last results, jobs with
 * the steps they took at the times they were looked at, and the connectors of BOSA with the schemas of their actions and
 * last answers. What a platform would have done otherwise is not in a recording: `unknown` says so.
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
export const toWorld: (recording: Recording) => RecordedWorld = seenWorld.toWorld
