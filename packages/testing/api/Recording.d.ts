import type { Json } from "./Executor.js"
import type { World } from "./World.js"
import type * as Transport from "@effect-connectors/core/Transport"
import type * as Effect from "effect/Effect"

export type Headers = Readonly<Record<string, string>>
export type Content =
  | {
      readonly json: Json
    }
  | {
      readonly text: string
    }
  | {
      readonly base64: string
    }
export interface Unrecorded {
  readonly unrecorded: "too large" | "not read to its end"
}
export interface RecordedRequest {
  readonly method: string
  readonly origin: string
  readonly path: string
  readonly query: ReadonlyArray<readonly [name: string, value: string]>
  readonly headers: Headers
  readonly body?: Content | Unrecorded
}
export interface Failure {
  readonly reason: "Transport" | "Encode" | "InvalidUrl" | "StatusCode" | "Decode" | "EmptyBody"
  readonly evidence?: Transport.Evidence
  readonly code?: string
  readonly syscall?: string
  readonly name?: string
}
export type Ending =
  | {
      readonly _tag: "Cut"
      readonly failure: Failure
    }
  | {
      readonly _tag: "Left"
    }
  | {
      readonly _tag: "TooLarge"
    }
  | {
      readonly _tag: "Truncated"
    }
export interface RecordedResponse {
  readonly _tag: "Answer"
  readonly status: number
  readonly headers: Headers
  readonly setCookies?: ReadonlyArray<string>
  readonly body?: Content
  readonly ending?: Ending
}
export type Outcome =
  | RecordedResponse
  | {
      readonly _tag: "Lost"
      readonly failure: Failure
      readonly status?: number
    }
  | {
      readonly _tag: "Left"
    }
export interface Exchange {
  readonly at: number
  readonly took: number
  readonly request: RecordedRequest
  readonly outcome: Outcome
}
export interface Recording {
  readonly format: "effect-connectors/recording"
  readonly version: 1
  readonly salt: string
  readonly startedAt: number
  readonly exchanges: ReadonlyArray<Exchange>
}
declare const RecordingInvalid_base: new <A extends Record<string, any> = {}>(
  args: import("effect/Types").VoidIfEmpty<{ readonly [P in keyof A as P extends "_tag" ? never : P]: A[P] }>
) => import("effect/Cause").YieldableError & {
  readonly _tag: "RecordingInvalid"
} & Readonly<A>
export declare class RecordingInvalid extends RecordingInvalid_base<{
  readonly path: string
  readonly reason: string
  readonly file?: string
}> {
  get message(): string
}
export declare const fromJson: (json: unknown) => Effect.Effect<Recording, RecordingInvalid>
export declare const fromJsonText: (text: string) => Effect.Effect<Recording, RecordingInvalid>
export declare const toJsonText: (recording: Recording) => string
interface Named {
  readonly name: string
  readonly value: string
}
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
    readonly postData?: {
      readonly mimeType: string
      readonly text?: string
      readonly comment?: string
    }
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
  readonly timings: {
    readonly send: number
    readonly wait: number
    readonly receive: number
  }
}
export interface Har {
  readonly log: {
    readonly version: "1.2"
    readonly creator: {
      readonly name: string
      readonly version: string
    }
    readonly entries: ReadonlyArray<HarEntry>
  }
}
export declare const toHar: (recording: Recording) => Har
export interface Change {
  readonly call: string
  readonly kind: "new" | "missing" | "type" | "value"
  readonly place: string
  readonly before?: Json
  readonly after?: Json
}
export interface Drift {
  readonly compared: number
  readonly removed: ReadonlyArray<string>
  readonly added: ReadonlyArray<string>
  readonly changed: ReadonlyArray<Change>
}
export declare const drift: (
  older: Recording,
  newer: Recording,
  options?: {
    readonly ignore?: ReadonlyArray<string>
  }
) => Drift
export declare const showDrift: (drift: Drift) => string
export interface RecordedWorld {
  readonly world: World
  readonly unknown: ReadonlyArray<string>
}
export declare const toWorld: (recording: Recording) => RecordedWorld
