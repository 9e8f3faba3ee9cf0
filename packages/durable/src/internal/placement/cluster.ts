import * as EntityId from "@effect/cluster/EntityId"
import * as MessageStorage from "@effect/cluster/MessageStorage"
import * as RunnerAddress from "@effect/cluster/RunnerAddress"
import * as RunnerHealth from "@effect/cluster/RunnerHealth"
import * as Runners from "@effect/cluster/Runners"
import * as RunnerStorage from "@effect/cluster/RunnerStorage"
import * as ShardId from "@effect/cluster/ShardId"
import * as Sharding from "@effect/cluster/Sharding"
import * as ShardingConfig from "@effect/cluster/ShardingConfig"
import * as SqlRunnerStorage from "@effect/cluster/SqlRunnerStorage"
import * as SqlClient from "@effect/sql/SqlClient"
import { SqlError } from "@effect/sql/SqlError"
import * as Cause from "effect/Cause"
import * as Context from "effect/Context"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Equal from "effect/Equal"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import type * as Scope from "effect/Scope"
import { randomBytes } from "node:crypto"
import { hostname } from "node:os"
import type { StoreFailed } from "../../DurableError.js"
import { bucketCount } from "../store/jobStore.js"
import { storeFailed } from "../store/storeError.js"
import * as RunningBuckets from "./runningBuckets.js"

const prefix = "effect_connectors"

/**
 * Each value is safe only together with the others: a runner that cannot refresh its locks stops its buckets after at
 * most two refresh intervals (6 s), well before another one may take them (15 s).
 */
const settings = {
  // One shard for each bucket, so that a bucket moves alone.
  shardsPerGroup: bucketCount,
  // An advisory lock lives as long as its connection: a machine that is frozen, or lost without a FIN, keeps its
  // connection, and its buckets were never taken over in 45 s. A lock in a row expires.
  shardLockDisableAdvisory: true,
  // How long a lost machine keeps its buckets. Shorter: a pause of the process or of the database moves buckets that
  // are well. Longer: work waits.
  shardLockExpiration: Duration.seconds(15),
  // Five refreshes for each expiration: some may fail. Each is two statements.
  shardLockRefreshInterval: Duration.seconds(3),
  // How often a runner looks who is there: what a lost machine had is divided again this much after its locks expired.
  refreshAssignmentsInterval: Duration.seconds(1),
  // How often a runner tries to take the buckets that it should have. There are no messages to poll for.
  entityMessagePollInterval: Duration.seconds(1),
  // Only how often the check of the runners, which says that all are well, runs.
  runnerHealthCheckInterval: Duration.seconds(3)
}

/**
 * Names this process, never another one, so that no two processes share a lock: not those with the same address on
 * different machines, and not a process and its successor. The cluster calls it a host. Nobody connects to it.
 */
const ownAddress = (): RunnerAddress.RunnerAddress =>
  // it becomes part of SQL text
  RunnerAddress.make(`${hostname().replaceAll(/[^\w.-]/g, "_")}/${process.pid}/${randomBytes(6).toString("hex")}`, 0)

/**
 * The tables of the cluster, made before it looks for them. Its own have times without a zone, in the zone of the session:
 * when the clocks there go forward, every lock expires at once.
 */
const makeTables = Effect.gen(function* () {
  const sql = (yield* SqlClient.SqlClient).withoutTransforms()
  yield* sql.withTransaction(
    Effect.gen(function* () {
      // "if not exists" fails when two do it at once
      yield* sql`SELECT pg_advisory_xact_lock(hashtext(${prefix}))`
      yield* sql`CREATE TABLE IF NOT EXISTS ${sql(`${prefix}_runners`)} (
        machine_id SERIAL PRIMARY KEY,
        address VARCHAR(255) NOT NULL UNIQUE,
        runner TEXT NOT NULL,
        healthy BOOLEAN NOT NULL DEFAULT TRUE,
        last_heartbeat TIMESTAMPTZ NOT NULL DEFAULT NOW()
      )`
      yield* sql`CREATE TABLE IF NOT EXISTS ${sql(`${prefix}_locks`)} (
        shard_id VARCHAR(50) PRIMARY KEY,
        address VARCHAR(255) NOT NULL,
        acquired_at TIMESTAMPTZ NOT NULL
      )`
    })
  )
}).pipe(Effect.mapError(storeFailed("migrate", "postgres")))

const shardOf = (bucket: number): ShardId.ShardId => ShardId.make("default", bucket + 1)

const bucketOf = (shard: ShardId.ShardId): number => shard.id - 1

/** Locks are given back once their buckets have ended: who owns a bucket next finds no request of ours under way. */
const storage = <R>(
  buckets: RunningBuckets.RunningBuckets<R>
): Layer.Layer<RunnerStorage.RunnerStorage, SqlError, SqlClient.SqlClient | ShardingConfig.ShardingConfig> =>
  Layer.effect(
    RunnerStorage.RunnerStorage,
    Effect.gen(function* () {
      const locks = yield* RunnerStorage.RunnerStorage
      // they share one connection, and `pg` warns when a statement comes before the last one has ended
      const oneAtATime = (yield* Effect.makeSemaphore(1)).withPermits(1)
      return {
        ...locks,
        acquire: (address, shards) => oneAtATime(locks.acquire(address, shards)),
        refresh: (address, shards) => oneAtATime(locks.refresh(address, shards)),
        release: (address, shard) =>
          Effect.zipRight(buckets.stopped(bucketOf(shard)), oneAtATime(locks.release(address, shard))),
        releaseAll: (address) => Effect.zipRight(buckets.allStopped, oneAtATime(locks.releaseAll(address)))
      }
    })
  ).pipe(Layer.provide(SqlRunnerStorage.layerWith({ prefix })))

/** A name whose shard is that of the bucket. The cluster finds the shard of a name by its hash. */
const nameOf = (sharding: Sharding.Sharding["Type"], bucket: number): string => {
  for (let attempt = 0; ; attempt++) {
    const name = `bucket/${bucket}/${attempt}`
    if (Equal.equals(sharding.getShardId(EntityId.make(name), "default"), shardOf(bucket))) return name
  }
}

/**
 * Runs each bucket on one of the processes that do this over the same database, until the scope closes. A process that
 * comes gets its part; those of one that goes are taken over: within 2 s when its scope closes, 12 to 18 s after it
 * was killed, frozen or cut off. A bucket that is interrupted has the patience to end: so long its lock is kept.
 *
 * The processes meet in the database alone. They send each other no messages, so they need no ports and no names that
 * the others can resolve.
 *
 * @internal
 */
export const placeInCluster = Effect.fnUntraced(function* <R>(
  run: (bucket: number) => Effect.Effect<never, never, R>,
  patience: Duration.Duration
): Effect.fn.Return<void, StoreFailed, R | SqlClient.SqlClient | Scope.Scope> {
  const buckets = RunningBuckets.make(run, patience)
  yield* makeTables
  const services = yield* Layer.build(
    Sharding.layer.pipe(
      Layer.provide([storage(buckets), Runners.layerNoop, RunnerHealth.layerNoop]),
      Layer.provide(MessageStorage.layerNoop),
      Layer.provide(ShardingConfig.layer({ ...settings, runnerAddress: Option.some(ownAddress()) }))
    )
  ).pipe(
    Effect.catchAllCause((cause) => {
      // the cluster reserves its connection or dies
      const error = Option.orElse(Cause.failureOption(cause), () => Cause.dieOption(cause))
      return Option.isSome(error) && error.value instanceof SqlError
        ? Effect.fail(storeFailed("open", "postgres")(error.value))
        : Effect.failCause(Cause.flatMap(cause, Cause.die))
    })
  )
  const sharding = Context.get(services, Sharding.Sharding)
  const runHere = (bucket: number) => {
    // a bucket that was stopped to give its lock back is started again if the lock comes back soon
    const locked = Effect.repeat(Effect.sleep("100 millis"), { until: () => sharding.hasShardId(shardOf(bucket)) })
    return Effect.forever(Effect.zipRight(buckets.run(bucket), locked))
  }
  for (let bucket = 0; bucket < bucketCount; bucket++) {
    yield* sharding.registerSingleton(nameOf(sharding, bucket), runHere(bucket))
  }
})
