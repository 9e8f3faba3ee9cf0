import * as Reactivity from "@effect/experimental/Reactivity"
import { SqlClient } from "@effect/sql/SqlClient"
import type { SqlError } from "@effect/sql/SqlError"
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import { access, constants, stat } from "node:fs/promises"
import { dirname } from "node:path"
import { pathToFileURL } from "node:url"
import { StoreFailed } from "../../DurableError.js"
import { makeHints } from "./hints.js"
import type { JobStore } from "./jobStore.js"
import { migrate, requireTables } from "./migrations.js"
import { outsideTransactions } from "./outsideTransactions.js"
import { makeSqlStore } from "./sqlStore.js"
import { codeOf, storeFailed } from "./storeError.js"

/**
 * Transactions on the one connection there is. The client's own opens another one after each: the file is locked for it,
 * it has other settings, and a database in memory is another one. Only the migrations use this, before all else.
 */
const onOneConnection = (sql: SqlClient): SqlClient => {
  const withTransaction = <A, E, R>(effect: Effect.Effect<A, E, R>): Effect.Effect<A, E | SqlError, R> =>
    Effect.uninterruptibleMask((restore) =>
      sql`begin immediate`.pipe(
        Effect.zipRight(restore(effect)),
        Effect.tap(sql`commit`),
        Effect.tapErrorCause(() => Effect.ignore(sql`rollback`))
      )
    )
  return new Proxy(sql, {
    get: (target, name): unknown => (name === "withTransaction" ? withTransaction : Reflect.get(target, name))
  })
}

const settings = ["pragma locking_mode = exclusive", "pragma journal_mode = wal", "pragma synchronous = full"]

/**
 * The driver closes the file when its statements are collected as garbage, which may be never: the lock is given back by
 * hand. SQLite does so at the next access, and only outside of WAL.
 */
const unlock = ["pragma journal_mode = delete", "pragma locking_mode = normal", "select 1 from sqlite_master"]

const isBusy = ({ code }: StoreFailed): boolean => code?.startsWith("SQLITE_BUSY") === true

const readWrite = constants.R_OK | constants.W_OK

/** What is wrong with the path, where something is: the driver has a number for all of it. */
const pathFailure = (filename: string, create: boolean): Effect.Effect<unknown> =>
  Effect.promise(async () => {
    try {
      await access(dirname(filename), constants.W_OK)
    } catch (error) {
      return error
    }
    try {
      if ((await stat(filename)).isDirectory()) return { code: "EISDIR" }
      await access(filename, readWrite)
    } catch (error) {
      // it would be made
      return create && codeOf(error) === "ENOENT" ? undefined : error
    }
  })

const isUnnamed = ({ code, step }: StoreFailed): boolean =>
  step === "open" && (code === undefined || code === "SQLITE_CANTOPEN")

interface OpenOptions {
  /** Whether the file and the tables are made where there are none. Default true. */
  readonly create?: boolean
}

/**
 * Opens the file, which is then this process's alone.
 *
 * - WAL and `synchronous = full`: a commit is on the disk before it is acknowledged. With less, a power cut takes the last
 *   commits with it, and with them the row that says that work was sent: it would be sent again.
 * - `locking_mode = exclusive`: a lock of the operating system on the file, from the first access to the end of the
 *   process, however it ends. Nothing has to be removed after a kill.
 *
 * @internal
 */
export const openSqlite = Effect.fnUntraced(
  function* (filename: string, { create = true }: OpenOptions = {}) {
    const missing = create ? undefined : yield* pathFailure(filename, create)
    if (codeOf(missing) !== undefined) return yield* storeFailed("open", "sqlite")(missing)
    const { make } = yield* Effect.tryPromise({
      try: () => import("@effect/sql-libsql/LibsqlClient"),
      catch: () => new StoreFailed({ step: "open", code: "DRIVER_MISSING", database: "sqlite" })
    })
    const url = filename === ":memory:" ? filename : pathToFileURL(filename).href
    const sql = yield* make({ url }).pipe(
      Effect.provide(Reactivity.layer),
      // the driver throws when it cannot open the file
      Effect.catchAllDefect((defect) => Effect.fail(storeFailed("open", "sqlite")(defect)))
    )
    if (!create) yield* Effect.provideService(requireTables, SqlClient, sql)
    const each = (texts: ReadonlyArray<string>) => Effect.forEach(texts, (text) => sql.unsafe(text), { discard: true })
    yield* Effect.mapError(
      Effect.acquireRelease(each(settings), () => Effect.ignore(each(unlock))),
      storeFailed("open", "sqlite")
    )
    yield* Effect.provideService(migrate, SqlClient, onOneConnection(sql))
    return makeSqlStore({ sql, hints: yield* makeHints, limited: (statement) => statement })
  },
  outsideTransactions,
  (opened, filename) =>
    Effect.catchAll(opened, (error) => {
      if (isBusy(error)) return new StoreFailed({ step: "open", code: "IN_USE", database: "sqlite" })
      if (!isUnnamed(error) || filename === ":memory:") return error
      return Effect.flatMap(pathFailure(filename, true), (found) =>
        codeOf(found) === undefined ? error : storeFailed("open", "sqlite")(found)
      )
    })
) satisfies (filename: string, options?: OpenOptions) => Effect.Effect<JobStore, StoreFailed, Scope.Scope>
