/**
 * What the fake BOSA / GL Connectors platform holds when it starts: connectors
 * and their actions, client keys, users, catalog and skills. Plain
 * data, and handlers where data is not enough. It is the `bosa` part of a `World`.
 *
 * @since 0.2.0
 */
import type * as Effect from "effect/Effect"
import type { ExecutorFailure, Json, JsonObject } from "./Executor.js"
import { bosaDemo } from "./internal/bosa/demoWorld.js"

/**
 * An error as the platform answers it.
 *
 * @since 0.2.0
 * @category models
 */
export interface BosaFailure {
  readonly status: number
  /** Upper case words with `_`; made from the status unless given. */
  readonly code?: string
  readonly message?: string
  /** What the platform says of trying again; says nothing unless given. */
  readonly retryable?: boolean
  /** Seconds. */
  readonly retryAfterSeconds?: number
  readonly details?: JsonObject
  /** More headers, such as `retry-after`. */
  readonly headers?: Readonly<Record<string, string>>
}

/**
 * A list that is given in pages.
 *
 * @since 0.2.0
 * @category models
 */
export interface BosaPages {
  readonly items: ReadonlyArray<Json>
  /** Whether `page` or `cursor` asks for another page; `page` unless given. */
  readonly by?: "page" | "cursor"
  /** How many items a page has when the caller does not say; 10 unless given. */
  readonly perPage?: number
  /** However the next page is asked for, it is the first again, and says that there are more. */
  readonly stuck?: boolean
}

/**
 * A file that an action answers with: `text`, or `base64` for what is not text.
 *
 * @since 0.2.0
 * @category models
 */
export interface BosaFile {
  readonly filename?: string
  /** `application/octet-stream` unless given; no header when empty. */
  readonly contentType?: string
  readonly text?: string
  readonly base64?: string
  /** More headers; a `content-disposition` takes the place of the one made from `filename`. */
  readonly headers?: Readonly<Record<string, string>>
}

/**
 * What a handler is told besides the parameters.
 *
 * @since 0.2.0
 * @category models
 */
export interface BosaContext {
  readonly connector: string
  readonly action: string
  /** The identifier of the user whose token came with the request. */
  readonly user: string | undefined
  /** The account that the caller chose, else the selected one. */
  readonly account: string | undefined
  /** How often this action has been executed, this time included. */
  readonly execution: number
}

/**
 * The work of an action. What it gives is the `data` of the answer.
 *
 * @since 0.2.0
 * @category models
 */
export type BosaHandler = (input: JsonObject, context: BosaContext) => Effect.Effect<Json, ExecutorFailure>

/**
 * An action. It answers with what `handler` gives, else `upload`, `file`, `pages`,
 * `echo`, else `value`; `needsIntegration`, `flaky` and `error` come first. Times in milliseconds.
 *
 * @since 0.2.0
 * @category models
 */
export interface BosaAction {
  readonly name: string
  /** `/{connector}/{name}` unless given. */
  readonly path?: string
  readonly docstring?: string
  /** JSON Schema of each parameter. */
  readonly properties?: Readonly<Record<string, Json>>
  /** The parameters that must come; without them the platform answers 422. */
  readonly required?: ReadonlyArray<string>
  /** More of the schema, such as `$defs`. */
  readonly schema?: JsonObject
  /** Fields of its row in discovery, over those that are made from the rest. */
  readonly fields?: JsonObject
  /** The `data` of the answer. */
  readonly value?: Json
  /** The `meta` of the answer. */
  readonly meta?: JsonObject
  /** Its parameters are its answer. */
  readonly echo?: boolean
  readonly pages?: BosaPages
  readonly file?: BosaFile
  /** It takes any body, and answers what came: the fields, and of each file the name, type, size and sha256. */
  readonly upload?: boolean
  /** It always fails, and nothing is executed. */
  readonly error?: BosaFailure
  /** It fails so many times before it works; with `commits` the failed ones are executed too. */
  readonly flaky?: BosaFailure & { readonly times: number; readonly commits?: boolean }
  /** The user must have an account at the connector. */
  readonly needsIntegration?: boolean
  /** How long it takes; 0 unless given. */
  readonly takesMillis?: number
  readonly handler?: BosaHandler
}

/**
 * A connector. `oauth`, the default, is linked by a visit to an authorisation page, `custom` by a configuration.
 *
 * @since 0.2.0
 * @category models
 */
export interface BosaConnector {
  readonly name: string
  readonly actions?: ReadonlyArray<BosaAction>
  readonly auth?: "oauth" | "custom"
  /** The names that a custom configuration must have. */
  readonly configuration?: ReadonlyArray<string>
  /** More rows of its discovery, sent as they are. */
  readonly rows?: JsonObject
}

/**
 * A user who is there from the start, with the accounts linked to each connector.
 *
 * @since 0.2.0
 * @category models
 */
export interface BosaUser {
  readonly identifier: string
  /** Made up unless given. */
  readonly secret?: string
  /** A token that is valid from the start and does not expire. */
  readonly token?: string
  /** Accounts by connector; the first of each is selected. */
  readonly accounts?: Readonly<Record<string, ReadonlyArray<string>>>
}

/**
 * A program that may ask, by its key.
 *
 * @since 0.2.0
 * @category models
 */
export interface BosaClient {
  readonly name: string
  readonly apiKey: string
  readonly users?: ReadonlyArray<BosaUser>
}

/**
 * A skill of the tenant. `upload_md` and `manual` are one text, `upload_zip` and `github` an
 * archive of `files`. The artifact is served by the platform itself.
 *
 * @since 0.2.0
 * @category models
 */
export interface BosaSkill {
  readonly name: string
  /** `upload_md`, `manual`, `upload_zip` or `github`; another word is sent as it is. */
  readonly sourceType: string
  readonly description?: string
  readonly text?: string
  readonly files?: Readonly<Record<string, string>>
  /** The digest that is told, in place of the right one; empty for none. */
  readonly contentSha256?: string
  /** Without an artifact: a `github` skill whose snapshot is not there yet. */
  readonly pending?: boolean
  /** More fields of its record, such as `github_url`. */
  readonly fields?: JsonObject
}

/**
 * What can be found besides what is installed. The tools of all actions unless given.
 *
 * @since 0.2.0
 * @category models
 */
export interface BosaCatalog {
  readonly tools?: ReadonlyArray<JsonObject>
  readonly mcps?: ReadonlyArray<JsonObject>
  readonly skills?: ReadonlyArray<JsonObject>
}

/**
 * What the BOSA / GL platform starts with. Times in milliseconds.
 *
 * @since 0.2.0
 * @category models
 */
export interface BosaWorld {
  readonly connectors?: ReadonlyArray<BosaConnector>
  /** One named `demo` with the key `demo-key` unless given. */
  readonly clients?: ReadonlyArray<BosaClient>
  readonly catalog?: BosaCatalog
  readonly skills?: ReadonlyArray<BosaSkill>
  /** How long a user token lives; an hour unless given. */
  readonly tokenTtlMillis?: number
  /** Where a client is created; `/clients/create-client` unless given. */
  readonly createClientPath?: string
}

/**
 * A small platform to try things on: the client key `demo-key`, connectors `demo`, which needs
 * nothing, `github`, which needs a linked account, and `notes`, a plugin with a custom configuration.
 *
 * @since 0.2.0
 * @category constructors
 */
export const demo: BosaWorld = bosaDemo
