/** How a secret may be written where it stands. @internal */
export type Form = "plain" | "uri" | "form" | "json" | "bytes" | "number"

interface Coding {
  readonly encode: (secret: string) => string
  readonly decode: (written: string) => string
}

const same = (text: string): string => text

const codings: Readonly<Record<Form, Coding>> = {
  plain: { encode: same, decode: same },
  uri: { encode: encodeURIComponent, decode: decodeURIComponent },
  form: {
    encode: (secret) => new URLSearchParams([["", secret]]).toString().slice(1),
    decode: (written) => new URLSearchParams(`=${written}`).get("") ?? written
  },
  json: {
    encode: (secret) => JSON.stringify(secret).slice(1, -1),
    decode: (written) => String(JSON.parse(`"${written}"`))
  },
  // a text of bytes, one character for each
  bytes: {
    encode: (secret) => Buffer.from(secret).toString("latin1"),
    decode: (written) => Buffer.from(written, "latin1").toString()
  },
  number: { encode: same, decode: same }
}

const guarded = (code: (text: string) => string, text: string): string => {
  try {
    return code(text)
  } catch {
    return text
  }
}

/** @internal */
export const encode = (form: Form, secret: string): string => guarded(codings[form].encode, secret)

/** @internal */
export const decode = (form: Form, written: string): string => guarded(codings[form].decode, written)

/** Every way that a secret is looked for, the plain one first. @internal */
export const searched: ReadonlyArray<Form> = ["plain", "uri", "form", "json", "bytes"]
