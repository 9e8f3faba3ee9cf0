/**
 * What the two headers of an entry may say, each by itself and both together.
 */
import { type Entry, getFileNameLowLevel, type LocalFileHeader } from "yauzl"
import { decodeName } from "./names.js"

const knownFlags = 0x080e
const descriptorFlag = 0x0008
const utf8Flag = 0x0800

const zip64Extra = 0x0001
const unicodePathExtra = 0x7075
const unixExtra = 0x000d
const asiExtra = 0x756e

const typeMask = 0o170000
const directoryType = 0o040000
const fileType = 0o100000
const dosDirectory = 0x10
const dosReparsePoint = 0x400

/** Whether the sizes and the checksum follow the content instead of standing before it. */
export const hasDescriptor = (entry: Entry): boolean => (entry.generalPurposeBitFlag & descriptorFlag) !== 0

const isAscii = (bytes: Uint8Array): boolean => bytes.every((byte) => byte < 0x80)

interface Extra {
  readonly id: number
  readonly data: Buffer
}

/** The extra fields of a header; `undefined` when they are not whole. */
const extrasOf = (raw: Buffer): ReadonlyArray<Extra> | undefined => {
  const extras: Array<Extra> = []
  let at = 0
  while (at < raw.length) {
    if (at + 4 > raw.length) return undefined
    const end = at + 4 + raw.readUInt16LE(at + 2)
    if (end > raw.length) return undefined
    extras.push({ id: raw.readUInt16LE(at), data: raw.subarray(at + 4, end) })
    at = end
  }
  return extras
}

// An old extra field of Unix carries a mode and the target of a link.
const asiLinks = (data: Buffer): boolean => {
  if (data.length < 14) return true
  const type = data.readUInt16LE(4) & typeMask
  return data.length > 14 || (type !== 0 && type !== fileType && type !== directoryType)
}

const extraFault = (raw: Buffer, name: Buffer): string | undefined => {
  const extras = extrasOf(raw)
  if (extras === undefined) return "its extra fields are not whole"
  for (const { data, id } of extras) {
    if (id === zip64Extra) return "it is in zip64 form, which no archive of an allowed size needs"
    if (id === unicodePathExtra && !data.subarray(5).equals(name)) return "it has two names"
  }
  return undefined
}

const linkFault = (raw: Buffer): string | undefined =>
  (extrasOf(raw) ?? []).some(
    ({ data, id }) => (id === unixExtra && data.length > 12) || (id === asiExtra && asiLinks(data))
  )
    ? "it is a link or a device"
    : undefined

/** The name as it is written to disk: UTF-8, marked as such or not. `undefined` when it is not UTF-8. */
export const nameOf = (entry: Entry): string | undefined => decodeName(entry.fileNameRaw)

/** The name by the letter of the format, which is not UTF-8 without a mark; `undefined` where that is the same. */
export const markedNameOf = (entry: Entry): string | undefined =>
  (entry.generalPurposeBitFlag & utf8Flag) !== 0 || isAscii(entry.fileNameRaw)
    ? undefined
    : getFileNameLowLevel(0, entry.fileNameRaw, [], true)

/** Whether an entry is something else than a file or a folder, or not what its name says. */
export const kindFault = (entry: Entry, directory: boolean): string | undefined => {
  const link = linkFault(entry.extraFieldRaw)
  if (link !== undefined) return link
  const type = (entry.externalFileAttributes >>> 16) & typeMask
  if (type !== 0 && type !== fileType && type !== directoryType) return "it is a link or a device"
  if ((entry.externalFileAttributes & dosReparsePoint) !== 0) return "it is a link or a device"
  const claims = type === directoryType || (type === 0 && (entry.externalFileAttributes & dosDirectory) !== 0)
  if (claims && !directory) return "it is a folder with the name of a file"
  return type === fileType && directory ? "it is a file with the name of a folder" : undefined
}

/** What an entry needs that this reader does not do, or what it says wrongly of itself. */
export const entryFault = (entry: Entry): string | undefined => {
  if ((entry.generalPurposeBitFlag & 1) !== 0) return "it is encrypted"
  if ((entry.generalPurposeBitFlag & ~knownFlags) !== 0) return "it has flags of an unknown meaning"
  if (entry.compressionMethod !== 0 && entry.compressionMethod !== 8) {
    return `its compression method ${entry.compressionMethod} is unknown`
  }
  return extraFault(entry.extraFieldRaw, entry.fileNameRaw)
}

const same = (local: number, central: number, late: boolean): boolean => local === central || (late && local === 0)

/** Where the header before the content disagrees with the one in the directory. */
export const localFault = (entry: Entry, local: LocalFileHeader): string | undefined => {
  const late = hasDescriptor(entry)
  if (!local.fileName.equals(entry.fileNameRaw)) return "its two headers have different names"
  if (local.generalPurposeBitFlag !== entry.generalPurposeBitFlag) return "its two headers have different flags"
  if (local.compressionMethod !== entry.compressionMethod) return "its two headers have different methods"
  if (
    !same(local.compressedSize, entry.compressedSize, late) ||
    !same(local.uncompressedSize, entry.uncompressedSize, late)
  ) {
    return "its two headers have different sizes"
  }
  if (!same(local.crc32, entry.crc32, late)) return "its two headers have different checksums"
  return extraFault(local.extraField, local.fileName) ?? linkFault(local.extraField)
}

const descriptorSignature = 0x08074b50

/** How many bytes the descriptor behind the content takes; `undefined` when there is none that agrees. */
export const descriptorBytes = (archive: Buffer, at: number, next: number, entry: Entry): number | undefined => {
  const bytes = next - at
  if (bytes !== 12 && bytes !== 16) return undefined
  if (bytes === 16 && archive.readUInt32LE(at) !== descriptorSignature) return undefined
  const from = next - 12
  const agrees =
    archive.readUInt32LE(from) === entry.crc32 &&
    archive.readUInt32LE(from + 4) === entry.compressedSize &&
    archive.readUInt32LE(from + 8) === entry.uncompressedSize
  return agrees ? bytes : undefined
}
