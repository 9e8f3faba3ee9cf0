import { zipSync } from "fflate"

/** An archive is the same whenever it is made. */
const mtime = "1980-01-01T12:00"

/** @internal */
export const zip = (files: Readonly<Record<string, string>>): Uint8Array => {
  const encoder = new TextEncoder()
  return zipSync(
    Object.fromEntries(Object.entries(files).map(([name, text]) => [name, [encoder.encode(text), { mtime }]]))
  )
}
