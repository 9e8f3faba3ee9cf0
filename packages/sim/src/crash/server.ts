/**
 * The emulator as a process of its own, behind a proxy that delays each submit and its response. So a kill meets work that is
 * sent and not executed, and work that is executed without a response.
 */
import * as Emulator from "@effect-connectors/testing/Emulator"
import type { Execution } from "@effect-connectors/testing/ConnectionsModel"
import * as World from "@effect-connectors/testing/World"
import * as Effect from "effect/Effect"
import * as Predicate from "effect/Predicate"
import { createServer, request as send, type IncomingMessage, type ServerResponse } from "node:http"
import { setTimeout as pause } from "node:timers/promises"
import { action, connection, type Executed, resultOf, type ServerMessage } from "./messages.js"

const beforeMillis = 15
const afterMillis = 120
// the first poll is 500 ms after the submit: this leaves time for some more
const jobMillis = 570

const report = (message: ServerMessage): void => void process.send?.(message)

const textOf = (body: unknown, name: string): string => {
  const input = Predicate.hasProperty(body, "input") ? body.input : body
  return Predicate.isRecord(input) && Predicate.isString(input[name]) ? input[name] : ""
}

const world = World.make({
  connections: [
    {
      slug: connection,
      actions: [
        {
          slug: action,
          alwaysJob: true,
          takesMillis: jobMillis,
          handler: (input) => Effect.succeed(resultOf(textOf(input, "key")))
        }
      ]
    }
  ]
})

const forwarded = (port: number) => async (request: IncomingMessage, response: ServerResponse) => {
  const isSubmit = request.method === "POST"
  const chunks: Array<Buffer> = []
  for await (const chunk of request) if (Buffer.isBuffer(chunk)) chunks.push(chunk)
  if (isSubmit) await pause(beforeMillis)
  const inner = send({ host: "127.0.0.1", port, method: request.method, path: request.url, headers: request.headers })
  const responded = new Promise<IncomingMessage>((resolve, reject) =>
    inner.once("response", resolve).once("error", reject)
  )
  inner.end(Buffer.concat(chunks))
  const reply = await responded
  if (isSubmit) await pause(afterMillis)
  response.writeHead(reply.statusCode ?? 502, reply.headers)
  reply.pipe(response)
}

const program = Effect.gen(function* () {
  const emulator = yield* Emulator.make({ world, executors: "memory" })
  const forward = forwarded(emulator.port)
  // the connection of a killed client ends, and its response has no reader
  const proxy = createServer((request, response) => void forward(request, response).catch(() => response.destroy()))
  yield* Effect.async<void>((resume) => void proxy.listen(0, "127.0.0.1", () => resume(Effect.void)))
  const address = proxy.address()
  const port = Predicate.isObject(address) && "port" in address ? address.port : 0

  const executedOf =
    (polls: ReadonlyMap<unknown, number>) =>
    (execution: Execution): Executed => ({
      key: textOf(execution.body, "key"),
      by: textOf(execution.body, "by"),
      job: execution.jobId === undefined ? undefined : String(execution.jobId),
      polls: polls.get(execution.jobId) ?? 0
    })

  process.on("message", (id: unknown) => {
    const state = Effect.map(Effect.zip(emulator.executionLog, emulator.jobs), ([executions, jobs]) =>
      executions.map(executedOf(new Map(jobs.map((job) => [job.id, job.polls]))))
    )
    Effect.runSync(Effect.map(state, (executed) => report({ _tag: "State", id: Number(id), executed })))
  })
  report({ _tag: "Listening", url: `http://127.0.0.1:${port}` })
  yield* Effect.async<void>((resume) => void process.once("disconnect", () => resume(Effect.void)))
  proxy.close()
  proxy.closeAllConnections()
})

await Effect.runPromise(Effect.scoped(program))
