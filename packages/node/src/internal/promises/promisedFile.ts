import type { ConnectorFile } from "@effect-connectors/core/ConnectorFile"
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import type { ReceivedFile } from "../../PromiseOperations.js"
import type { Calls } from "./calls.js"

/** @internal */
export class PromisedFile implements ReceivedFile {
  readonly #calls: Calls
  readonly #release: Effect.Effect<void>
  readonly file: ConnectorFile
  readonly filename: string | undefined
  readonly contentType: string | undefined
  readonly headers: Readonly<Record<string, string>>
  readonly size: number | undefined

  /** `release` gives back what the file is read from. */
  constructor(file: ConnectorFile, calls: Calls, release: Effect.Effect<void> = Effect.void) {
    this.#calls = calls
    this.#release = release
    this.file = file
    this.filename = file.filename
    this.contentType = file.contentType
    this.headers = file.headers
    this.size = file.size
  }

  readonly stream = (): AsyncIterable<Uint8Array> => {
    const stream = Stream.ensuring(this.file.stream, this.#release)
    return this.#calls.iterate(async () => stream, this.stream)
  }

  readonly bytes = (): Promise<Uint8Array> =>
    this.#calls.run(Effect.ensuring(this.file.bytes, this.#release), this.bytes)

  readonly close = (): Promise<void> => Effect.runPromise(this.#release)
}
