import * as Reactivity from "@effect/experimental/Reactivity"
import { SqlClient } from "@effect/sql/SqlClient"
import { SqlError } from "@effect/sql/SqlError"
import type { PgClient, PgClientConfig } from "@effect/sql-pg/PgClient"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import * as Schedule from "effect/Schedule"
import type * as Scope from "effect/Scope"
import * as Stream from "effect/Stream"
import { Socket } from "node:net"
import type { ClientConfig, Notification } from "pg"
import { StoreFailed } from "../../DurableError.js"
import { makeHints } from "./hints.js"
import type { JobStore } from "./jobStore.js"
import { migrate, requireTables } from "./migrations.js"
import { outsideTransactions } from "./outsideTransactions.js"
import { hintChannel, makeSqlStore } from "./sqlStore.js"
import { storeFailed } from "./storeError.js"

/**
 * How long to wait for PostgreSQL. Each is longer than the one before, so that the one who knows most says it.
 *
 * @internal
 */
export interface PostgresTimeouts {
  /** The server ends a statement that took this long. */
  readonly statement: Duration.DurationInput
  /** A connection on which nothing arrived for this long is closed while it is waited for. */
  readonly silence: Duration.DurationInput
  /** Whoever called gets an error after this. */
  readonly call: Duration.DurationInput
}

const defaultTimeouts: PostgresTimeouts = { statement: "10 seconds", silence: "12 seconds", call: "15 seconds" }

/**
 * An open PostgreSQL, with the tables of this package.
 *
 * @internal
 */
export interface Postgres {
  readonly sql: PgClient
  /** Ends a statement that takes too long. */
  readonly limited: <A, E>(statement: Effect.Effect<A, E>) => Effect.Effect<A, E | SqlError>
  /**
   * What is sent on a channel, from now on, over a connection of its own. A lost connection is made again; what was sent
   * in between is missing.
   */
  readonly listen: (channel: string) => Stream.Stream<string>
}

/**
 * The table of jobs, and what it is in.
 *
 * @internal
 */
export interface PostgresStore extends Postgres {
  readonly store: JobStore
}

type PostgresOptions = {
  readonly timeouts?: PostgresTimeouts
  readonly heartbeat?: Duration.DurationInput
  /** Whether the tables are made where there are none. Default true. */
  readonly create?: boolean
}

const driverMissing = () => new StoreFailed({ step: "open", code: "DRIVER_MISSING", database: "postgres" })

const timedOut = () => Object.assign(new Error("PostgreSQL did not answer in time"), { code: "TIMEOUT" })

const settingsOf = (config: PgClientConfig, timeouts: PostgresTimeouts): ClientConfig => {
  const silence = Duration.toMillis(timeouts.silence)
  return {
    connectionString: config.url === undefined ? undefined : Redacted.value(config.url),
    user: config.username,
    host: config.host,
    database: config.database,
    password: config.password === undefined ? undefined : Redacted.value(config.password),
    ssl: config.ssl,
    port: config.port,
    stream:
      config.stream ??
      (() => {
        const socket = new Socket()
        // a machine that is gone answers nothing, not even that it is gone
        return socket.setTimeout(silence, () => void socket.destroy(timedOut()))
      }),
    connectionTimeoutMillis: Duration.toMillis(config.connectTimeout ?? timeouts.statement),
    statement_timeout: Duration.toMillis(timeouts.statement),
    application_name: config.applicationName ?? "@effect-connectors/durable",
    types: config.types
  }
}

const openClient = Effect.fnUntraced(function* (config: PgClientConfig, timeouts: PostgresTimeouts) {
  const [pg, { fromPool }] = yield* Effect.tryPromise({
    try: () => Promise.all([import("pg"), import("@effect/sql-pg/PgClient")]),
    catch: driverMissing
  })
  const acquire = Effect.acquireRelease(
    Effect.try({
      try: () => {
        const pool = new pg.Pool({
          ...settingsOf(config, timeouts),
          max: config.maxConnections,
          min: config.minConnections,
          maxLifetimeSeconds: config.connectionTTL === undefined ? undefined : Duration.toSeconds(config.connectionTTL)
        })
        // a connection that is lost while nobody uses it: the pool makes another one
        return pool.on("error", () => {})
      },
      catch: (cause) => new SqlError({ cause })
    }),
    (pool) =>
      Effect.promise(() => pool.end()).pipe(Effect.interruptible, Effect.timeoutOption("1 second"), Effect.ignore)
  )
  return yield* Effect.provide(fromPool({ acquire }), Reactivity.layer)
})

/** Fails when the connection is lost, and never ends. */
const listenOnce = (settings: ClientConfig, channel: string, heartbeat: Duration.DurationInput) =>
  Stream.asyncPush<string, SqlError>(
    Effect.fnUntraced(function* (emit) {
      const { Client: PgConnection } = yield* Effect.tryPromise({
        try: () => import("pg"),
        catch: (cause) => new SqlError({ cause })
      })
      const attempt = <A>(ask: () => Promise<A>) =>
        Effect.tryPromise({ try: ask, catch: (cause) => new SqlError({ cause }) })
      const client = yield* Effect.acquireRelease(
        Effect.sync(() => new PgConnection(settings)),
        (it) =>
          Effect.tryPromise(() => it.end()).pipe(Effect.interruptible, Effect.timeoutOption("1 second"), Effect.ignore)
      )
      const lost = () => emit.fail(new SqlError({ cause: undefined }))
      client.on("error", lost)
      client.on("end", lost)
      client.on("notification", ({ payload }: Notification) => void emit.single(payload ?? ""))
      yield* attempt(() => client.connect())
      yield* attempt(() => client.query(`listen "${channel}"`))
      // a connection that was cut on the way is silent: it is found by asking
      yield* attempt(() => client.query("select 1")).pipe(
        Effect.delay(heartbeat),
        Effect.forever,
        Effect.catchAll(() => Effect.sync(lost)),
        Effect.forkScoped
      )
    }),
    { bufferSize: 4096, strategy: "sliding" }
  )

const reconnects = Schedule.exponential("100 millis").pipe(
  Schedule.union(Schedule.spaced("5 seconds")),
  Schedule.jittered,
  Schedule.resetAfter("30 seconds")
)

/**
 * Opens the database at an address, or uses a client that is open.
 *
 * @internal
 */
export const connectPostgres = Effect.fnUntraced(function* (
  database: PgClientConfig | { readonly client: PgClient },
  options?: PostgresOptions
) {
  const timeouts = options?.timeouts ?? defaultTimeouts
  const limited = <A, E>(statement: Effect.Effect<A, E>): Effect.Effect<A, E | SqlError> =>
    statement.pipe(
      // Effect logs what a fiber of its own failed with, and here the database says more than may be logged
      Effect.exit,
      // the driver asks the server to cancel, which may take as long
      Effect.disconnect,
      Effect.timeoutFail({ duration: timeouts.call, onTimeout: () => new SqlError({ cause: timedOut() }) }),
      Effect.flatten
    )
  const sql =
    "client" in database
      ? database.client.withoutTransforms()
      : yield* Effect.mapError(openClient(database, timeouts), storeFailed("open", "postgres"))
  yield* limited(sql`select 1`).pipe(
    Effect.mapError(storeFailed("open", "postgres")),
    // the driver throws at an address it cannot read
    Effect.catchAllDefect((defect) => Effect.fail(storeFailed("open", "postgres")(defect)))
  )
  if (options?.create === false) yield* Effect.provideService(requireTables, SqlClient, sql)
  yield* Effect.provideService(migrate, SqlClient, sql)

  const settings = settingsOf("client" in database ? database.client.config : database, timeouts)
  const listen = (channel: string): Stream.Stream<string> =>
    listenOnce(settings, channel, options?.heartbeat ?? "5 seconds").pipe(
      Stream.retry(reconnects),
      // the schedule has no end
      Stream.catchAll(() => Stream.never)
    )
  return { sql, limited, listen }
}, outsideTransactions) satisfies (
  database: PgClientConfig | { readonly client: PgClient }
) => Effect.Effect<Postgres, StoreFailed, Scope.Scope>

/**
 * Opens the table of jobs, see {@link connectPostgres}.
 *
 * @internal
 */
export const openPostgres = Effect.fnUntraced(function* (
  database: PgClientConfig | { readonly client: PgClient },
  options?: PostgresOptions
): Effect.fn.Return<PostgresStore, StoreFailed, Scope.Scope> {
  const postgres = yield* connectPostgres(database, options)
  const hints = yield* makeHints
  yield* Effect.forkScoped(Stream.runForEach(postgres.listen(hintChannel), hints.publish))
  return { ...postgres, store: makeSqlStore({ ...postgres, hints }) }
})
