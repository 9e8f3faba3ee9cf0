import type { ConnectionsApi } from "@effect-connectors/core/ConnectionsApi"
import type { InvalidRequest } from "@effect-connectors/core/InvalidRequest"
import * as OptionNames from "@effect-connectors/core/OptionNames"
import { SqlClient } from "@effect/sql/SqlClient"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import type { StoreFailed } from "../../DurableError.js"
import type { ClientOptions, DurableJobs, PgOptions, RunnerOptions, SqliteOptions } from "../../DurableJobs.js"
import { checkDatabase } from "../store/checkDatabase.js"
import { openPostgres } from "../store/postgres.js"
import { openSqlite } from "../store/sqlite.js"
import { checkFilename, checkOptions, defaultDrain } from "./options.js"
import { runAll } from "./runAll.js"
import * as service from "./service.js"

type Made<R> = Effect.Effect<DurableJobs.Service, InvalidRequest | StoreFailed, R | Scope.Scope>

/** @internal */
export const onSqlite = ({ filename, ...options }: SqliteOptions): Made<ConnectionsApi> =>
  Effect.gen(function* () {
    yield* checkFilename("DurableJobs.layerSqlite", filename)
    const store = yield* openSqlite(filename)
    return yield* service.make("DurableJobs.layerSqlite", store, runAll, options)
  })

// for writing what the drained requests came to
const writing = Duration.seconds(2)

/** @internal */
export const onPostgres = ({ database, ...options }: PgOptions): Made<ConnectionsApi> =>
  Effect.flatMap(
    Effect.zipRight(checkDatabase("DurableJobs.layerPg", database), openPostgres(database)),
    ({ sql, store }) =>
      service.make(
        "DurableJobs.layerPg",
        store,
        ({ runBucket }) =>
          // a third of all modules: whoever has one process, or only watches, does not wait for them
          Effect.promise(() => import("../placement/cluster.js")).pipe(
            Effect.flatMap(({ placeInCluster }) =>
              placeInCluster(runBucket, Duration.sum(options.drain ?? defaultDrain, writing))
            ),
            Effect.provideService(SqlClient, sql)
          ),
        options
      )
  )

const clientNames = OptionNames.make<Pick<RunnerOptions, "pollInterval">>({ pollInterval: true })

/** @internal */
export const asClient = ({ create = true, ...given }: ClientOptions): Made<never> =>
  Effect.gen(function* () {
    if ("filename" in given) {
      const { filename, ...options } = given
      const { pollMillis } = yield* checkOptions("DurableJobs.layerClient", options, clientNames)
      yield* checkFilename("DurableJobs.layerClient", filename)
      return yield* service.makeClient(yield* openSqlite(filename, { create }), pollMillis)
    }
    const { database, ...options } = given
    const { pollMillis } = yield* checkOptions("DurableJobs.layerClient", options, clientNames)
    yield* checkDatabase("DurableJobs.layerClient", database)
    const { store } = yield* openPostgres(database, { create })
    return yield* service.makeClient(store, pollMillis)
  })
