/**
 * The thread of a PGlite: a statement that never ends blocks only this thread, which `pgliteThread.ts` can stop.
 */
import * as Predicate from "effect/Predicate"
import { parentPort, workerData } from "node:worker_threads"
import type { Answer, Request, Start } from "./pgliteThread.js"
import { emptyResult, fromClient, messageOf, type Result } from "./sqlDatabase.js"
import { parsers, toParameter } from "./sqlValues.js"

const port = parentPort
if (port === null) throw new Error("this is not a thread")

const send = (answer: Answer): void => port.postMessage(answer)

const failed = (id: number, error: unknown): Answer => {
  const code = Predicate.hasProperty(error, "code") && typeof error.code === "string" ? error.code : undefined
  return { id, error: { code, message: messageOf(error) } }
}

const isStart = (u: unknown): u is Start => Predicate.hasProperty(u, "dataDir")

const start = async (dataDir: string | undefined) => {
  const { PGlite } = await import("@electric-sql/pglite")
  return PGlite.create({ ...(dataDir === undefined ? {} : { dataDir }), parsers: { ...parsers } })
}

type Database = Awaited<ReturnType<typeof start>>

const lastOf = (results: ReadonlyArray<Parameters<typeof fromClient>[0]>): Result => {
  const last = results.at(-1)
  return last === undefined ? emptyResult : fromClient(last)
}

const run = async (database: Database, { params, sql }: Request): Promise<Result> =>
  params === undefined
    ? lastOf(await database.exec(sql, { rowMode: "array" }))
    : fromClient(await database.query(sql, params.map(toParameter), { rowMode: "array" }))

try {
  const database = await start(isStart(workerData) ? workerData.dataDir : undefined)
  port.on("message", (request: Request | "close") => {
    if (request === "close") {
      void database.close().finally(() => port.close())
      return
    }
    run(database, request).then(
      (result) => send({ id: request.id, result }),
      (error: unknown) => send(failed(request.id, error))
    )
  })
  send({ id: 0, result: emptyResult })
} catch (error) {
  send(failed(0, error))
  port.close()
}
