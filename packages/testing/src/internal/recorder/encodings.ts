/** How a secret is written in a text. @internal */
export type Encoding = "plain" | "uri" | "form" | "json" | "bytes" | "number"

interface Codec {
  readonly encode: (secret: string) => string
  readonly decode: (written: string) => string
}

const unchanged = (text: string): string => text

const codecs: Readonly<Record<Encoding, Codec>> = {
  plain: { encode: unchanged, decode: unchanged },
  uri: { encode: encodeURIComponent, decode: decodeURIComponent },
  form: {
    encode: (secret) => new URLSearchParams([["", secret]]).toString().slice(1),
    decode: (written) => new URLSearchParams(`=${written}`).get("") ?? written
  },
  json: {
    encode: (secret) => JSON.stringify(secret).slice(1, -1),
    decode: (written) => String(JSON.parse(`"${written}"`))
  },
  // one character for each byte
  bytes: {
    encode: (secret) => Buffer.from(secret).toString("latin1"),
    decode: (written) => Buffer.from(written, "latin1").toString()
  },
  number: { encode: unchanged, decode: unchanged }
}

const orUnchanged = (code: (text: string) => string, text: string): string => {
  try {
    return code(text)
  } catch {
    return text
  }
}

/** @internal */
export const encode = (encoding: Encoding, secret: string): string => orUnchanged(codecs[encoding].encode, secret)

/** @internal */
export const decode = (encoding: Encoding, written: string): string => orUnchanged(codecs[encoding].decode, written)

/** The encodings that secrets are searched in, plain first. @internal */
export const searchedEncodings: ReadonlyArray<Encoding> = ["plain", "uri", "form", "json", "bytes"]
