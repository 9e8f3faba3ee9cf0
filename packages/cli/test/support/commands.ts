/**
 * Runs `connectors` in this process: its arguments, environment and streams are the test's.
 */
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import { mkdtemp, rm } from "node:fs/promises"
import { createServer, type RequestListener } from "node:http"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { Readable, Writable } from "node:stream"
import { main } from "../../src/internal/main.js"
import { Shell } from "../../src/internal/shell.js"

/** Keeps what is written to it; `onText` sees each piece. */
class Written extends Writable {
  text = ""
  readonly columns = 80

  constructor(
    readonly isTTY: boolean,
    readonly onText: (text: string) => void
  ) {
    super()
  }

  override _write(chunk: unknown, _encoding: BufferEncoding, done: () => void) {
    this.text += String(chunk)
    this.onText(String(chunk))
    done()
  }
}

export interface Ended {
  readonly code: number
  readonly out: string
  readonly err: string
}

export interface Surroundings {
  readonly env?: Readonly<Record<string, string>> | undefined
  readonly stdin?: string | Readable | undefined
  readonly isTTY?: boolean | undefined
  /** Interrupts the command once this is on stderr or stdout. */
  readonly interruptAt?: string | undefined
  /** Interrupts the command then. */
  readonly interruptAfter?: Promise<void> | undefined
  readonly stdout?: Writable | undefined
}

/** What a command ends in. */
export const connectors = (
  args: ReadonlyArray<string>,
  { env = {}, interruptAfter, interruptAt, isTTY = false, stdin = "", stdout }: Surroundings = {}
): Effect.Effect<Ended> =>
  Effect.gen(function* () {
    const interrupted = yield* Deferred.make<void>()
    const onText = (text: string) => {
      if (interruptAt !== undefined && text.includes(interruptAt)) Deferred.unsafeDone(interrupted, Effect.void)
    }
    const out = new Written(isTTY, onText)
    const err = new Written(isTTY, onText)
    const shell = {
      env,
      stdin: typeof stdin === "string" ? Readable.from([stdin]) : stdin,
      stdout: stdout ?? out,
      stderr: err
    }
    const interrupt = Effect.raceFirst(
      Deferred.await(interrupted),
      interruptAfter === undefined ? Effect.never : Effect.promise(() => interruptAfter)
    )
    const code = yield* Effect.provideService(main(args, interrupt), Shell, shell)
    return { code, out: out.text, err: err.text }
  })

/** A folder that ends with the scope. */
export const folder = Effect.acquireRelease(
  Effect.promise(() => mkdtemp(join(tmpdir(), "connectors-cli-"))),
  (path) => Effect.promise(() => rm(path, { recursive: true, force: true }))
)

/** A server of the test's own, for responses that the emulator never gives; its address. */
export const server = (listener: RequestListener) =>
  Effect.map(
    Effect.acquireRelease(
      Effect.async<ReturnType<typeof createServer>>((resume) => {
        const server = createServer(listener)
        server.listen(0, "127.0.0.1", () => resume(Effect.succeed(server)))
      }),
      (server) =>
        Effect.sync(() => {
          server.close()
          server.closeAllConnections()
        })
    ),
    (server) => {
      const address = server.address()
      return `http://127.0.0.1:${typeof address === "object" && address !== null ? address.port : 0}`
    }
  )

/** The environment of a client of Connections without credentials. */
export const connectionsAt = (url: string) => ({ CONNECTIONS_BASE_URL: url, CONNECTIONS_CREDENTIALS: "none" })
