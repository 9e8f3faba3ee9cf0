/**
 * Which names of entries and folders can be written on every system without meaning something else on one of them.
 */

const maxSegmentBytes = 255
const maxNameBytes = 4096
const maxDepth = 64

const hidden = /[\p{Cc}\p{Cs}\p{Zl}\p{Zp}\u202a-\u202e\u2066-\u2069]/u
const reserved = /^(?:con|prn|aux|nul|conin\$|conout\$|com[0-9¹²³]|lpt[0-9¹²³])(?:[ .].*)?$/iu

/** What is wrong with one part of a path; `undefined` when nothing is. */
export const segmentFault = (segment: string): string | undefined => {
  if (segment === "") return "a part of its path is empty"
  if (segment === "." || segment === "..") return `its path has the part "${segment}"`
  if (hidden.test(segment)) return "its name has characters that do not show"
  if (segment.includes("\\")) return "its name has a backslash"
  if (segment.includes("/")) return "its name has a slash"
  if (segment.includes(":")) return "its name has a colon, which means a drive or a stream on Windows"
  if (segment.endsWith(".") || segment.endsWith(" ")) return "a part of its path ends in a dot or a space"
  if (reserved.test(segment)) return "its name is a device's on Windows"
  return Buffer.byteLength(segment) > maxSegmentBytes
    ? `a part of its path is over ${maxSegmentBytes} bytes`
    : undefined
}

/** An entry's name, in its parts. */
export interface EntryName {
  readonly segments: ReadonlyArray<string>
  readonly directory: boolean
}

export const segmentsOf = (name: string): EntryName => {
  const directory = name.endsWith("/")
  return { segments: (directory ? name.slice(0, -1) : name).split("/"), directory }
}

/** What is wrong with the name of an entry; `undefined` when nothing is. */
export const nameFault = (name: string): string | undefined => {
  if (Buffer.byteLength(name) > maxNameBytes) return `its name is over ${maxNameBytes} bytes`
  if (name.startsWith("/")) return "its path is absolute"
  const { segments } = segmentsOf(name)
  if (segments.length > maxDepth) return `its path has over ${maxDepth} parts`
  for (const segment of segments) {
    const fault = segmentFault(segment)
    if (fault !== undefined) return fault
  }
  return undefined
}

// Some file systems compare without case, without regard to composition, and without what does not show.
const folded = (segment: string): string =>
  segment
    .replace(/\p{Default_Ignorable_Code_Point}/gu, "")
    .toUpperCase()
    .toLowerCase()
    .normalize("NFC")

/** Finds names that would fall together on a disk that takes some letters for the same. */
export class Names {
  private readonly files = new Set<string>()
  private readonly listed = new Set<string>()
  private readonly directories = new Map<string, string>()

  /** Takes one more name; gives what is wrong with it next to those before. */
  add(name: EntryName): string | undefined {
    let key = ""
    let spelled = ""
    for (const [index, segment] of name.segments.entries()) {
      key += `/${folded(segment)}`
      spelled += `/${segment}`
      if (index === name.segments.length - 1 && !name.directory) break
      if (this.files.has(key)) return "a file has the name of a folder on its path"
      const before = this.directories.get(key)
      if (before !== undefined && before !== spelled) return "a folder on its path is also spelled otherwise"
      this.directories.set(key, spelled)
    }
    if (!name.directory && this.directories.has(key)) return "a folder has its name"
    if (this.listed.has(key)) return "its name comes twice"
    this.listed.add(key)
    if (!name.directory) this.files.add(key)
    return undefined
  }
}

const utf8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true })

/** The text of UTF-8 bytes; `undefined` when they are not UTF-8. */
export const decodeName = (bytes: Uint8Array): string | undefined => {
  try {
    return utf8.decode(bytes)
  } catch {
    return undefined
  }
}

/** The last part of a path, with slashes or backslashes; `undefined` when there is none. */
export const lastPart = (name: string): string | undefined =>
  name
    .split(/[\\/]/u)
    .filter((part) => part !== "")
    .at(-1)
