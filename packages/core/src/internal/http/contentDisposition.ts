const token = /[^\s;="]+/y
const space = /\s*/y

interface Reader {
  readonly text: string
  at: number
}

const take = (reader: Reader, pattern: RegExp): string => {
  pattern.lastIndex = reader.at
  const found = pattern.exec(reader.text)?.[0] ?? ""
  reader.at += found.length
  return found
}

const takeQuoted = (reader: Reader): string => {
  let value = ""
  reader.at++
  while (reader.at < reader.text.length) {
    const character = reader.text.charAt(reader.at++)
    if (character === '"') break
    const next = reader.text.charAt(reader.at)
    // a backslash before anything else is one of a Windows path, which careless servers do not escape
    if (character === "\\" && (next === '"' || next === "\\")) {
      value += next
      reader.at++
    } else value += character
  }
  return value
}

const plainValue = /[^;]*/y

/** The parameters by their names in lower case; the first of a name holds. */
const parameters = (header: string): ReadonlyMap<string, string> => {
  const found = new Map<string, string>()
  const reader: Reader = { text: header, at: 0 }
  while (reader.at < header.length) {
    take(reader, space)
    const name = take(reader, token).toLowerCase()
    take(reader, space)
    if (name !== "" && header.charAt(reader.at) === "=") {
      reader.at++
      take(reader, space)
      const value = header.charAt(reader.at) === '"' ? takeQuoted(reader) : take(reader, plainValue).trim()
      if (!found.has(name)) found.set(name, value)
    }
    take(reader, plainValue)
    reader.at++
  }
  return found
}

const utf8 = (bytes: Uint8Array): string | undefined => {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes)
  } catch {
    return undefined
  }
}

const extended = /^(utf-8|iso-8859-1)'[^']*'((?:[\x21-\x24\x26-\x7e ]|%[0-9a-f]{2})*)$/i

const decodeExtended = (value: string | undefined): string | undefined => {
  const [, charset = "", text = ""] = extended.exec(value ?? "") ?? []
  if (charset === "") return undefined
  const latin1 = text.replace(/%(..)/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)))
  return charset.toLowerCase() === "utf-8"
    ? utf8(Uint8Array.from(latin1, (character) => character.charCodeAt(0)))
    : latin1
}

// servers write names as bare UTF-8, and a transport hands the bytes on as characters of Latin-1
const mended = (value: string): string =>
  /[\u0080-\u00ff]/.test(value) && !/[\u0100-\uffff]/.test(value)
    ? (utf8(Uint8Array.from(value, (character) => character.charCodeAt(0))) ?? value)
    : value

const maxBytes = 255
const maxExtensionBytes = 32

// controls, and characters that reorder text: they disguise the end of a name
// oxlint-disable-next-line no-control-regex
const hidden = /[\u0000-\u001f\u007f-\u009f\u200e\u200f\u2028-\u202e\u2066-\u2069]/g
const loneSurrogate = /[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g
const drive = /^(?:[A-Za-z]:\s*)+/
const reserved =
  /^(?:con|prn|aux|nul|com[0-9\u00b9\u00b2\u00b3]|lpt[0-9\u00b9\u00b2\u00b3]|conin\$|conout\$)\s*(?:\.|$)/i

// Windows drops dots and spaces at the end, so that "a." and "a" are one file
const withoutEnd = (name: string): string => {
  let end = name.length
  while (end > 0 && /[\s.]/.test(name.charAt(end - 1))) end--
  return name.slice(0, end)
}

const encoder = new TextEncoder()
const byteLength = (text: string): number => encoder.encode(text).length

const shortened = (name: string): string => {
  if (byteLength(name) <= maxBytes) return name
  const dot = name.lastIndexOf(".")
  const last = dot > 0 ? name.slice(dot) : ""
  const extension = byteLength(last) <= maxExtensionBytes ? last : ""
  let stem = ""
  let room = maxBytes - byteLength(extension)
  for (const character of name.slice(0, name.length - extension.length)) {
    room -= byteLength(character)
    if (room < 0) break
    stem += character
  }
  return extension === "" ? withoutEnd(stem) : stem + extension
}

/**
 * The name that a file may have in a folder: one segment without a path, controls or names that are devices on
 * Windows, of 255 bytes at most.
 *
 * @internal
 */
export const safeFilename = (name: string): string | undefined => {
  const segment = name.replace(hidden, "").split(/[/\\]/).at(-1) ?? ""
  const trimmed = withoutEnd(segment.replace(loneSurrogate, "\ufffd").trim().replace(drive, "").trimStart())
  if (trimmed === "") return undefined
  return shortened(reserved.test(trimmed) ? `_${trimmed}` : trimmed)
}

/**
 * The file name in a `Content-Disposition` that was received: `filename*`, where it can be read, else `filename`.
 *
 * @internal
 */
export const filenameOf = (header: string | undefined): string | undefined => {
  if (header === undefined) return undefined
  const found = parameters(header)
  const star = decodeExtended(found.get("filename*"))
  const safeStar = star === undefined ? undefined : safeFilename(star)
  if (safeStar !== undefined) return safeStar
  const plain = found.get("filename")
  return plain === undefined ? undefined : safeFilename(mended(plain))
}
