// The platform of one journey, in its own process: the emulator with the world of this folder, and a small control server
// for the log and the state of the platform. Prints {"url", "control"} once both listen, and ends when its standard input
// ends.
import * as Emulator from "@effect-connectors/testing/Emulator"
import * as World from "@effect-connectors/testing/World"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import { readFile } from "node:fs/promises"
import { createServer } from "node:http"

const printable = (value) => (Redacted.isRedacted(value) ? "<secret>" : value)

const requestOf = ({ headers, ...request }) => ({
  ...request,
  headers: Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, printable(value)]))
})

const controlsOf = ({ requests, executionLog, users, revokeToken }) => ({
  "GET /requests": () => Effect.map(requests, (all) => all.map(requestOf)),
  "GET /executions": () => executionLog,
  "GET /users": () => users,
  "POST /revoke": ({ token }) => Effect.as(revokeToken(token), {})
})

const bodyOf = async (request) => {
  const chunks = []
  for await (const chunk of request) chunks.push(chunk)
  return chunks.length === 0 ? {} : JSON.parse(Buffer.concat(chunks).toString("utf8"))
}

const control = (state) =>
  Effect.async((resume) => {
    const controls = controlsOf(state)
    const server = createServer((request, response) => {
      const run = controls[`${request.method} ${request.url}`]
      const settled =
        run === undefined
          ? Promise.reject(new Error(`there is no ${request.method} ${request.url}`))
          : bodyOf(request).then((body) => Effect.runPromise(run(body)))
      settled.then(
        (value) => response.end(JSON.stringify(value)),
        (error) => response.writeHead(500).end(JSON.stringify(String(error)))
      )
    })
    server.listen(0, "127.0.0.1", () => resume(Effect.succeed(`http://127.0.0.1:${server.address().port}`)))
  })

const program = Effect.gen(function* () {
  const file = new URL("world.json", import.meta.url)
  const world = yield* World.fromJsonText(yield* Effect.promise(() => readFile(file, "utf8")))
  const emulator = yield* Emulator.make({ world, executors: "memory" })
  console.log(JSON.stringify({ url: emulator.url, control: yield* control(emulator.bosa) }))
  yield* Effect.async((resume) => {
    process.stdin.once("end", () => resume(Effect.void)).resume()
  })
})

try {
  await Effect.runPromise(Effect.scoped(program))
  process.exit(0)
} catch (error) {
  console.error(error instanceof Error ? error.message : error)
  process.exit(1)
}
