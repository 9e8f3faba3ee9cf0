/**
 * A connection of a fake Connections platform, written step by step.
 *
 * @since 0.4.0
 */
import * as Data from "effect/Data"
import type { Answer } from "./Answer.js"
import type { ActionContext, Executor, Json, JsonObject, Kind, Operation } from "./Executor.js"
import { actionOf } from "./internal/builders/connectionAction.js"
import { upsert } from "./internal/builders/upsert.js"
import type { Job } from "./Job.js"
import type { WorldAction, WorldConnection, WorldHttpAnswer, WorldTrigger } from "./World.js"

/**
 * The answer of an action of a connection: a JSON value, an Effect, a function of its input, or a `Job`.
 *
 * @since 0.4.0
 * @category models
 */
export type ActionAnswer = Answer<Json, ActionContext> | Job

/**
 * More of an action: its name, its declared inputs and outputs, more fields of its record.
 *
 * @since 0.4.0
 * @category models
 */
export type ActionOptions = Pick<WorldAction, "name" | "inputs" | "outputs" | "fields">

/**
 * An invalid connection: one of two kinds. It is thrown where the connection is made, because that is a mistake in the
 * test.
 *
 * @since 0.4.0
 * @category errors
 */
export class ConnectionInvalid extends Data.TaggedError("ConnectionInvalid")<{
  readonly slug: string
  readonly reason: string
}> {
  override get message(): string {
    return `the connection ${this.slug} is invalid: ${this.reason}`
  }
}

/**
 * Builds a connection. It is immutable: each step gives a new builder, so that tests can share one. A later action,
 * trigger, file, table or answer replaces one of the same name.
 *
 * @example
 * ```ts
 * import * as Job from "@effect-connectors/testing/Job"
 * import * as World from "@effect-connectors/testing/World"
 *
 * const crm = World.connection("crm")
 *   .action("fetch-deal", (input) => ({ received: input }))
 *   .action("sync", Job.takes("6 hours", { result: { synced: 2 } }))
 *   .trigger("deal-won")
 *
 * const world = World.make(crm, World.connection("warehouse").table("orders", [{ id: 1 }]))
 * const onABadDay = World.make(world, crm.action("sync", Job.fails("the CRM is down")))
 * ```
 *
 * @since 0.4.0
 * @category models
 */
export class ConnectionBuilder {
  constructor(
    /** The connection as data. */
    readonly definition: WorldConnection
  ) {}

  /** A saved action and its answer. */
  action(slug: string, answer: ActionAnswer, options?: ActionOptions): ConnectionBuilder {
    const action: WorldAction = { slug, ...actionOf(answer), ...options }
    return this.with({ actions: upsert(this.definition.actions, action, (other) => other.slug === slug) })
  }

  /** A trigger that can be subscribed to. */
  trigger(slug: string, options?: Omit<WorldTrigger, "slug">): ConnectionBuilder {
    const trigger: WorldTrigger = { slug, ...options }
    return this.with({ triggers: upsert(this.definition.triggers, trigger, (other) => other.slug === slug) })
  }

  /** The answer of an `http` connection to one method and path. */
  http(
    method: WorldHttpAnswer["method"],
    path: string,
    body: Json,
    options?: Pick<WorldHttpAnswer, "status" | "headers">
  ): ConnectionBuilder {
    const answer: WorldHttpAnswer = { method, path, body, ...options }
    const answers = upsert(this.definition.answers, answer, (other) => other.method === method && other.path === path)
    return this.ofKind("http").with({ answers })
  }

  /** A file of a `file` connection. */
  file(path: string, text: string): ConnectionBuilder {
    return this.ofKind("file").with({ files: { ...this.definition.files, [path]: text } })
  }

  /** A table of an `sql` connection. */
  table(name: string, rows: ReadonlyArray<JsonObject>): ConnectionBuilder {
    return this.ofKind("sql").with({ tables: { ...this.definition.tables, [name]: rows } })
  }

  /** How the work of a typed operation, such as `sql.query`, becomes a job; `*` stands for all. Its `result` is not used. */
  job(operation: Operation | "*", job: Job): ConnectionBuilder {
    return this.with({ plans: { ...this.definition.plans, [operation]: job.plan } })
  }

  /** The executor of the typed operations, of this kind. */
  executor(kind: Exclude<Kind, "actions">, executor: Executor): ConnectionBuilder {
    return this.ofKind(kind).with({ executor })
  }

  /** The connection is not active: work is refused. */
  get inactive(): ConnectionBuilder {
    return this.with({ active: false })
  }

  /** The connection is not authorized: work is refused. */
  get unauthorized(): ConnectionBuilder {
    return this.with({ authorized: false })
  }

  /** Any other fields of a connection. */
  with(fields: Partial<Omit<WorldConnection, "slug">>): ConnectionBuilder {
    return new ConnectionBuilder({ ...this.definition, ...fields })
  }

  private ofKind(kind: Kind): ConnectionBuilder {
    const before = this.definition.kind ?? "actions"
    if (before === kind) return this
    if (before === "actions") return this.with({ kind })
    const reason = `it is of kind ${before} and cannot be of kind ${kind} too; make another connection for that`
    throw new ConnectionInvalid({ slug: this.definition.slug, reason })
  }
}
