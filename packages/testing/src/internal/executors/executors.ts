import * as NodeHttpClient from "@effect/platform-node/NodeHttpClient"
import * as HttpClient from "@effect/platform/HttpClient"
import * as Context from "effect/Context"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Scope from "effect/Scope"
import * as SynchronizedRef from "effect/SynchronizedRef"
import { mkdir, mkdtemp, rm } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import type { Executor, ExecutorConnection, ExecutorFailure } from "../../Executor.js"
import type { World, WorldConnection } from "../../World.js"
import { onDisk } from "./containedPath.js"
import * as fileExecutor from "./fileExecutor.js"
import * as httpExecutor from "./httpExecutor.js"
import { pglite } from "./pgliteDatabase.js"
import { postgres } from "./postgresDatabase.js"
import { takesKnown } from "../parameters/check.js"
import type { Database } from "./sqlDatabase.js"
import * as sqlExecutor from "./sqlExecutor.js"
import { withHints } from "./sqlHints.js"
import * as sqlSeed from "./sqlSeed.js"

export interface ExecutorsOptions {
  /** A PostgreSQL server that all sql connections share; each has its own PGlite unless given. */
  readonly databaseUrl?: string | undefined
  /** Where PGlite keeps the databases, one folder each; in memory unless given. */
  readonly dataDir?: string | undefined
  /** How long one SQL call may take; 10 seconds unless given. */
  readonly statementLimit?: Duration.DurationInput | undefined
}

/** A folder that is removed with the scope. */
const temporaryFolder = Effect.acquireRelease(
  onDisk("", () => mkdtemp(join(tmpdir(), "connectors-emulator-"))),
  (path) => Effect.ignore(onDisk(path, () => rm(path, { recursive: true, force: true })))
)

/** A slug may hold anything: as part of a path it must be one plain name. */
const folderName = (slug: string): string => `c-${encodeURIComponent(slug)}`

/** Opens a resource on first use and closes it with the scope. Other users wait while it opens; after a failure the next use tries again. */
const openOnce = Effect.fnUntraced(function* <A, E>(open: Effect.Effect<A, E, Scope.Scope>) {
  const scope = yield* Effect.scope
  const ref = yield* SynchronizedRef.make(Option.none<A>())
  const first = SynchronizedRef.modifyEffect(ref, (current) =>
    Option.isSome(current)
      ? Effect.succeed([current.value, current] as const)
      : Effect.map(Effect.uninterruptible(Scope.extend(open, scope)), (value) => [value, Option.some(value)] as const)
  )
  return Effect.flatMap(SynchronizedRef.get(ref), Option.match({ onNone: () => first, onSome: Effect.succeed }))
})

const makeSql = (connection: WorldConnection, options: ExecutorsOptions) => {
  const statementLimit = Duration.decode(options.statementLimit ?? "10 seconds")
  const prepare = (database: Database) => sqlSeed.seed(database, connection.tables ?? {})
  const dataDir = options.dataDir === undefined ? undefined : join(options.dataDir, folderName(connection.slug))
  return Effect.map(
    openOnce(
      options.databaseUrl === undefined
        ? pglite({ dataDir, statementLimit, prepare })
        : Effect.tap(postgres(options.databaseUrl, statementLimit), prepare)
    ),
    (open) => withHints(connection.tables ?? {})(sqlExecutor.make(open))
  )
}

const makeFile = Effect.fnUntraced(function* (connection: WorldConnection, root: string) {
  const folder = join(root, folderName(connection.slug))
  yield* onDisk(folder, () => mkdir(folder, { recursive: true }))
  return yield* fileExecutor.make(folder, connection.files ?? {})
})

/**
 * Real executors for the connections of a world: SQL on PGlite, files in a temporary folder, HTTP to servers on this
 * machine. An http connection without a URL keeps its canned answers.
 */
export const make = Effect.fnUntraced(function* (world: World, options: ExecutorsOptions = {}) {
  const clients = yield* Layer.build(NodeHttpClient.layer)
  const client = Context.get(clients, HttpClient.HttpClient)
  const root = yield* temporaryFolder
  const executorOf = (
    connection: WorldConnection
  ): Effect.Effect<Executor | undefined, ExecutorFailure, Scope.Scope> => {
    switch (connection.kind) {
      case "sql":
        return makeSql(connection, options)
      case "file":
        return makeFile(connection, root)
      case "http":
        return Effect.succeed(
          connection.baseUrl === undefined ? undefined : httpExecutor.make(client, connection.baseUrl)
        )
      default:
        return Effect.succeed(undefined)
    }
  }
  const entries = yield* Effect.forEach(world.connections, (connection) =>
    Effect.map(
      executorOf(connection),
      (executor) => [connection.slug, executor === undefined ? undefined : takesKnown(executor)] as const
    )
  )
  const executors = new Map(entries)
  return (connection: ExecutorConnection): Executor | undefined => executors.get(connection.slug)
})
