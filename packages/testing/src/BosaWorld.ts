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
 * An error response of the platform.
 *
 * @since 0.2.0
 * @category models
 */
export interface BosaFailure {
  readonly status: number
  /** Upper case words with `_`; made from the status unless given. */
  readonly code?: string
  readonly message?: string
  /** Whether the response says that a retry may succeed; it says nothing unless given. */
  readonly retryable?: boolean
  /** Seconds. */
  readonly retryAfterSeconds?: number
  readonly details?: JsonObject
  /** More headers, such as `retry-after`. */
  readonly headers?: Readonly<Record<string, string>>
}

/**
 * A list in pages.
 *
 * @since 0.2.0
 * @category models
 */
export interface BosaPages {
  readonly items: ReadonlyArray<Json>
  /** Which parameter selects a page; `page` unless given. */
  readonly by?: "page" | "cursor"
  /** How many items a page has when the caller does not say; 10 unless given. */
  readonly perPage?: number
  /** Each page is the first one again, and says that there are more. */
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
 * What a handler gets with the parameters.
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
 * The work of an action. Its result is the `data` of the response.
 *
 * @since 0.2.0
 * @category models
 */
export type BosaHandler = (input: JsonObject, context: BosaContext) => Effect.Effect<Json, ExecutorFailure>

/**
 * An action. Its answer is the first that is set of `handler`, `upload`, `file`, `pages`, `echo`, `value`;
 * `needsIntegration`, `flaky` and `error` are checked before. Times in milliseconds.
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
  /** The required parameters; a request without one gets a 422. */
  readonly required?: ReadonlyArray<string>
  /** More of the schema, such as `$defs`. */
  readonly schema?: JsonObject
  /** Fields of its row in discovery; they replace those made from the other fields. */
  readonly fields?: JsonObject
  /** The `data` of the response. */
  readonly value?: Json
  /** The `meta` of the response. */
  readonly meta?: JsonObject
  /** The parameters are sent back. */
  readonly echo?: boolean
  readonly pages?: BosaPages
  readonly file?: BosaFile
  /** Accepts any body; the response lists the fields, and for each file the name, type, size and sha256. */
  readonly upload?: boolean
  /** Always fails; nothing is executed. */
  readonly error?: BosaFailure
  /** Fails the first `times` times; with `commits` the failed attempts are executed too. */
  readonly flaky?: BosaFailure & { readonly times: number; readonly commits?: boolean }
  /** The user must have an account at the connector. */
  readonly needsIntegration?: boolean
  /** How long it takes; 0 unless given. */
  readonly takesMillis?: number
  readonly handler?: BosaHandler
}

/**
 * A connector. `oauth`, the default, is linked on an authorization page, `custom` by a configuration.
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
 * A user that exists from the start, with the accounts linked to each connector.
 *
 * @since 0.2.0
 * @category models
 */
export interface BosaUser {
  readonly identifier: string
  /** Generated unless given. */
  readonly secret?: string
  /** A token that is valid from the start and does not expire. */
  readonly token?: string
  /** Accounts by connector; the first of each is selected. */
  readonly accounts?: Readonly<Record<string, ReadonlyArray<string>>>
}

/**
 * A client program, identified by its key.
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
  /** The digest in the response, instead of the correct one; empty for none. */
  readonly contentSha256?: string
  /** Without an artifact: a `github` skill whose snapshot does not exist yet. */
  readonly pending?: boolean
  /** More fields of its record, such as `github_url`. */
  readonly fields?: JsonObject
}

/**
 * The catalog. Its tools are made from all actions unless given.
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
  /** How long a user token is valid; an hour unless given. */
  readonly tokenTtlMillis?: number
  /** Where a client is created; `/clients/create-client` unless given. */
  readonly createClientPath?: string
}

/**
 * A small platform to try things on: the client key `demo-key`, connectors `demo`, which needs no
 * account, `github`, which needs a linked account, and `notes`, a plugin with a custom configuration.
 *
 * @since 0.2.0
 * @category constructors
 */
export const demo: BosaWorld = bosaDemo
