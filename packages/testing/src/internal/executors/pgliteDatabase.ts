import type * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import type * as Scope from "effect/Scope"
import type { ExecutorFailure } from "../../Executor.js"
import { type PgliteThread, startThread } from "./pgliteThread.js"
import {
  brokenFailure,
  type Database,
  failureOf,
  limitFailure,
  messageOf,
  type Session,
  type Work,
  workOutcome
} from "./sqlDatabase.js"

export interface PgliteOptions {
  /** Where the database is kept; in memory unless given. */
  readonly dataDir: string | undefined
  /** How long one call may take. */
  readonly statementLimit: Duration.Duration
  /** Runs when the database has started, and when it was started again. */
  readonly prepare: (database: Database) => Effect.Effect<void, ExecutorFailure>
}

/** What becomes of the data when the database is stopped and started again. */
const lossOf = (dataDir: string | undefined): string =>
  dataDir === undefined
    ? "The database was started again with the tables of the world: what was written since is lost"
    : "The database was started again: what was committed is kept"

/** After a broken statement PGlite answers everything, but without rows. */
const isWhole = async (session: Session): Promise<boolean> =>
  (await session.script("ROLLBACK; SELECT 1")).rows[0]?.[0] === 1

/** A PostgreSQL in a thread of this process. The first call starts it; one that was stopped is started again. */
export const pglite = ({
  dataDir,
  prepare,
  statementLimit
}: PgliteOptions): Effect.Effect<Database, never, Scope.Scope> =>
  Effect.gen(function* () {
    // callers use the one session in turn, so that none sees the transaction of another
    const turns = yield* Effect.makeSemaphore(1)
    let current: PgliteThread | undefined

    const useThread = <A>(thread: PgliteThread, work: Work<A>): Effect.Effect<A, ExecutorFailure> =>
      Effect.promise(() => workOutcome(thread.session, work, isWhole)).pipe(
        Effect.timeoutOption(statementLimit),
        Effect.flatMap(
          Option.match({
            onNone: () => Effect.zipRight(thread.stop, limitFailure(statementLimit, lossOf(dataDir))),
            onSome: (outcome) => {
              switch (outcome._tag) {
                case "Done":
                  return Effect.succeed(outcome.value)
                case "Failed":
                  return failureOf(outcome.error)
                case "Broken":
                  return Effect.zipRight(thread.stop, brokenFailure(messageOf(outcome.error), lossOf(dataDir)))
              }
            }
          })
        ),
        Effect.onInterrupt(() => thread.stop)
      )

    const start = Effect.tap(startThread(dataDir), (thread) =>
      prepare({ use: (work) => useThread(thread, work) }).pipe(
        Effect.onError(() => thread.stop),
        Effect.tap(() =>
          Effect.sync(() => {
            current = thread
          })
        )
      )
    )
    const running = Effect.suspend(() =>
      current === undefined || current.hasEnded() ? start : Effect.succeed(current)
    )

    // a database in a folder is closed in order, one in memory is forgotten
    yield* Effect.addFinalizer(() =>
      Effect.suspend(() => (dataDir === undefined ? current?.stop : current?.close) ?? Effect.void)
    )
    return {
      use: (work) => turns.withPermits(1)(Effect.flatMap(running, (thread) => useThread(thread, work)))
    }
  })
