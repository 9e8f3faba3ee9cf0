/**
 * Reads a zip archive that is not trusted into memory, and refuses it rather than guess.
 */
import * as Effect from "effect/Effect"
import * as Zlib from "node:zlib"
import * as Yauzl from "yauzl"
import type { SkillFile } from "./digest.js"
import { type Directory, readDirectory } from "./endRecord.js"
import { descriptorBytes, entryFault, hasDescriptor, kindFault, localFault, markedNameOf, nameOf } from "./headers.js"
import { allowance } from "./limits.js"
import { type EntryName, nameFault, Names, segmentsOf } from "./names.js"
import { refuse, type Refusal, visible } from "./refusal.js"

/** What an archive holds. */
export interface Contents {
  readonly files: ReadonlyArray<SkillFile>
  /** The folders it lists, those without a file among them. */
  readonly directories: ReadonlyArray<ReadonlyArray<string>>
  /** Of all files together. */
  readonly bytes: number
}

interface Listed {
  readonly entry: Yauzl.Entry
  readonly name: string
  readonly parts: EntryName
  readonly dataStart: number
}

const printed = (entry: Yauzl.Entry): string => visible(nameOf(entry) ?? entry.fileNameRaw.toString("latin1"))

const listAll = async (zip: Yauzl.ZipFile): Promise<ReadonlyArray<Yauzl.Entry>> => {
  const entries: Array<Yauzl.Entry> = []
  for await (const entry of zip.eachEntry()) entries.push(entry)
  return entries
}

const centralBytes = (entry: Yauzl.Entry): number =>
  46 + entry.fileNameLength + entry.extraFieldLength + entry.fileCommentLength

const readEntries = Effect.fnUntraced(function* (zip: Yauzl.ZipFile, directory: Directory) {
  const entries = yield* Effect.tryPromise(() => listAll(zip)).pipe(
    Effect.catchAll(() => refuse("corrupt", "its directory cannot be read"))
  )
  const bytes = entries.reduce((sum, entry) => sum + centralBytes(entry), 0)
  if (bytes !== directory.bytes) return yield* refuse("corrupt", "its directory is not as long as its end says")
  return entries
})

const checkEntry = Effect.fnUntraced(function* (zip: Yauzl.ZipFile, names: Names, entry: Yauzl.Entry) {
  const at = printed(entry)
  const fault = entryFault(entry)
  if (fault !== undefined) return yield* refuse("corrupt", fault, at)
  const name = nameOf(entry)
  if (name === undefined) return yield* refuse("unsafe path", "its name is not UTF-8", at)
  const parts = segmentsOf(name)
  const unsafe = nameFault(name) ?? kindFault(entry, parts.directory) ?? names.add(parts)
  if (unsafe !== undefined) return yield* refuse("unsafe path", unsafe, at)
  const local = yield* Effect.tryPromise(() => zip.readLocalFileHeaderPromise(entry)).pipe(
    Effect.catchAll(() => refuse("corrupt", "its own header cannot be read", at))
  )
  const differs = localFault(entry, local)
  if (differs !== undefined) return yield* refuse("corrupt", differs, at)
  const listed: Listed = { entry, name, parts, dataStart: local.fileDataStart }
  return listed
})

/** Every byte before the directory belongs to exactly one entry. */
const checkLayout = Effect.fnUntraced(function* (archive: Buffer, listed: ReadonlyArray<Listed>, directory: Directory) {
  const inOrder = [...listed].sort((a, b) => a.entry.relativeOffsetOfLocalHeader - b.entry.relativeOffsetOfLocalHeader)
  let end = 0
  for (const [index, { dataStart, entry }] of inOrder.entries()) {
    const at = printed(entry)
    if (entry.relativeOffsetOfLocalHeader !== end) {
      return yield* entry.relativeOffsetOfLocalHeader < end
        ? refuse("corrupt", "it lies over another entry", at)
        : refuse("corrupt", "bytes before it belong to no entry", at)
    }
    const next = inOrder[index + 1]?.entry.relativeOffsetOfLocalHeader ?? directory.offset
    end = dataStart + entry.compressedSize
    if (!hasDescriptor(entry)) continue
    const bytes = descriptorBytes(archive, end, next, entry)
    if (bytes === undefined) return yield* refuse("corrupt", "what follows its content does not describe it", at)
    end += bytes
  }
  if (end !== directory.offset) return yield* refuse("corrupt", "its directory does not follow its last entry")
})

interface Inflated {
  readonly content: Buffer
  /** How many of the compressed bytes were needed. */
  readonly taken: number
}

/** Unpacks up to so many bytes: what says less than it holds costs no more than it says. */
const inflate = (data: Buffer, most: number): Effect.Effect<Inflated, string> =>
  Effect.async((resume) => {
    const chunks: Array<Buffer> = []
    let bytes = 0
    const stream = Zlib.createInflateRaw()
    stream.on("data", (chunk: Buffer) => {
      bytes += chunk.length
      chunks.push(chunk)
      if (bytes <= most) return
      stream.destroy()
      resume(Effect.fail("it unpacks to more than it says"))
    })
    stream.on("error", () => resume(Effect.fail("its content cannot be unpacked")))
    stream.on("end", () => resume(Effect.succeed({ content: Buffer.concat(chunks), taken: stream.bytesWritten })))
    stream.end(data)
    return Effect.sync(() => {
      stream.destroy()
    })
  })

const contentOf = Effect.fnUntraced(function* (archive: Buffer, listed: Listed, left: number) {
  const { compressedSize, compressionMethod, crc32, uncompressedSize } = listed.entry
  const at = printed(listed.entry)
  const data = archive.subarray(listed.dataStart, listed.dataStart + compressedSize)
  if (uncompressedSize > left) return yield* refuse("too large", "it unpacks to more than is allowed", at)
  const { content, taken } =
    compressionMethod === 0
      ? { content: data, taken: data.length }
      : yield* inflate(data, uncompressedSize).pipe(Effect.catchAll((fault) => refuse("corrupt", fault, at)))
  if (content.length !== uncompressedSize) return yield* refuse("corrupt", "it unpacks to less than it says", at)
  if (taken !== data.length) return yield* refuse("corrupt", "something follows its content", at)
  if (Zlib.crc32(content) !== crc32) return yield* refuse("corrupt", "its content is not what its checksum says", at)
  if (listed.parts.directory && content.length > 0) return yield* refuse("corrupt", "it is a folder with content", at)
  return content
})

/** Everything an archive holds, with every check done: what comes back can be written as it is. */
export const readArchive = Effect.fnUntraced(function* (bytes: Uint8Array): Effect.fn.Return<Contents, Refusal> {
  const archive = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const directory = yield* readDirectory(archive)
  const zip = yield* Effect.tryPromise(() =>
    Yauzl.fromBufferPromise(archive, { decodeStrings: false, validateEntrySizes: true })
  ).pipe(Effect.catchAll(() => refuse("corrupt", "its end cannot be read")))
  const entries = yield* readEntries(zip, directory)
  const names = new Names()
  const listed = yield* Effect.forEach(entries, (entry) => checkEntry(zip, names, entry))
  yield* checkLayout(archive, listed, directory)
  const files: Array<SkillFile> = []
  let left = allowance(archive.length)
  const allowed = left
  for (const each of listed) {
    const content = yield* contentOf(archive, each, left)
    left -= content.length
    if (each.parts.directory) continue
    const markedName = markedNameOf(each.entry)
    const file = { name: each.name, segments: each.parts.segments, content }
    files.push(markedName === undefined ? file : { ...file, markedName })
  }
  if (files.length === 0) return yield* refuse("corrupt", "it holds no file")
  const directories = listed.filter((each) => each.parts.directory).map((each) => each.parts.segments)
  return { files, directories, bytes: allowed - left }
})
