/**
 * What a fake platform holds when it starts: connections, actions, triggers,
 * and who may ask. Plain data, and handlers where data is not enough.
 *
 * @since 0.1.0
 */
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
import { WorldData } from "./internal/schema/worldSchema.js"

/**
 * What a job shows to one who asks.
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
 * What a job shows to one poll, in short: a text is a state word, a number means `running` at so many percent.
 *
 * @since 0.4.0
 * @category models
 */
export type JobPoll = string | number | JobState

/**
 * One step of a job, in force from `atMillis` (milliseconds since its start) on.
 *
 * @since 0.1.0
 * @category models
 */
export interface JobStep extends JobState {
  readonly atMillis: number
}

/**
 * How work spends its time. All times in milliseconds.
 *
 * @since 0.1.0
 * @category models
 */
export interface JobPlan {
  /** How long the work takes; 0 unless given. */
  readonly takesMillis?: number
  /** How much of it the job is `queued`. */
  readonly queuedMillis?: number
  /** Whether its job tells how far it is, as a fraction from 0 to 1. */
  readonly progress?: boolean
  /** How it fails once its time is over. */
  readonly fails?: { readonly status?: number; readonly code?: string; readonly message: string }
  /** It never ends; its job stays in this state for ever. */
  readonly stays?: string
  /** It ends by being cancelled. */
  readonly cancelled?: boolean
  /** It is answered at once even when `async=true` was asked for. */
  readonly atOnce?: boolean
  /** It becomes a job even when `async=true` was not asked for. */
  readonly alwaysJob?: boolean
  /** What its job shows step by step, instead of all of the above. The last step stays. */
  readonly steps?: ReadonlyArray<JobStep>
  /**
   * What its job shows poll by poll, instead of all of the above: each poll sees the next, the last stays, and a
   * successful end has the result. Such work always becomes a job.
   */
  readonly polls?: ReadonlyArray<JobPoll>
}

/**
 * A saved action. Its result is what `handler` gives, else its input when it is an
 * `echo`, else `result`.
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
 * A connection. `files`, `tables`, `answers` and `baseUrl` are where the
 * executor of its kind starts from; `plans` is how long its typed operations
 * take, by operation (`sql.query`) or for all (`*`).
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
 * Who may ask: one of the service tokens, or a cookie with its CSRF token.
 *
 * @since 0.1.0
 * @category models
 */
export interface WorldAuth {
  readonly serviceTokens?: ReadonlyArray<string>
  readonly sessions?: ReadonlyArray<{ readonly cookie: string; readonly csrfToken: string }>
}

/**
 * What befalls requests that nothing was scripted for: a share of them, drawn from a seed, the same on each run.
 * Each question (method and path) draws for itself. `Faults` can do more.
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
   * All unless given, each as likely. `unavailable`: 503. `limited`: 429 with a `retry-after` of 1 second. `reset`: the
   * connection ends and nothing is done. `lost`: the same once the work is done. `cut`: the answer ends in its middle,
   * once the work is done.
   */
  readonly kinds?: readonly [Fault, ...Array<Fault>]
}

type Fault = "unavailable" | "limited" | "reset" | "lost" | "cut"

/**
 * What a fake platform starts with.
 *
 * @since 0.1.0
 * @category models
 */
export interface World {
  readonly connections: ReadonlyArray<WorldConnection>
  /** Everyone may ask when it is not given. */
  readonly auth?: WorldAuth
  /** The tenant's action catalog; the actions of all connections unless given. */
  readonly catalog?: ReadonlyArray<JsonObject>
  /** Work that takes longer becomes a job though nobody asked, in milliseconds; 20,000 unless given. */
  readonly syncLimitMillis?: number
  /** Whether the caller is an organisation admin and may unsubscribe; true unless given. */
  readonly admin?: boolean
  /** Whether job ids are text (`job-1`) or numbers; text unless given. */
  readonly jobIds?: "text" | "number"
  /** Faults at random; none unless given. */
  readonly faults?: WorldFaults
  /** The BOSA / GL Connectors platform; without it one with no connectors. */
  readonly bosa?: BosaWorld.BosaWorld
}

/**
 * A world that cannot be: what is wrong, and where.
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
 * A part of a world: a connection or a connector in the making, or some of the fields of a world, or a whole one.
 *
 * @since 0.4.0
 * @category models
 */
export type Part = ConnectionBuilder | ConnectorBuilder | Partial<World>

/**
 * A world of its parts; without connections it has none. A later connection or connector takes the place of an
 * earlier one of its name, and so does any other field.
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
 * A connection without anything yet, for {@link make}: see `ConnectionBuilder`.
 *
 * @since 0.4.0
 * @category constructors
 */
export const connection = (slug: string): ConnectionBuilder => new ConnectionBuilder({ slug })

/**
 * A connector of BOSA / GL Connectors without anything yet, for {@link make}: see `ConnectorBuilder`.
 *
 * @since 0.4.0
 * @category constructors
 */
export const connector = (name: string): ConnectorBuilder => new ConnectorBuilder({ name })

/**
 * A small world to try things on: `crm` (actions `fetch-deal`, `sync`, `fails`, `stuck`,
 * `echo`, and triggers), `files`, `warehouse` (table `orders`), `web`, and `old-crm`, which is
 * neither active nor authorized. Everyone may ask. Its `bosa` is `BosaWorld.demo`.
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
    Effect.try({
      try: (): unknown => JSON.parse(text),
      catch: () => invalid([notJson])
    }),
    fromJson
  )
