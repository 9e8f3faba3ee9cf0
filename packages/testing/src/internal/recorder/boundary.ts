import type { Headers } from "../../Recording.js"

const fixed = "recorded-boundary"

const named = /^(multipart\/[^;]+;.*?\bboundary=)("?)([^";]+)\2/i

/** The headers and the body of a multipart form with a fixed boundary. The client draws a new one for each run. @internal */
export const withFixedBoundary = (
  headers: Headers,
  bytes: Uint8Array
): { readonly headers: Headers; readonly bytes: Uint8Array } => {
  const contentType = headers["content-type"] ?? ""
  const [, , , boundary] = named.exec(contentType) ?? []
  if (boundary === undefined) return { headers, bytes }
  const text = Buffer.from(bytes).toString("latin1").replaceAll(`--${boundary}`, `--${fixed}`)
  return {
    headers: { ...headers, "content-type": contentType.replace(boundary, fixed) },
    bytes: Buffer.from(text, "latin1")
  }
}
