import * as Effect from "effect/Effect"
import * as Encoding from "effect/Encoding"
import * as Option from "effect/Option"
import * as Redacted from "effect/Redacted"
import * as Schema from "effect/Schema"
import { InvalidRequest, type Issue } from "../../InvalidRequest.js"
import * as OptionNames from "../../OptionNames.js"
import type { HmacOptions, Received, Secrets, Signed, WebhookSignature } from "../../WebhookSignature.js"
import { type Hash, keyOf, sign, verifies } from "./hmac.js"

type Bytes = Uint8Array<ArrayBuffer>

const encoder = new TextEncoder()
const textBytes = (text: string): Bytes => encoder.encode(text)

// a header with more is not one of a sender
const mostSignatures = 16

const idHeader = "webhook-id"
const timestampHeader = "webhook-timestamp"
const signatureHeader = "webhook-signature"

const listOf = (secrets: Secrets): ReadonlyArray<Redacted.Redacted> =>
  Redacted.isRedacted(secrets) ? [secrets] : secrets

const secretIssues = (secrets: Secrets): ReadonlyArray<Issue> => {
  const list = listOf(secrets)
  if (list.length === 0) return [{ path: ["secrets"], message: "is empty", fix: "give at least one" }]
  return list.flatMap((secret, index) => (Redacted.value(secret) === "" ? [emptySecret(index)] : []))
}

const emptySecret = (index: number): Issue => ({
  path: ["secrets", String(index)],
  message: "is empty",
  fix: "give a secret"
})

const headerIssues = (path: string, header: string | undefined): ReadonlyArray<Issue> =>
  header === undefined || /^[!#$%&'*+.^_`|~0-9a-z-]+$/i.test(header)
    ? []
    : [{ path: [path], message: "is not the name of a header", fix: "give its name alone" }]

const choiceIssues = (path: string, given: unknown, choices: ReadonlyArray<string>): ReadonlyArray<Issue> =>
  choices.some((choice) => choice === given)
    ? []
    : [{ path: [path], message: "is not one of its values", fix: `give one of ${choices.join(", ")}` }]

const refuse = (operation: string, issues: ReadonlyArray<Issue>): Effect.Effect<never, InvalidRequest> =>
  Effect.fail(new InvalidRequest({ operation, issues: [...issues] }))

const joined = (before: string, body: Uint8Array): Bytes => {
  const start = textBytes(before)
  const all = new Uint8Array(start.length + body.length)
  all.set(start)
  all.set(body, start.length)
  return all
}

// a part of such an id could be taken as the time, and the time as a part of the body, under the same signature
const isAmbiguous = (id: string): boolean => /\.\d{1,12}(?:\.|$)/.test(id)

const decoders = {
  hex: Schema.decodeOption(Schema.Uint8ArrayFromHex),
  base64: Schema.decodeOption(Schema.Uint8ArrayFromBase64)
} as const

const decodedAs = (encoding: keyof typeof decoders, text: string): Bytes | undefined =>
  Option.getOrUndefined(Option.map(decoders[encoding](text), (bytes) => Uint8Array.from(bytes)))

// seconds since 1970, as a sender writes them
const millisOf = (seconds: string | undefined): number | undefined =>
  seconds !== undefined && /^\d{1,12}$/.test(seconds) ? Number(seconds) * 1000 : undefined

const standardKeys = (secrets: Secrets, operation: string): Effect.Effect<ReadonlyArray<CryptoKey>, InvalidRequest> => {
  const decoded = listOf(secrets).map((secret) => decodedAs("base64", Redacted.value(secret).replace(/^whsec_/, "")))
  const issues = [
    ...(decoded.length === 0 ? secretIssues(secrets) : []),
    ...decoded.flatMap((key, index) => {
      if (key !== undefined) return key.length === 0 ? [emptySecret(index)] : []
      return [
        { path: ["secrets", String(index)], message: "is not base64", fix: "give it as the sender shows it, whsec_..." }
      ]
    })
  ]
  return issues.length > 0
    ? refuse(operation, issues)
    : Effect.forEach(
        decoded.filter((key) => key !== undefined),
        (key) => keyOf(key, "SHA-256")
      )
}

const standardText = (id: string, timestamp: string, body: Uint8Array): Bytes => joined(`${id}.${timestamp}.`, body)

const base64Signatures = (header: string): ReadonlyArray<Bytes> =>
  header
    .split(" ")
    .slice(0, mostSignatures)
    .flatMap((signature) => {
      const decoded = signature.startsWith("v1,") ? decodedAs("base64", signature.slice(3)) : undefined
      return decoded === undefined ? [] : [decoded]
    })

/** @internal */
export const standard = (secrets: Secrets): Effect.Effect<WebhookSignature, InvalidRequest> =>
  Effect.map(standardKeys(secrets, "WebhookSignature.standard"), (keys) => ({
    verify: ({ body, headers }: Received) => {
      const { [idHeader]: id = "", [timestampHeader]: timestamp = "", [signatureHeader]: signature = "" } = headers
      const signedAtMillis = millisOf(timestamp)
      if (id === "" || isAmbiguous(id) || signedAtMillis === undefined) return Effect.succeed(undefined)
      const signed: Signed = { id, signedAtMillis }
      return Effect.map(verifies(keys, base64Signatures(signature), standardText(id, timestamp, body)), (isSigned) =>
        isSigned ? signed : undefined
      )
    }
  }))

/** @internal */
export const standardHeaders = Effect.fnUntraced(function* (delivery: {
  readonly id: string
  readonly signedAtMillis: number
  readonly body: string | Uint8Array
  readonly secret: Redacted.Redacted
}) {
  const { body, id, secret, signedAtMillis } = delivery
  const timestamp = String(Math.floor(signedAtMillis / 1000))
  const keys = yield* standardKeys(secret, "WebhookSignature.standardHeaders")
  const text = standardText(id, timestamp, typeof body === "string" ? textBytes(body) : body)
  const signatures = yield* Effect.forEach(keys, (key) => sign(key, text))
  return {
    [idHeader]: id,
    [timestampHeader]: timestamp,
    [signatureHeader]: signatures.map((signature) => `v1,${Encoding.encodeBase64(signature)}`).join(" ")
  }
})

const hmacNames = OptionNames.make<HmacOptions>({
  secrets: true,
  header: true,
  prefix: true,
  encoding: true,
  hash: true,
  idHeader: true,
  timestampHeader: true,
  signed: true
})

const hmacIssues = (options: HmacOptions): ReadonlyArray<Issue> => {
  const { encoding = "hex", hash = "SHA-256", header, idHeader, secrets, signed = "{body}", timestampHeader } = options
  const needs = (part: string, name: string, given: string | undefined): ReadonlyArray<Issue> =>
    signed.includes(part) && given === undefined
      ? [{ path: [name], message: `is missing, and ${signed} is signed`, fix: "name the header" }]
      : []
  return [
    ...OptionNames.issues(hmacNames, options),
    ...secretIssues(secrets),
    ...headerIssues("header", header),
    ...headerIssues("idHeader", idHeader),
    ...headerIssues("timestampHeader", timestampHeader),
    ...choiceIssues("encoding", encoding, Object.keys(decoders)),
    ...choiceIssues("hash", hash, ["SHA-256", "SHA-512"]),
    ...choiceIssues("signed", signed, ["{body}", "{timestamp}.{body}", "{id}.{timestamp}.{body}"]),
    ...needs("{id}", "idHeader", idHeader),
    ...needs("{timestamp}", "timestampHeader", timestampHeader)
  ]
}

const signedText = (
  { idHeader, signed = "{body}", timestampHeader }: HmacOptions,
  { body, headers }: Received
): Bytes => {
  const id = headers[idHeader?.toLowerCase() ?? ""] ?? ""
  const timestamp = headers[timestampHeader?.toLowerCase() ?? ""] ?? ""
  return joined(
    signed
      .replace("{id}", () => id)
      .replace("{timestamp}", () => timestamp)
      .replace("{body}", ""),
    body
  )
}

const hmacSigned = ({ idHeader, signed = "{body}", timestampHeader }: HmacOptions, { headers }: Received): Signed => ({
  id: (idHeader === undefined ? undefined : headers[idHeader.toLowerCase()]) || undefined,
  // a time that is not signed proves nothing
  signedAtMillis:
    timestampHeader !== undefined && signed.includes("{timestamp}")
      ? millisOf(headers[timestampHeader.toLowerCase()])
      : undefined
})

/** @internal */
export const hmac = Effect.fnUntraced(function* (
  options: HmacOptions
): Effect.fn.Return<WebhookSignature, InvalidRequest> {
  const issues = hmacIssues(options)
  if (issues.length > 0) return yield* refuse("WebhookSignature.hmac", issues)
  const { encoding = "hex", hash = "SHA-256", header, prefix = "", secrets } = options
  const keys = yield* Effect.forEach(listOf(secrets), (secret) =>
    keyOf(textBytes(Redacted.value(secret)), hash satisfies Hash)
  )
  const signatureOf = (value: string): ReadonlyArray<Bytes> => {
    const decoded = value.startsWith(prefix) ? decodedAs(encoding, value.slice(prefix.length)) : undefined
    return decoded === undefined ? [] : [decoded]
  }
  return {
    verify: (received) => {
      const signatures = signatureOf(received.headers[header.toLowerCase()] ?? "")
      const proved = hmacSigned(options, received)
      const { signed = "{body}" } = options
      // what is signed holds its time or id, and this one has none
      const hasTime = proved.signedAtMillis !== undefined || !signed.includes("{timestamp}")
      const hasId = !signed.includes("{id}") || (proved.id !== undefined && !isAmbiguous(proved.id))
      if (!hasTime || !hasId) return Effect.succeed(undefined)
      return Effect.map(verifies(keys, signatures, signedText(options, received)), (isSigned) =>
        isSigned ? proved : undefined
      )
    }
  }
})

interface SharedHeader {
  readonly secrets: Secrets
  readonly header?: string | undefined
  readonly idHeader?: string | undefined
}

// no sender can put it in a header as it is, so that nothing would ever be right
const unsendableIssues = (secrets: Secrets): ReadonlyArray<Issue> =>
  listOf(secrets).flatMap((secret, index) => {
    const text = Redacted.value(secret)
    return text === text.trim()
      ? []
      : [
          {
            path: ["secrets", String(index)],
            message: "starts or ends with a space or a line break, which no header can hold",
            fix: "take it away"
          }
        ]
  })

const sharedNames = OptionNames.make<SharedHeader>({ secrets: true, header: true, idHeader: true })

/** @internal */
export const sharedHeader = Effect.fnUntraced(function* (
  options: SharedHeader
): Effect.fn.Return<WebhookSignature, InvalidRequest> {
  const { header = "x-api-key", idHeader, secrets } = options
  const issues = [
    ...OptionNames.issues(sharedNames, options),
    ...secretIssues(secrets),
    ...unsendableIssues(secrets),
    ...headerIssues("header", header),
    ...headerIssues("idHeader", idHeader)
  ]
  if (issues.length > 0) return yield* refuse("WebhookSignature.sharedHeader", issues)
  // compared by their HMACs under a key of this process: the time says nothing of the secret
  const key = yield* keyOf(globalThis.crypto.getRandomValues(new Uint8Array(32)), "SHA-256")
  const known = yield* Effect.forEach(listOf(secrets), (secret) => sign(key, textBytes(Redacted.value(secret))))
  return {
    verify: ({ headers }) =>
      Effect.map(verifies([key], known, textBytes(headers[header.toLowerCase()] ?? "")), (isKnown) =>
        isKnown
          ? { id: (idHeader && headers[idHeader.toLowerCase()]) || undefined, signedAtMillis: undefined }
          : undefined
      )
  }
})
