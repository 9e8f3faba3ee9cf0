/** A writer of zip archives that can lie in every field. */
import * as Zlib from "node:zlib"

interface Header {
  readonly name: string | Uint8Array
  readonly flags: number
  readonly method: number
  readonly crc: number
  readonly compressedSize: number
  readonly size: number
  readonly extra: Uint8Array
}

export interface Entry {
  readonly name: string | Uint8Array
  readonly content?: string | Uint8Array
  /** 0 stored (the default) or 8 deflated; any other number keeps the content as it is. */
  readonly method?: number
  readonly flags?: number
  /** The mode of Unix, in the upper half of the external attributes. */
  readonly mode?: number
  readonly attributes?: number
  readonly madeBy?: number
  /** In both headers. */
  readonly extra?: Uint8Array
  /** What is written instead of the compressed content. */
  readonly data?: Uint8Array
  readonly descriptor?: "signed" | "plain"
  /** Written as the descriptor instead of the true one. */
  readonly descriptorBytes?: Uint8Array
  readonly local?: Partial<Header>
  readonly central?: Partial<Header>
  readonly offset?: number
}

export interface Archive {
  readonly comment?: Uint8Array
  readonly before?: Uint8Array
  readonly beforeDirectory?: Uint8Array
  readonly beforeEnd?: Uint8Array
  readonly after?: Uint8Array
  readonly entries?: number
  readonly entriesHere?: number
  readonly disk?: number
  readonly directoryBytes?: number
  readonly directoryOffset?: number
}

const bytesOf = (text: string | Uint8Array): Buffer =>
  typeof text === "string" ? Buffer.from(text) : Buffer.from(text)

const utf8Flag = 0x800
const descriptorFlag = 0x8

export const extra = (id: number, data: Uint8Array): Buffer => {
  const head = Buffer.alloc(4)
  head.writeUInt16LE(id, 0)
  head.writeUInt16LE(data.length, 2)
  return Buffer.concat([head, data])
}

export const descriptor = (crc: number, compressedSize: number, size: number, signed: boolean): Buffer => {
  const bytes = Buffer.alloc(16)
  bytes.writeUInt32LE(0x08074b50, 0)
  bytes.writeUInt32LE(crc, 4)
  bytes.writeUInt32LE(compressedSize, 8)
  bytes.writeUInt32LE(size, 12)
  return signed ? bytes : bytes.subarray(4)
}

const common = (header: Header): Buffer => {
  const bytes = Buffer.alloc(26)
  bytes.writeUInt16LE(20, 0)
  bytes.writeUInt16LE(header.flags, 2)
  bytes.writeUInt16LE(header.method, 4)
  bytes.writeUInt16LE(0x5021, 8)
  bytes.writeUInt32LE(header.crc, 10)
  bytes.writeUInt32LE(header.compressedSize, 14)
  bytes.writeUInt32LE(header.size, 18)
  bytes.writeUInt16LE(bytesOf(header.name).length, 22)
  bytes.writeUInt16LE(header.extra.length, 24)
  return bytes
}

const signature = (value: number): Buffer => {
  const bytes = Buffer.alloc(4)
  bytes.writeUInt32LE(value, 0)
  return bytes
}

const centralOf = (entry: Entry, header: Header, offset: number): Buffer => {
  const madeBy = Buffer.alloc(2)
  madeBy.writeUInt16LE(entry.madeBy ?? 0x0314, 0)
  const tail = Buffer.alloc(14)
  const mode = entry.mode ?? (typeof entry.name === "string" && entry.name.endsWith("/") ? 0o40755 : 0o100644)
  tail.writeUInt32LE((entry.attributes ?? mode * 0x10000) >>> 0, 6)
  tail.writeUInt32LE(entry.offset ?? offset, 10)
  return Buffer.concat([signature(0x02014b50), madeBy, common(header), tail, bytesOf(header.name), header.extra])
}

const localOf = (header: Header): Buffer =>
  Buffer.concat([signature(0x04034b50), common(header), bytesOf(header.name), header.extra])

const endOf = (entries: number, directoryBytes: number, directoryOffset: number, archive: Archive): Buffer => {
  const end = Buffer.alloc(18)
  const comment = archive.comment ?? Buffer.alloc(0)
  end.writeUInt16LE(archive.disk ?? 0, 0)
  end.writeUInt16LE(archive.entriesHere ?? archive.entries ?? entries, 4)
  end.writeUInt16LE(archive.entries ?? entries, 6)
  end.writeUInt32LE(archive.directoryBytes ?? directoryBytes, 8)
  end.writeUInt32LE(archive.directoryOffset ?? directoryOffset, 12)
  end.writeUInt16LE(comment.length, 16)
  return Buffer.concat([signature(0x06054b50), end, comment])
}

/** An archive of these entries; what is not said is as it should be. */
export const zip = (entries: ReadonlyArray<Entry>, archive: Archive = {}): Buffer => {
  const locals: Array<Buffer> = [Buffer.from(archive.before ?? [])]
  const centrals: Array<Buffer> = []
  let offset = locals[0]?.length ?? 0
  for (const entry of entries) {
    const content = bytesOf(entry.content ?? "")
    const method = entry.method ?? 0
    const data = Buffer.from(entry.data ?? (method === 8 ? Zlib.deflateRawSync(content) : content))
    const late = entry.descriptor !== undefined || entry.descriptorBytes !== undefined
    const named = bytesOf(entry.name).some((byte) => byte > 0x7f) ? utf8Flag : 0
    const header: Header = {
      name: entry.name,
      flags: entry.flags ?? named | (late ? descriptorFlag : 0),
      method,
      crc: Zlib.crc32(content),
      compressedSize: data.length,
      size: content.length,
      extra: entry.extra ?? Buffer.alloc(0)
    }
    const zeroed = late ? { crc: 0, compressedSize: 0, size: 0 } : {}
    const local = Buffer.concat([
      localOf({ ...header, ...zeroed, ...entry.local }),
      data,
      late
        ? (entry.descriptorBytes ??
          descriptor(header.crc, header.compressedSize, header.size, entry.descriptor === "signed"))
        : Buffer.alloc(0)
    ])
    centrals.push(centralOf(entry, { ...header, ...entry.central }, offset))
    locals.push(local)
    offset += local.length
  }
  const gap = Buffer.from(archive.beforeDirectory ?? [])
  const directory = Buffer.concat(centrals)
  return Buffer.concat([
    ...locals,
    gap,
    directory,
    Buffer.from(archive.beforeEnd ?? []),
    endOf(entries.length, directory.length, offset + gap.length, archive),
    Buffer.from(archive.after ?? [])
  ])
}
