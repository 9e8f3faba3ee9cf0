/**
 * What surrounds the program: its streams, its environment, and who may stop it.
 */
import type { StartedCall } from "@effect-connectors/core/Call"
import * as Context from "effect/Context"
import * as Data from "effect/Data"
import * as Effect from "effect/Effect"
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
export class OutputClosed extends Data.TaggedError("OutputClosed")<{ readonly message: string }> {}

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

const written = (stream: Output, text: string): Effect.Effect<void, OutputClosed> =>
  Effect.async((resume) => {
    stream.write(text, (error) =>
      resume(error == null ? Effect.void : Effect.fail(new OutputClosed({ message: error.message })))
    )
  })

const plainUnlessColored = (stream: Output, env: Shell.Service["env"], text: string): string =>
  hasColor(stream, env) ? text : stripVTControlCharacters(text)

/** Writes data, with a line end. */
export const print = (text: string): Effect.Effect<void, OutputClosed, Shell> =>
  Effect.flatMap(Shell, ({ stdout }) => written(stdout, `${text}\n`))

/** The same for text of ours that may have colors. */
export const printStyled = (text: string): Effect.Effect<void, OutputClosed, Shell> =>
  Effect.flatMap(Shell, ({ env, stdout }) => written(stdout, `${plainUnlessColored(stdout, env, text)}\n`))

/** Writes talk. Whether anyone listens changes nothing. */
export const say = (text: string): Effect.Effect<void, never, Shell> =>
  Effect.flatMap(Shell, ({ env, stderr }) =>
    Effect.ignore(written(stderr, `${plainUnlessColored(stderr, env, text)}\n`))
  )

/** All of stdin as text. */
export const readInput: Effect.Effect<string, never, Shell> = Effect.flatMap(Shell, ({ stdin }) =>
  Effect.async<string>((resume) => {
    const pieces: Array<Buffer> = []
    const onData = (piece: Buffer | string) => void pieces.push(Buffer.from(piece))
    const onEnd = () => resume(Effect.succeed(Buffer.concat(pieces).toString("utf8")))
    stdin.on("data", onData).on("end", onEnd).on("error", onEnd)
    return Effect.sync(() => {
      stdin.off("data", onData).off("end", onEnd).off("error", onEnd)
      stdin.pause()
    })
  })
)
