import * as ExactJson from "@effect-connectors/core/ExactJson"
import * as Effect from "effect/Effect"
import * as Predicate from "effect/Predicate"
import { createInterface } from "node:readline"
import type { Readable, Writable } from "node:stream"
import { stripVTControlCharacters } from "node:util"
import { NotConfirmed, OutputClosed, type OutputError, OutputFailed, UsageError } from "./exitCodes.js"

const escaped = (character: string): string => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`

/**
 * Text of others, which must not move the cursor.
 *
 * @internal
 */
export const printable = (text: string): string =>
  stripVTControlCharacters(text)
    .replaceAll(/\p{Cc}/gu, " ")
    .replaceAll(/[\p{Bidi_Control}\u2028\u2029]/gu, escaped)

// what JSON lets pass and a terminal obeys, such as U+009B, which starts an ANSI sequence
const unsafe = /[\u007f-\u009f\p{Bidi_Control}\u2028\u2029]/gu

/**
 * A value as JSON that moves no cursor. It means the same to a program.
 *
 * @internal
 */
export const jsonText = (value: unknown): string | undefined => ExactJson.stringify(value)?.replaceAll(unsafe, escaped)

const codeOf = (error: unknown): string =>
  Predicate.hasProperty(error, "code") && typeof error.code === "string" ? error.code : String(error)

// how the systems say that nobody reads any more
const closed: ReadonlySet<string> = new Set(["EPIPE", "EOF", "ECONNRESET", "ERR_STREAM_DESTROYED"])

const outputError = (error: Error, isChanged: boolean): OutputError => {
  const code = codeOf(error)
  return closed.has(code)
    ? new OutputClosed({ message: error.message })
    : new OutputFailed({ message: `the output cannot be written (${code})`, isChanged })
}

const written = (stream: Writable, text: string, isChanged = false): Effect.Effect<void, OutputError> =>
  Effect.async((resume) => {
    stream.write(text, (error) => resume(error == null ? Effect.void : Effect.fail(outputError(error, isChanged))))
  })

/**
 * Writes a line of data; `isChanged` when it is about a change that was made.
 *
 * @internal
 */
export const print = (text: string, isChanged = false): Effect.Effect<void, OutputError> =>
  written(process.stdout, `${text}\n`, isChanged)

/**
 * Writes a line of talk.
 *
 * @internal
 */
export const say = (text: string): Effect.Effect<void> =>
  Effect.ignore(written(process.stderr, `${text.split("\n").map(printable).join("\n")}\n`))

// what has no end is given up there
const mostBytes = 64 * 1024 * 1024

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
