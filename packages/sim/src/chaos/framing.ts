const terminator = "\r\n\r\n"

export const headLength = (bytes: Buffer): number | undefined => {
  const at = bytes.indexOf(terminator)
  return at < 0 ? undefined : at + terminator.length
}

/** The length of the first HTTP message in these bytes, once all of it is there. */
export const messageLength = (bytes: Buffer): number | undefined => {
  const start = headLength(bytes)
  if (start === undefined) return undefined
  const head = bytes.toString("latin1", 0, start)
  if (/^transfer-encoding: *chunked/im.test(head)) {
    const end = bytes.indexOf(`\r\n0${terminator}`, start - 2)
    return end < 0 ? undefined : end + 7
  }
  const length = start + Number(/^content-length: *(\d+)/im.exec(head)?.[1] ?? 0)
  return bytes.length < length ? undefined : length
}

/** A response with its own length, unless the headers say otherwise. */
export const responseBytes = (
  status: number,
  body: string | Buffer,
  headers: Readonly<Record<string, string | number>> = {}
): Buffer => {
  const content = typeof body === "string" ? Buffer.from(body) : body
  const lines = Object.entries({ "content-type": "application/json", "content-length": content.length, ...headers })
  const head = lines.map(([name, value]) => `${name}: ${value}\r\n`).join("")
  return Buffer.concat([Buffer.from(`HTTP/1.1 ${status} X\r\n${head}\r\n`, "latin1"), content])
}
