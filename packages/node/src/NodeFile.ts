/**
 * Files on disk: sent from a path, and saved with what was received.
 *
 * @since 0.2.0
 */
import * as ConnectorFile from "@effect-connectors/core/ConnectorFile"
import * as OptionNames from "@effect-connectors/core/OptionNames"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import * as Fs from "node:fs/promises"
import * as Path from "node:path"
import { codeOf } from "./internal/errorCodes.js"
import * as reading from "./internal/fileReading.js"
import * as saving from "./internal/fileWriting.js"
import { unknownOption, unknownOptionCode } from "./internal/unknownOption.js"

/**
 * A path cannot be sent: `code` is `NOT_A_FILE` for a folder, a socket and the like, or that of Node, such as `ENOENT`.
 *
 * @since 0.2.0
 * @category errors
 */
export class FileUnreadable extends Schema.TaggedError<FileUnreadable>(
  "@effect-connectors/node/NodeFile/FileUnreadable"
)("FileUnreadable", {
  path: Schema.String,
  code: Schema.String,
  /** What is wrong with an option, where that is the reason. */
  detail: Schema.optional(Schema.String)
}) {
  override get message(): string {
    return `${this.path} cannot be read: ${this.code}${this.detail === undefined ? "" : `. ${this.detail}`}`
  }
}

const savingHints: Readonly<Record<string, string>> = {
  EEXIST: ". A file of that name is there: give `overwrite: true` to replace it, or another path",
  NO_NAME: ". The file has no name: give the path of a file instead of a folder",
  UNSAFE_NAME: ". Its name is not one place in a folder: give the path of a file instead of a folder",
  INVALID_DIGEST: ". `sha256` is not a digest of 64 hexadecimal characters"
}

/**
 * A file was not saved, and nothing of it is left on disk. `code` is one of
 *
 * - `EEXIST`: there is one already; `overwrite` allows to replace it;
 * - `NO_NAME`: the path is a folder, and the file has no name;
 * - `UNSAFE_NAME`: the name would lead out of the folder, or no file can have it;
 * - `INVALID_DIGEST`: the digest given is not 64 hexadecimal digits;
 * - the code of Node, such as `ENOSPC`.
 *
 * @since 0.2.0
 * @category errors
 */
export class FileUnsaved extends Schema.TaggedError<FileUnsaved>("@effect-connectors/node/NodeFile/FileUnsaved")(
  "FileUnsaved",
  {
    path: Schema.String,
    code: Schema.String,
    /** What is wrong with an option, where that is the reason. */
    detail: Schema.optional(Schema.String)
  }
) {
  override get message(): string {
    const hint = this.detail === undefined ? savingHints[this.code] : `. ${this.detail}`
    return `${this.path} was not saved: ${this.code}${hint ?? ""}`
  }
}

/**
 * The content does not have the digest given; nothing of it is left on disk. Both are SHA-256 in hexadecimal.
 *
 * @since 0.2.0
 * @category errors
 */
export class DigestMismatch extends Schema.TaggedError<DigestMismatch>(
  "@effect-connectors/node/NodeFile/DigestMismatch"
)("DigestMismatch", { path: Schema.String, expected: Schema.String, actual: Schema.String }) {
  override get message(): string {
    return `${this.path} was not saved: its SHA-256 is ${this.actual}, not ${this.expected}`
  }
}

/**
 * What is said of a file that is sent from disk.
 *
 * @since 0.2.0
 * @category models
 */
export interface FromPathOptions extends ConnectorFile.Details {
  /** The most bytes that the file's `bytes` holds in memory. Default 64 MiB. */
  readonly maxBytes?: number | undefined
}

/**
 * A regular file on disk, which is read again each time it is sent. Its size is read now. Of a file that grows while it
 * is sent the length at opening is sent, and the rest is left.
 *
 * Fails with {@link FileUnreadable} when there is no such file. Reading it later fails with a `FileError`:
 * `CHANGED` or `SIZE_MISMATCH` when it is no longer the same file (also one that has grown before it is opened, as for another attempt), else the code of Node.
 *
 * @example
 * ```ts
 * import { NodeFile } from "@effect-connectors/node"
 *
 * export const report = NodeFile.fromPath("reports/2024.pdf", { contentType: "application/pdf" })
 * ```
 *
 * @since 0.2.0
 * @category constructors
 */
export const fromPath = Effect.fnUntraced(function* (
  path: string,
  options: FromPathOptions = {}
): Effect.fn.Return<ConnectorFile.ConnectorFile, FileUnreadable> {
  const unknown = unknownOption(fromPathNames, options)
  if (unknown !== undefined) {
    return yield* new FileUnreadable({ path, code: unknownOptionCode, detail: unknown.detail })
  }
  const seen = yield* Effect.tryPromise({
    try: () => Fs.stat(path),
    catch: (error) => new FileUnreadable({ path, code: codeOf(error) })
  })
  if (!seen.isFile()) return yield* new FileUnreadable({ path, code: "NOT_A_FILE" })
  return ConnectorFile.fromStream((how) => reading.content(path, seen, how), {
    ...options,
    filename: options.filename ?? Path.basename(path),
    size: seen.size,
    replayable: true
  })
})

/**
 * How a file is saved.
 *
 * @since 0.2.0
 * @category models
 */
export interface SaveOptions {
  /** Whether a file of that name may be replaced; a link is replaced, not followed. Default false. */
  readonly overwrite?: boolean | undefined
  /** The SHA-256 that the content must have, in hexadecimal. */
  readonly sha256?: string | undefined
}

/**
 * A file that was saved.
 *
 * @since 0.2.0
 * @category models
 */
export interface Saved {
  readonly path: string
  /** How long it is. */
  readonly bytes: number
  /** The SHA-256 of what was written, in hexadecimal. */
  readonly sha256: string
}

const fromPathNames = OptionNames.make<FromPathOptions>({
  filename: true,
  contentType: true,
  headers: true,
  maxBytes: true
})

const saveNames = OptionNames.make<SaveOptions>({ overwrite: true, sha256: true })

const targetOf = Effect.fnUntraced(function* (
  file: ConnectorFile.ConnectorFile,
  path: string,
  overwrite: boolean
): Effect.fn.Return<string, FileUnsaved> {
  // a path that ends like a folder is one, and is made
  if (/[/\\]$/.test(path)) yield* Effect.mapError(saving.makeFolder(path), (code) => new FileUnsaved({ path, code }))
  const kind = yield* Effect.mapError(saving.kindAt(path), (code) => new FileUnsaved({ path, code }))
  if (kind === "folder") {
    const name = file.filename ?? ""
    if (name === "") return yield* new FileUnsaved({ path, code: "NO_NAME" })
    if (!saving.isSegment(name, process.platform)) return yield* new FileUnsaved({ path, code: "UNSAFE_NAME" })
    const target = Path.join(path, name)
    if (!overwrite && (yield* saving.isTaken(target))) return yield* new FileUnsaved({ path: target, code: "EEXIST" })
    return target
  }
  if (kind === "other" && !overwrite) return yield* new FileUnsaved({ path, code: "EEXIST" })
  return path
})

/**
 * Saves a file, which is never in memory as a whole, into a folder under its own name, or to the path of a file.
 *
 * It is written next to its place and moved there when it is complete. Fails with {@link FileUnsaved},
 * {@link DigestMismatch}, or the `FileError` of the content; then, and when it is interrupted, nothing of it is left.
 *
 * @example
 * ```ts
 * import type { ConnectorFile } from "@effect-connectors/core"
 * import { NodeFile } from "@effect-connectors/node"
 * import * as Effect from "effect/Effect"
 *
 * export const keep = (received: ConnectorFile.ConnectorFile) =>
 *   Effect.map(NodeFile.save(received, "downloads"), ({ bytes, path, sha256 }) => `${path}: ${bytes} bytes, ${sha256}`)
 * ```
 *
 * @since 0.2.0
 * @category combinators
 */
export const save = Effect.fnUntraced(function* (
  file: ConnectorFile.ConnectorFile,
  path: string,
  options: SaveOptions = {}
): Effect.fn.Return<Saved, ConnectorFile.FileError | FileUnsaved | DigestMismatch> {
  const unknown = unknownOption(saveNames, options)
  if (unknown !== undefined) return yield* new FileUnsaved({ path, code: unknownOptionCode, detail: unknown.detail })
  const { overwrite = false } = options
  const expected = options.sha256?.trim().toLowerCase()
  if (expected !== undefined && !/^[0-9a-f]{64}$/.test(expected)) {
    return yield* new FileUnsaved({ path, code: "INVALID_DIGEST" })
  }
  const target = yield* targetOf(file, path, overwrite)
  const unsaved = (code: string) => new FileUnsaved({ path: target, code })
  const temporary = saving.temporaryNextTo(target)
  const written = Effect.gen(function* () {
    const { bytes, sha256 } = yield* saving.write(temporary, file.stream, unsaved)
    if (expected !== undefined && sha256 !== expected) {
      return yield* new DigestMismatch({ path: target, expected, actual: sha256 })
    }
    yield* Effect.mapError(saving.moveInto(temporary, target, overwrite), unsaved)
    return { path: target, bytes, sha256 }
  })
  return yield* Effect.ensuring(written, saving.remove(temporary))
})
