/**
 * What surrounds the program: its streams, its environment, and who may stop it.
 */
import type { StartedCall } from "@effect-connectors/core/Call"
import * as Context from "effect/Context"
import * as Data from "effect/Data"
import * as Effect from "effect/Effect"
import * as Predicate from "effect/Predicate"
import type { Readable, Writable } from "node:stream"
import { stripVTControlCharacters } from "node:util"

/** A stream that may be a terminal. */
export interface Output extends Writable {
  readonly isTTY?: boolean | undefined
  readonly columns?: number | undefined
}

interface Input extends Readable {
  readonly isTTY?: boolean | undefined
}

/** The reader of stdout is gone, such as `head`: the end of the work, and not a failure. */
class OutputClosed extends Data.TaggedError("OutputClosed")<{ readonly message: string }> {}

/** What was written could not be kept, such as on a disk that is full. */
class OutputFailed extends Data.TaggedError("OutputFailed")<{ readonly message: string }> {}

export type OutputError = OutputClosed | OutputFailed

export class Shell extends Context.Tag("@effect-connectors/cli/Shell")<Shell, Shell.Service>() {}

export declare namespace Shell {
  export interface Service {
    readonly env: Readonly<Record<string, string | undefined>>
    readonly stdin: Input
    readonly stdout: Output
    readonly stderr: Output
    /** Gets each call as it starts. */
    readonly onCall?: ((call: StartedCall) => void) | undefined
  }
}

export const hasColor = (stream: Output, env: Shell.Service["env"]): boolean =>
  stream.isTTY === true && (env["NO_COLOR"] ?? "") === "" && env["TERM"] !== "dumb"

const codeOf = (error: unknown): string =>
  Predicate.hasProperty(error, "code") && typeof error.code === "string" ? error.code : String(error)

// how the systems say that nobody reads any more
const closed: ReadonlySet<string> = new Set(["EPIPE", "EOF", "ECONNRESET", "ERR_STREAM_DESTROYED"])

const outputError = (error: Error): OutputError => {
  const code = codeOf(error)
  return closed.has(code)
    ? new OutputClosed({ message: error.message })
    : new OutputFailed({ message: `the output cannot be written (${code})` })
}

const written = (stream: Output, text: string): Effect.Effect<void, OutputError> =>
  Effect.async((resume) => {
    stream.write(text, (error) => resume(error == null ? Effect.void : Effect.fail(outputError(error))))
  })

const plainUnlessColored = (stream: Output, env: Shell.Service["env"], text: string): string =>
  hasColor(stream, env) ? text : stripVTControlCharacters(text)

/** Writes data, with a line end. */
export const print = (text: string): Effect.Effect<void, OutputError, Shell> =>
  Effect.flatMap(Shell, ({ stdout }) => written(stdout, `${text}\n`))

/** The same for text of ours that may have colors. */
export const printStyled = (text: string): Effect.Effect<void, OutputError, Shell> =>
  Effect.flatMap(Shell, ({ env, stdout }) => written(stdout, `${plainUnlessColored(stdout, env, text)}\n`))

/** Writes talk. Whether anyone listens changes nothing. */
export const say = (text: string): Effect.Effect<void, never, Shell> =>
  Effect.flatMap(Shell, ({ env, stderr }) =>
    Effect.ignore(written(stderr, `${plainUnlessColored(stderr, env, text)}\n`))
  )

// what has no end is given up there: no server takes as much
const mostBytes = 64 * 1024 * 1024

const isUtf16 = (bytes: Buffer): boolean => bytes[0] === 0xff && bytes[1] === 0xfe

/** As editors and shells write it: a mark at the start is no part of it. */
const decoded = (bytes: Buffer): Effect.Effect<string, string> =>
  Effect.try({
    try: () => new TextDecoder(isUtf16(bytes) ? "utf-16le" : "utf-8", { fatal: true }).decode(bytes),
    catch: () => "is not text in UTF-8"
  })

/** All text of a stream; left is why there is none, after its name. */
export const readText = (stream: Readable): Effect.Effect<string, string> =>
  Effect.async<Buffer, string>((resume) => {
    const pieces: Array<Buffer> = []
    let size = 0
    const stop = () => {
      stream.off("data", onData).off("end", onEnd).off("error", onError)
      stream.pause()
    }
    const onData = (piece: Buffer | string) => {
      const bytes = Buffer.from(piece)
      size += bytes.length
      if (size <= mostBytes) return void pieces.push(bytes)
      stop()
      return resume(Effect.fail("is larger than 64 MB"))
    }
    const onEnd = () => resume(Effect.succeed(Buffer.concat(pieces)))
    const onError = (error: unknown) => resume(Effect.fail(`cannot be read (${codeOf(error)})`))
    stream.on("data", onData).on("end", onEnd).on("error", onError)
    return Effect.sync(stop)
  }).pipe(Effect.flatMap(decoded))

/** All of stdin as text. */
export const readInput: Effect.Effect<string, string, Shell> = Effect.flatMap(Shell, ({ stdin }) => readText(stdin))
