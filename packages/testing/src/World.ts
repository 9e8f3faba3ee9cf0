/**
 * The state of the fake platforms when they start: connections, actions, triggers, credentials. Plain data, and handlers
 * where data is not enough.
 *
 * @since 0.1.0
 */
import * as ExactJson from "@effect-connectors/core/ExactJson"
import * as Data from "effect/Data"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import * as BosaWorld from "./BosaWorld.js"
import { ConnectionBuilder } from "./ConnectionBuilder.js"
import { ConnectorBuilder } from "./ConnectorBuilder.js"
import type { ActionHandler, Executor, Json, JsonObject, Kind } from "./Executor.js"
import { bosaIssuesOf } from "./internal/bosa/worldIssues.js"
import { joinWorld } from "./internal/builders/joinWorld.js"
import * as demoWorld from "./internal/connections/demoWorld.js"
import { issuesOf as issuesIn, notJson } from "./internal/schema/issues.js"
import { platformOf } from "./internal/platforms.js"
import { WorldData } from "./internal/worldSchema.js"

/**
 * The state of a job in the response to a poll.
 *
 * @since 0.4.0
 * @category models
 */
export interface JobState {
  /** The word as it is sent; `completed`, `failed` and `cancelled` are ends. */
  readonly status: string
  readonly progress?: Json
  readonly result?: Json
  readonly error?: Json
  readonly message?: string
}

/**
 * The response to one poll of a job, in short: a text is a state word, a number means `running` at so many percent.
 *
 * @since 0.4.0
 * @category models
 */
export type JobPoll = string | number | JobState

/**
 * The state of a job from `atMillis` (milliseconds since its start) on.
 *
 * @since 0.1.0
 * @category models
 */
export interface JobStep extends JobState {
  readonly atMillis: number
}

/**
 * How long work takes, and which states its job shows. All times in milliseconds.
 *
 * @since 0.1.0
 * @category models
 */
export interface JobPlan {
  /** How long the work takes; 0 unless given. */
  readonly takesMillis?: number
  /** How long of that time the job is `queued`. */
  readonly queuedMillis?: number
  /** Whether its job reports progress, as a fraction from 0 to 1. */
  readonly progress?: boolean
  /** The failure of the work when its time is over. */
  readonly fails?: { readonly status?: number; readonly code?: string; readonly message: string }
  /** The work never ends; its job stays in this state. */
  readonly stays?: string
  /** The work ends as cancelled. */
  readonly cancelled?: boolean
  /** The response is the result even with `async=true`. */
  readonly atOnce?: boolean
  /** The work becomes a job even without `async=true`. */
  readonly alwaysJob?: boolean
  /** The states of its job by time, instead of all of the above. The last one stays. */
  readonly steps?: ReadonlyArray<JobStep>
  /**
   * The states of its job by poll, instead of all of the above: each poll gets the next one, the last one repeats, and a
   * successful end has the result. The work always becomes a job.
   */
  readonly polls?: ReadonlyArray<JobPoll>
}

/**
 * A saved action. Its result is that of `handler`, else its input when `echo` is set, else `result`.
 *
 * @since 0.1.0
 * @category models
 */
export interface WorldAction extends JobPlan {
  readonly slug: string
  readonly name?: string
  readonly inputs?: ReadonlyArray<JsonObject>
  readonly outputs?: ReadonlyArray<JsonObject>
  readonly result?: Json
  readonly echo?: boolean
  readonly handler?: ActionHandler
  /** More fields of its record, as on the wire. */
  readonly fields?: JsonObject
}

/**
 * A trigger that can be subscribed to. With `refuses` the provider refuses: 502, nothing is saved.
 *
 * @since 0.1.0
 * @category models
 */
export interface WorldTrigger {
  readonly slug: string
  readonly name?: string
  readonly inputs?: ReadonlyArray<JsonObject>
  readonly refuses?: boolean
  readonly fields?: JsonObject
}

/**
 * A canned answer of an `http` connection in memory.
 *
 * @since 0.1.0
 * @category models
 */
export interface WorldHttpAnswer {
  readonly method: "get" | "post" | "patch" | "put" | "delete"
  readonly path: string
  readonly status?: number
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: Json
}

/**
 * A connection. `files`, `tables`, `answers` and `baseUrl` are the initial state of its executor; `plans` says how long
 * its typed operations take, by operation (`sql.query`) or for all (`*`).
 *
 * @since 0.1.0
 * @category models
 */
export interface WorldConnection {
  readonly slug: string
  readonly kind?: Kind
  readonly displayName?: string
  readonly active?: boolean
  readonly authorized?: boolean
  readonly relayId?: string
  readonly templateId?: string
  readonly actions?: ReadonlyArray<WorldAction>
  readonly triggers?: ReadonlyArray<WorldTrigger>
  readonly files?: Readonly<Record<string, string>>
  readonly tables?: Readonly<Record<string, ReadonlyArray<JsonObject>>>
  readonly answers?: ReadonlyArray<WorldHttpAnswer>
  readonly baseUrl?: string
  readonly plans?: Readonly<Record<string, JobPlan>>
  readonly executor?: Executor
  readonly fields?: JsonObject
}

/**
 * The accepted credentials: one of the service tokens, or a cookie with its CSRF token.
 *
 * @since 0.1.0
 * @category models
 */
export interface WorldAuth {
  readonly serviceTokens?: ReadonlyArray<string>
  readonly sessions?: ReadonlyArray<{ readonly cookie: string; readonly csrfToken: string }>
}

/**
 * Faults for a share of the requests, drawn from a seed, the same on each run. Scripted answers come before them. Each
 * method and path has its own random numbers. `Faults` can do more.
 *
 * @since 0.1.0
 * @category models
 */
export interface WorldFaults {
  /** From 0, none, to 1, every request. */
  readonly share: number
  /** 0 unless given. */
  readonly seed?: number
  /**
   * All unless given, each with the same probability. `unavailable`: 503. `limited`: 429 with a `retry-after` of 1
   * second. `reset`: the connection ends, nothing is executed. `lost`: the work is executed, then the connection ends.
   * `cut`: the work is executed, then the connection ends in the middle of the response.
   */
  readonly kinds?: readonly [Fault, ...Array<Fault>]
}

type Fault = "unavailable" | "limited" | "reset" | "lost" | "cut"

/**
 * The world of the fake platforms.
 *
 * @since 0.1.0
 * @category models
 */
export interface World {
  readonly connections: ReadonlyArray<WorldConnection>
  /** Without it no credentials are needed. */
  readonly auth?: WorldAuth
  /** The tenant's action catalog; the actions of all connections unless given. */
  readonly catalog?: ReadonlyArray<JsonObject>
  /** Work that takes longer becomes a job without `async=true`, in milliseconds; 20,000 unless given. */
  readonly syncLimitMillis?: number
  /** Whether the caller is an organization admin and may unsubscribe; true unless given. */
  readonly admin?: boolean
  /** Whether job ids are text (`job-1`) or numbers; text unless given. */
  readonly jobIds?: "text" | "number"
  /** Random faults; none unless given. */
  readonly faults?: WorldFaults
  /** The BOSA / GL Connectors platform; without it the platform has no connectors. */
  readonly bosa?: BosaWorld.BosaWorld
}

/**
 * An invalid world: what is wrong, and where.
 *
 * @since 0.1.0
 * @category errors
 */
export class WorldInvalid extends Data.TaggedError("WorldInvalid")<{
  /** The first place that is wrong, e.g. `connections[0].slug`; empty for the whole. */
  readonly path: string
  readonly reason: string
  /** Every place that is wrong, the first one too. */
  readonly issues: ReadonlyArray<{ readonly path: string; readonly reason: string }>
}> {
  override get message(): string {
    const more = this.issues.length > 1 ? ` (and ${this.issues.length - 1} more)` : ""
    return `the world is invalid at ${this.path === "" ? "its top" : this.path}: ${this.reason}${more}`
  }
}

/**
 * A part of a world: the builder of a connection or a connector, some fields of a world, or a whole world.
 *
 * @since 0.4.0
 * @category models
 */
export type Part = ConnectionBuilder | ConnectorBuilder | Partial<World>

/**
 * Makes a world from parts. A later connection or connector replaces one of the same name; any other field replaces the
 * same field.
 *
 * @example
 * ```ts
 * import * as Job from "@effect-connectors/testing/Job"
 * import * as World from "@effect-connectors/testing/World"
 *
 * const crm = World.connection("crm").action("sync", Job.takes("6 seconds", { progress: true, result: { synced: 2 } }))
 *
 * const world = World.make(crm, World.connector("github"), { auth: { serviceTokens: ["a-token"] } })
 *
 * // the same as data, without the connector
 * const data = World.make({
 *   connections: [{ slug: "crm", actions: [{ slug: "sync", takesMillis: 6000, progress: true, result: { synced: 2 } }] }]
 * })
 * ```
 *
 * @since 0.1.0
 * @category constructors
 */
export const make = (...parts: ReadonlyArray<Part>): World => parts.reduce<World>(joinWorld, { connections: [] })

/**
 * An empty connection for {@link make}: see `ConnectionBuilder`.
 *
 * @since 0.4.0
 * @category constructors
 */
export const connection = (slug: string): ConnectionBuilder => new ConnectionBuilder({ slug })

/**
 * An empty connector of BOSA / GL Connectors for {@link make}: see `ConnectorBuilder`.
 *
 * @since 0.4.0
 * @category constructors
 */
export const connector = (name: string): ConnectorBuilder => new ConnectorBuilder({ name })

/**
 * A small world to try things on: `crm` (actions `fetch-deal`, `sync`, `fails`, `stuck`,
 * `echo`, and triggers), `files`, `warehouse` (table `orders`), `web`, and `old-crm`, which is
 * neither active nor authorized. No credentials are needed. Its `bosa` is `BosaWorld.demo`.
 *
 * @since 0.1.0
 * @category constructors
 */
export const demo: World = { ...demoWorld.demo, bosa: BosaWorld.demo }

const invalid = (issues: ReadonlyArray<{ readonly path: string; readonly reason: string }>): WorldInvalid =>
  new WorldInvalid({ path: issues[0]?.path ?? "", reason: issues[0]?.reason ?? "unknown", issues })

const repeated = (slugs: ReadonlyArray<{ readonly slug: string }>, path: string) =>
  slugs.flatMap(({ slug }, index) =>
    slugs.findIndex((other) => other.slug === slug) === index
      ? []
      : [{ path: `${path}[${index}].slug`, reason: `${JSON.stringify(slug)} is there twice` }]
  )

const decode = Schema.decodeUnknown(WorldData, { errors: "all", onExcessProperty: "error" })

/**
 * Reads a world from plain data, such as a parsed world file: the fields of {@link World}
 * without functions. Fails with `WorldInvalid` for an unknown field, a wrong
 * type or a name that is there twice, and names the place.
 *
 * @since 0.1.0
 * @category constructors
 */
export const fromJson = (json: unknown): Effect.Effect<World, WorldInvalid> =>
  decode(json).pipe(
    Effect.mapError((error) => invalid(issuesIn(error))),
    Effect.flatMap((world) => {
      const issues = duplicates(world)
      return issues.length === 0 ? Effect.succeed(world) : Effect.fail(invalid(issues))
    })
  )

const duplicates = (world: World): ReadonlyArray<{ readonly path: string; readonly reason: string }> => [
  ...repeated(world.connections, "connections"),
  ...world.connections.flatMap(({ actions, triggers }, index) => [
    ...repeated(actions ?? [], `connections[${index}].actions`),
    ...repeated(triggers ?? [], `connections[${index}].triggers`)
  ]),
  ...bosaIssuesOf(world.bosa ?? {}, (path) => platformOf(path).name !== "bosa")
]

/**
 * {@link fromJson} from the text of a world file. A text that is not JSON is `WorldInvalid` too.
 *
 * @since 0.1.0
 * @category constructors
 */
export const fromJsonText = (text: string): Effect.Effect<World, WorldInvalid> =>
  Effect.flatMap(
    Effect.mapError(ExactJson.parse(text), () => invalid([notJson])),
    fromJson
  )
