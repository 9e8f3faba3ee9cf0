/**
 * The emulator as a process of its own, behind a proxy that holds each submit before and after its work. So a kill meets work that
 * has arrived and is not executed, and work that is executed without a response. `server.js BEFORE AFTER JOB`, in milliseconds.
 */
import * as Emulator from "@effect-connectors/testing/Emulator"
import * as World from "@effect-connectors/testing/World"
import * as Effect from "effect/Effect"
import * as Predicate from "effect/Predicate"
import { createServer, request as send, type IncomingMessage, type ServerResponse } from "node:http"
import { setTimeout as pause } from "node:timers/promises"
import { closed, listening } from "../chaos/listening.js"
import { action, connection, resultOf, type ServerCommand, type ServerMessage } from "./messages.js"

const [before = 0, after = 0, takes = 0] = process.argv.slice(2).map(Number)

// who started this may be gone
const report = (message: ServerMessage): void => void process.send?.(message, undefined, undefined, () => {})

const keyOf = (body: unknown): string => {
  const input = Predicate.hasProperty(body, "input") ? body.input : body
  return Predicate.isRecord(input) && Predicate.isString(input["key"]) ? input["key"] : ""
}

const world = World.make({
  connections: [
    {
      slug: connection,
      actions: [
        {
          slug: action,
          alwaysJob: true,
          takesMillis: takes,
          handler: (input) => Effect.succeed(resultOf(keyOf(input)))
        }
      ]
    }
  ]
})

let requests = 0
let worstSecond = 0
const arrivals = { second: 0, count: 0 }
const count = (): void => {
  const second = Math.floor(performance.now() / 1000)
  if (second !== arrivals.second) Object.assign(arrivals, { second, count: 0 })
  arrivals.count++
  requests++
  worstSecond = Math.max(worstSecond, arrivals.count)
}

let held = Promise.resolve()
let release = (): void => {}
const hold = (): void => {
  held = new Promise((resolve) => {
    release = resolve
  })
}

const forwarded = (port: number) => async (request: IncomingMessage, response: ServerResponse) => {
  count()
  const isSubmit = request.method === "POST"
  const by = request.headers["user-agent"] ?? ""
  const chunks: Array<Buffer> = []
  for await (const chunk of request) if (Buffer.isBuffer(chunk)) chunks.push(chunk)
  if (isSubmit) {
    report({ _tag: "Submit", by, window: "before" })
    await Promise.all([held, pause(before)])
    // as a server that has not read the request of a client that is gone
    if (response.destroyed) return
  }
  const inner = send({ host: "127.0.0.1", port, method: request.method, path: request.url, headers: request.headers })
  const responded = new Promise<IncomingMessage>((resolve, reject) =>
    inner.once("response", resolve).once("error", reject)
  )
  inner.end(Buffer.concat(chunks))
  const reply = await responded
  if (isSubmit) {
    report({ _tag: "Submit", by, window: "after" })
    await pause(after)
  }
  response.writeHead(reply.statusCode ?? 502, reply.headers)
  reply.pipe(response)
}

const program = Effect.gen(function* () {
  const emulator = yield* Emulator.make({ world, executors: "memory", logLimit: 1_000_000 })
  const forward = forwarded(emulator.port)
  const proxy = createServer((request, response) => void forward(request, response).catch(() => response.destroy()))
  const port = yield* listening(proxy)

  const state = (id: number) =>
    Effect.map(emulator.executionLog, (executions) => {
      const times = new Map<string, number>()
      for (const { body } of executions) times.set(keyOf(body), (times.get(keyOf(body)) ?? 0) + 1)
      const executed = Array.from(times, ([key, count]) => ({ key, times: count }))
      report({ _tag: "State", id, executed, worstSecond, requests })
    })
  process.on("message", (command: ServerCommand) => {
    if (command._tag === "State") Effect.runSync(state(command.id))
    else if (command._tag === "Hold") hold()
    else release()
  })
  report({ _tag: "Listening", url: `http://127.0.0.1:${port}` })
  yield* Effect.async<void>((resume) => void process.once("disconnect", () => resume(Effect.void)))
  proxy.closeAllConnections()
  yield* closed(proxy)
})

await Effect.runPromise(Effect.scoped(program))
