/**
 * Every way durable jobs can refuse or fail, next to the errors of the work itself.
 *
 * @since 0.5.0
 */
import * as Schema from "effect/Schema"
import { DurableJob } from "./DurableJob.js"

/**
 * This key names other work: what was submitted under it had another digest. Nothing was written or sent.
 *
 * @since 0.5.0
 * @category errors
 */
export class WorkKeyReused extends Schema.TaggedError<WorkKeyReused>(
  "@effect-connectors/durable/DurableError/WorkKeyReused"
)("WorkKeyReused", {
  key: Schema.String,
  /** SHA-256 of this work. */
  digest: Schema.String,
  /** SHA-256 of the work that has the key. */
  known: Schema.String
}) {
  /** Submitting again gives the same error. */
  readonly retryable = false
  /** What happened and what to do. */
  override get message(): string {
    return `"${this.key}" is the key of other work (digest ${this.known.slice(0, 12)}, this one has ${this.digest.slice(0, 12)}): nothing was written or sent. One key is for one piece of work: give this one another key`
  }
}

/**
 * No work has this key.
 *
 * @since 0.5.0
 * @category errors
 */
export class WorkNotFound extends Schema.TaggedError<WorkNotFound>(
  "@effect-connectors/durable/DurableError/WorkNotFound"
)("WorkNotFound", { key: Schema.String }) {
  /** Reading again gives the same error, until the work is submitted. */
  readonly retryable = false
  /** What happened and what to do. */
  override get message(): string {
    return `no work has the key "${this.key}": submit it first, or look at list for the keys there are`
  }
}

/**
 * Whether the work was done is unknown: its response was lost, or its process ended while it was being sent. It is not
 * sent again. See what the server did; then `DurableJobs.settle` says so.
 *
 * @since 0.5.0
 * @category errors
 */
export class WorkUnknown extends Schema.TaggedError<WorkUnknown>("@effect-connectors/durable/DurableError/WorkUnknown")(
  "WorkUnknown",
  { job: DurableJob }
) {
  /** Waiting again gives the same error, until it is settled or the late response of a runner comes. */
  readonly retryable = false
  /** What happened and what to do. */
  override get message(): string {
    const why = this.job.failure === undefined ? "its process ended while it was being sent" : this.job.failure.message
    return `whether "${this.job.key}" was done is unknown (${why}): it is not sent again by itself. See what the server did, then call settle; where the runners have a verify they ask it, and result may be called again`
  }
}

/**
 * The work was already in a state that this does not change.
 *
 * @since 0.5.0
 * @category errors
 */
export class WorkNotUnknown extends Schema.TaggedError<WorkNotUnknown>(
  "@effect-connectors/durable/DurableError/WorkNotUnknown"
)("WorkNotUnknown", { job: DurableJob }) {
  /** Settling again gives the same error. */
  readonly retryable = false
  /** What happened and what to do. */
  override get message(): string {
    return `"${this.job.key}" is ${this.job.state}, so there is nothing to settle: only work of unknown outcome, and failed work that is to be done again, can be settled`
  }
}

const asWords = { open: "opened", migrate: "brought up to date", read: "read", write: "written" } as const

// what to do at codes that say it, of PostgreSQL and of systems
const postgresHints: ReadonlyMap<string | undefined, string> = new Map([
  ["3D000", "there is no database of that name: make it, or mend the name in the address"],
  ["28P01", "the user or the password is wrong"],
  ["28000", "the server does not let this user in from here: see its pg_hba.conf, and whether it wants TLS"],
  ["42501", "this user may not do that: give it the right to create tables, and to read and write them"],
  ["53300", "the server has no connection left: see its max_connections, and maxConnections here"],
  ["ECONNREFUSED", "nothing listens at its address: see that it is up, and that host and port are right"],
  ["ENOTFOUND", "there is no host of that name: see the address"]
])

const sqliteHints: ReadonlyMap<string | undefined, string> = new Map([
  ["ENOENT", "it is not there, or its folder is not: give another path, or make the folder"],
  ["ENOTDIR", "its path goes through a file: give another path"],
  ["EISDIR", "it is a folder: give the path of a file in it"],
  ["EACCES", "this user may not read and write it: give it the right, to its folder too"],
  ["SQLITE_NOTADB", "the file is something else than a SQLite database: give another path"],
  ["SQLITE_FULL", "there is no room left on the disk"]
])

/**
 * The database could not be opened, read or written. What the database said is not part of it.
 *
 * @since 0.5.0
 * @category errors
 */
export class StoreFailed extends Schema.TaggedError<StoreFailed>("@effect-connectors/durable/DurableError/StoreFailed")(
  "StoreFailed",
  {
    step: Schema.Literal("open", "migrate", "read", "write"),
    /** `IN_USE`: another process has the SQLite file. `DRIVER_MISSING`: the driver is not installed. `NO_TABLES`: nothing was ever submitted there. `CORRUPT`: a row was not written by this version of this package. Else the database's own code. */
    code: Schema.optional(Schema.String),
    /** Which database, where that is known. */
    database: Schema.optional(Schema.Literal("sqlite", "postgres"))
  }
) {
  /** Whether the same again may succeed. */
  get retryable(): boolean {
    return (this.step === "read" || this.step === "write") && this.code !== "CORRUPT"
  }
  /** What happened and what to do. */
  override get message(): string {
    const code = this.code === undefined ? "" : ` (${this.code})`
    if (this.code === "IN_USE") {
      return "the SQLite file is in use by another process: one process at a time works on it. End the other one, or use layerPg for many"
    }
    if (this.code === "DRIVER_MISSING") {
      return "the driver of the database could not be loaded: install @effect/sql-libsql for layerSqlite, @effect/sql-pg for layerPg"
    }
    if (this.code === "NO_TABLES") {
      return "there are no durable jobs in this database: see that its address, or the path of the file, is the one that the runners have"
    }
    if (this.code === "CORRUPT") {
      return "a row of durable jobs could not be understood: something else wrote it, or a newer version of this package. Update this process, or mend the row"
    }
    const could = `could not be ${asWords[this.step]}${code}`
    if (this.database === "sqlite") {
      const hint = "see that its folder exists and that this user may write there"
      return `the SQLite file ${could}: ${sqliteHints.get(this.code) ?? hint}`
    }
    const right = this.step === "migrate" ? "create tables" : "read and write"
    const hint = `see that it is up, that its address is right, and that this user may ${right}`
    return `the database of durable jobs ${could}: ${postgresHints.get(this.code) ?? hint}`
  }
}

/**
 * What the calls of durable jobs themselves can fail with.
 *
 * @since 0.5.0
 * @category errors
 */
export type DurableError = WorkKeyReused | WorkNotFound | WorkUnknown | WorkNotUnknown | StoreFailed
