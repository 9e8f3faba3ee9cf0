import * as Effect from "effect/Effect"
import * as Predicate from "effect/Predicate"
import { createInterface } from "node:readline"
import type { Readable, Writable } from "node:stream"
import { stripVTControlCharacters } from "node:util"
import { NotConfirmed, OutputClosed, UsageError } from "./exitCodes.js"

/**
 * Text of others, which must not move the cursor.
 *
 * @internal
 */
export const printable = (text: string): string => stripVTControlCharacters(text).replaceAll(/\p{Cc}/gu, " ")

const written = (stream: Writable, text: string): Effect.Effect<void, OutputClosed> =>
  Effect.async((resume) => {
    stream.write(text, (error) =>
      resume(error == null ? Effect.void : Effect.fail(new OutputClosed({ message: error.message })))
    )
  })

/**
 * Writes a line of data.
 *
 * @internal
 */
export const print = (text: string): Effect.Effect<void, OutputClosed> => written(process.stdout, `${text}\n`)

/**
 * Writes a line of talk.
 *
 * @internal
 */
export const say = (text: string): Effect.Effect<void> =>
  Effect.ignore(written(process.stderr, `${text.split("\n").map(printable).join("\n")}\n`))

// what has no end is given up there
const mostBytes = 64 * 1024 * 1024

const codeOf = (error: unknown): string =>
  Predicate.hasProperty(error, "code") && typeof error.code === "string" ? error.code : String(error)

/**
 * All text of a stream, whose name stands in what it is refused with.
 *
 * @internal
 */
export const readText = (name: string, stream: Readable): Effect.Effect<string, UsageError> =>
  Effect.tryPromise({
    try: async () => {
      const pieces: Array<Buffer> = []
      let size = 0
      for await (const piece of stream) {
        const bytes = Buffer.from(piece)
        size += bytes.length
        if (size > mostBytes) return undefined
        pieces.push(bytes)
      }
      return new TextDecoder().decode(Buffer.concat(pieces))
    },
    catch: (error) => new UsageError({ message: `${name} cannot be read (${codeOf(error)})` })
  }).pipe(
    Effect.filterOrFail(
      (text) => text !== undefined,
      () => new UsageError({ message: `${name} is larger than 64 MB` })
    )
  )

/** The line that is typed; nothing at the end of the input. */
const answer = (question: string): Effect.Effect<string> =>
  Effect.async((resume) => {
    // as talk; and without the terminal's raw mode, so that Ctrl-C is a signal
    const lines = createInterface({ input: process.stdin, output: process.stderr, terminal: false })
    lines.once("close", () => resume(Effect.succeed("")))
    lines.question(question, (line) => {
      resume(Effect.succeed(line))
      lines.close()
    })
    return Effect.sync(() => lines.close())
  })

/**
 * Asks on a terminal. Elsewhere `--yes` has to be given.
 *
 * @internal
 */
export const confirm = (question: string): Effect.Effect<void, UsageError | NotConfirmed> =>
  process.stdin.isTTY === true
    ? Effect.flatMap(
        Effect.onInterrupt(answer(`${printable(question)} [y/N] `), () => say("")),
        (line) => (/^\s*y(es)?\s*$/i.test(line) ? Effect.void : new NotConfirmed({ message: "nothing was changed" }))
      )
    : new UsageError({ message: "stdin is not a terminal to ask on: give --yes" })
