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
import { issuesOf } from "./internal/issues.js"
import { ordered } from "./internal/recorder/ordered.js"
import { RecordingData } from "./internal/recorder/schema.js"

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
