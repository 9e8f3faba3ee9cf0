/**
 * Runs the program in this process.
 */
import * as Effect from "effect/Effect"
import { main } from "../internal/main.js"
import { Shell } from "../internal/shell.js"

const { argv, env, stderr, stdin, stdout } = process

// the write itself reports a reader that is gone
for (const stream of [stdout, stderr]) stream.on("error", () => {})

const interrupt = Effect.async<void>((resume) => {
  process.once("SIGINT", () => {
    // a second one does not wait
    process.once("SIGINT", () => process.exit(130))
    resume(Effect.void)
  })
  process.once("SIGTERM", () => resume(Effect.void))
})

const code = await Effect.runPromise(
  Effect.provideService(main(argv.slice(2), interrupt), Shell, { env, stdin, stdout, stderr })
)
process.exit(code)
