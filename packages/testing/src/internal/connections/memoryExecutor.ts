import * as Effect from "effect/Effect"
import { type Executor, ExecutorFailure, type Operation, type Work } from "../../Executor.js"
import type { WorldConnection } from "../../World.js"
import { textOf } from "../fakeServer/json.js"
import { type FileOperation, MemoryFiles } from "./memoryFiles.js"
import { MemoryTables, type SqlOperation } from "./memoryTables.js"
import { takesKnown } from "../parameters/check.js"
import { refused, type Result } from "./refusal.js"

const isFile = (operation: Operation): operation is FileOperation => operation.startsWith("file.")
const isSql = (operation: Operation): operation is SqlOperation => operation.startsWith("sql.")

const http = (definition: WorldConnection, { operation, body }: Work): Result => {
  const method = operation.slice("http.".length)
  const path = textOf(body, "path") ?? ""
  const answer = definition.answers?.find((answer) => answer.method === method && answer.path === path)
  if (answer === undefined) {
    return refused("NOT_SCRIPTED", `the world has no answer to ${method} ${path}; add one to the connection's answers`)
  }
  return { status: answer.status ?? 200, headers: { ...answer.headers }, body: answer.body ?? null }
}

/** The executor of a connection that has no other: it works in memory and sends nothing. @internal */
export const memoryExecutor = (definition: WorldConnection): Executor => {
  const files = new MemoryFiles(definition.files ?? {})
  const tables = new MemoryTables(definition.tables ?? {})
  const run = (work: Work): Result => {
    const { body, operation } = work
    if (isFile(operation)) return files.run(operation, body)
    if (isSql(operation)) return tables.run(operation, body)
    return http(definition, work)
  }
  return takesKnown((work) =>
    Effect.suspend(() => {
      const result = run(work)
      return result instanceof ExecutorFailure ? Effect.fail(result) : Effect.succeed(result)
    })
  )
}
