/**
 * The emulator in a separate process that ends with the scope.
 */
import * as Command from "@effect/platform/Command"
import * as Data from "effect/Data"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Stream from "effect/Stream"
import { fileURLToPath } from "node:url"

/** The emulator ended by itself; stderr says why. */
class EmulatorEnded extends Data.TaggedError("EmulatorEnded")<{ readonly message: string }> {}

const program = new URL("dist/bin/emulator.js", import.meta.resolve("@effect-connectors/testing/package.json"))

const listening = /^listening on (http:\/\/\S+)$/

/** Starts the emulator on a free loopback port and returns its URL. `world` is the path of a world file. */
export const start = Effect.fnUntraced(function* (world: string) {
  const child = yield* Command.make(process.execPath, fileURLToPath(program), "--port", "0", "--world", world).pipe(
    // the demo has its own database: it must never write to one that is configured here
    Command.env({ DATABASE_URL: "" }),
    Command.stderr("inherit"),
    Command.start
  )
  const url = yield* child.stdout.pipe(
    Stream.decodeText(),
    Stream.splitLines,
    Stream.filterMap((line) => Option.fromNullable(listening.exec(line)?.[1])),
    Stream.runHead
  )
  return yield* Option.match(url, {
    onNone: () => Effect.fail(new EmulatorEnded({ message: "the emulator ended before it was listening" })),
    onSome: Effect.succeed
  })
})
