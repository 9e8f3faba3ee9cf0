/**
 * The record at the end of a zip archive, which says where its directory is.
 */
import * as Effect from "effect/Effect"
import { maxEntries } from "./limits.js"
import { refuse, type Refusal } from "./refusal.js"

const endSignature = Buffer.from("PK\u0005\u0006", "latin1")
const locatorSignature = 0x07064b50
const endBytes = 22
const locatorBytes = 20
const maxComment = 0xffff

/** Where the directory of an archive is. */
export interface Directory {
  readonly offset: number
  readonly bytes: number
  readonly entries: number
}

/** Where the end record can be by its own comment's length; more than one is a matter of who reads. */
const candidates = (archive: Buffer): ReadonlyArray<number> => {
  const from = Math.max(0, archive.length - endBytes - maxComment)
  const found: Array<number> = []
  for (let at = archive.indexOf(endSignature, from); at !== -1; at = archive.indexOf(endSignature, at + 1)) {
    if (at + endBytes <= archive.length && at + endBytes + archive.readUInt16LE(at + 20) === archive.length) {
      found.push(at)
    }
  }
  return found
}

const startsAsZip = (archive: Buffer): boolean =>
  archive.length >= 4 && (archive.readUInt32LE(0) === 0x04034b50 || archive.includes(endSignature))

/** Finds the directory; fails when it is not where exactly one end record says, with nothing between or behind. */
export const readDirectory = Effect.fnUntraced(function* (archive: Buffer): Effect.fn.Return<Directory, Refusal> {
  const ends = candidates(archive)
  const end = ends[0]
  if (end === undefined) {
    return startsAsZip(archive)
      ? yield* refuse("corrupt", "it is cut, or something follows its end")
      : yield* refuse("not a zip", "it has no end record")
  }
  if (ends.length > 1) return yield* refuse("corrupt", "it has more than one end")
  const entries = archive.readUInt16LE(end + 10)
  const directory = { offset: archive.readUInt32LE(end + 16), bytes: archive.readUInt32LE(end + 12), entries }
  const inZip64 =
    entries === 0xffff ||
    directory.offset === 0xffffffff ||
    directory.bytes === 0xffffffff ||
    (end >= locatorBytes && archive.readUInt32LE(end - locatorBytes) === locatorSignature)
  // What may be unpacked fits the plain form: the other one only adds a second, different value for each field.
  if (inZip64) return yield* refuse("corrupt", "it is in zip64 form, which no archive of an allowed size needs")
  if (archive.readUInt32LE(end + 4) !== 0 || archive.readUInt16LE(end + 8) !== entries) {
    return yield* refuse("corrupt", "it is one part of several")
  }
  if (entries > maxEntries) return yield* refuse("too large", `it lists ${entries} entries of ${maxEntries} allowed`)
  if (directory.offset + directory.bytes !== end) {
    return yield* refuse("corrupt", "its directory is not where its end says")
  }
  return directory
})
