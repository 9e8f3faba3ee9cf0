/** One part of a form. @internal */
export interface Part {
  readonly name: string
  readonly filename: string | undefined
  readonly contentType: string | undefined
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>
  readonly bytes: Uint8Array
}

const find = (bytes: Uint8Array, pattern: Uint8Array, from: number): number => {
  const [first = 0] = pattern
  for (let at = bytes.indexOf(first, from); at !== -1; at = bytes.indexOf(first, at + 1)) {
    if (at + pattern.length > bytes.length) return -1
    let same = 1
    while (same < pattern.length && bytes[at + same] === pattern[same]) same++
    if (same === pattern.length) return at
  }
  return -1
}

/** A parameter of a header: quoted, with quotes escaped by `\` or as `%22`, or bare. */
const parameter = (header: string, name: string): string | undefined => {
  const match = new RegExp(`;\\s*${name}=(?:"((?:[^"\\\\]|\\\\.)*)"|([^;\\s]*))`, "i").exec(header)
  if (match === null) return undefined
  return (match[1]?.replace(/\\(["\\])/g, "$1") ?? match[2] ?? "").replace(/%22/g, '"')
}

const decoder = new TextDecoder()
const encoder = new TextEncoder()

const partOf = (bytes: Uint8Array): Part | undefined => {
  const end = find(bytes, encoder.encode("\r\n\r\n"), 0)
  if (end === -1) return undefined
  const headers: Record<string, string> = {}
  for (const line of decoder.decode(bytes.subarray(0, end)).split("\r\n")) {
    const colon = line.indexOf(":")
    if (colon > 0) headers[line.slice(0, colon).trim().toLowerCase()] = line.slice(colon + 1).trim()
  }
  const disposition = headers["content-disposition"] ?? ""
  const name = parameter(disposition, "name")
  if (name === undefined || !disposition.toLowerCase().startsWith("form-data")) return undefined
  const filename = parameter(disposition, "filename")
  return { name, filename, contentType: headers["content-type"], headers, bytes: bytes.subarray(end + 4) }
}

/** The parts of a form in the order sent; `undefined` when it is not well formed. @internal */
export const parts = (contentType: string, body: Uint8Array): ReadonlyArray<Part> | undefined => {
  const boundary = parameter(contentType, "boundary")
  if (boundary === undefined || boundary === "") return undefined
  const mark = encoder.encode(`--${boundary}`)
  const delimiter = encoder.encode(`\r\n--${boundary}`)
  if (find(body, mark, 0) !== 0) return undefined
  const found: Array<Part> = []
  let from = mark.length
  while (body[from] !== 0x2d || body[from + 1] !== 0x2d) {
    const next = find(body, delimiter, from)
    if (next === -1 || body[from] !== 0x0d || body[from + 1] !== 0x0a) return undefined
    const part = partOf(body.subarray(from + 2, next))
    if (part === undefined) return undefined
    found.push(part)
    from = next + delimiter.length
  }
  return found
}
