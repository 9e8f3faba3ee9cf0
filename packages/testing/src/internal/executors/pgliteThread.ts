import * as Data from "effect/Data"
import * as Effect from "effect/Effect"
import { Worker } from "node:worker_threads"
import type { ExecutorFailure, Json } from "../../Executor.js"
import { messageOf, type Result, type Session, unavailable } from "./sqlDatabase.js"

/** What the thread starts with. */
export interface Start {
  readonly dataDir: string | undefined
}

/** One statement with its values, or without them any number of statements. */
export interface Request {
  readonly id: number
  readonly sql: string
  readonly params: ReadonlyArray<Json> | undefined
}

/** The answer to the request with this id; 0 is the start. */
export type Answer =
  | { readonly id: number; readonly result: Result }
  | { readonly id: number; readonly error: { readonly code: string | undefined; readonly message: string } }

/** A PGlite in a thread of its own. */
export interface PgliteThread {
  readonly session: Session
  /** Whether the thread has ended. */
  readonly hasEnded: () => boolean
  /** Stops the thread at once, whatever it does. */
  readonly stop: Effect.Effect<void>
  /** Ends the database in order. */
  readonly close: Effect.Effect<void>
}

/** An error of the database with its SQLSTATE. */
class DatabaseError extends Data.TaggedError("DatabaseError")<{
  readonly message: string
  readonly code: string | undefined
}> {}

/** The thread ended while it worked. */
class ThreadEnded extends Data.TaggedError("ThreadEnded")<{ readonly message: string }> {}

// the tests run the sources, but a thread needs the program as it is built
const program = new URL(
  import.meta.url.endsWith(".ts") ? "../../../dist/internal/executors/pgliteWorker.js" : "./pgliteWorker.js",
  import.meta.url
)

interface Waiting {
  readonly resolve: (result: Result) => void
  readonly reject: (error: Error) => void
}

const startFailure = (error: unknown): ExecutorFailure =>
  error instanceof DatabaseError && error.code === "ERR_MODULE_NOT_FOUND"
    ? unavailable(
        "sql connections need the package @electric-sql/pglite: install it with npm install --save-exact --save-dev " +
          "@electric-sql/pglite@0.5.16, or set DATABASE_URL"
      )
    : unavailable(`PGlite did not start: ${messageOf(error)}`)

/** Starts a PGlite, in memory or in a folder. */
export const startThread = (dataDir: string | undefined): Effect.Effect<PgliteThread, ExecutorFailure> =>
  Effect.suspend(() => {
    const waiting = new Map<number, Waiting>()
    let sent = 0
    let ended = false
    const start: Start = { dataDir }
    const worker = new Worker(program, { workerData: start })
    const endAll = (error: Error) => {
      ended = true
      for (const { reject } of waiting.values()) reject(error)
      waiting.clear()
    }
    const exited = new Promise<void>((resolve) => {
      worker.once("exit", () => {
        endAll(new ThreadEnded({ message: "the thread of the database ended" }))
        resolve()
      })
    })
    worker.once("error", (error) =>
      endAll(new ThreadEnded({ message: `the thread of the database ended: ${messageOf(error)}` }))
    )
    worker.on("message", (answer: Answer) => {
      const one = waiting.get(answer.id)
      waiting.delete(answer.id)
      if ("result" in answer) one?.resolve(answer.result)
      else one?.reject(new DatabaseError(answer.error))
    })
    const answerTo = (id: number): Promise<Result> =>
      new Promise((resolve, reject) => {
        if (ended) reject(new ThreadEnded({ message: "the thread of the database ended" }))
        else waiting.set(id, { resolve, reject })
      })
    const request = (sql: string, params: ReadonlyArray<Json> | undefined): Promise<Result> => {
      const message: Request = { id: ++sent, sql, params }
      const answer = answerTo(message.id)
      if (!ended) worker.postMessage(message)
      return answer
    }
    const thread: PgliteThread = {
      session: { run: ({ params, sql }) => request(sql, params), script: (sql) => request(sql, undefined) },
      hasEnded: () => ended,
      stop: Effect.promise(() => worker.terminate().then(() => exited)),
      close: Effect.promise(() => {
        if (!ended) worker.postMessage("close")
        return exited
      })
    }
    return Effect.tryPromise({ try: () => answerTo(0), catch: startFailure }).pipe(
      Effect.as(thread),
      Effect.onError(() => thread.stop)
    )
  })
