import { type ConnectorFile, isConnectorFile } from "@effect-connectors/core/ConnectorFile"
import * as ConnectorFiles from "@effect-connectors/core/ConnectorFile"
import type { Page } from "@effect-connectors/core/Page"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import { type Fields, isFields, type ObservedFile } from "./matching.js"

const bytesIn = (given: unknown): Uint8Array | undefined => {
  if (typeof given === "string") return new TextEncoder().encode(given)
  if (!isFields(given)) return undefined
  if (typeof given["text"] === "string") return new TextEncoder().encode(given["text"])
  return typeof given["base64"] === "string" ? Uint8Array.from(Buffer.from(given["base64"], "base64")) : undefined
}

const textIn = (given: Fields, name: string): string | undefined =>
  typeof given[name] === "string" ? given[name] : undefined

const textsIn = (given: unknown): Readonly<Record<string, string>> | undefined =>
  isFields(given)
    ? Object.fromEntries(
        Object.entries(given).filter((entry): entry is [string, string] => typeof entry[1] === "string")
      )
    : undefined

/** What a vector gives a call: `$file` is a file of ours, `$bytes` bytes. */
export const given = (value: unknown): unknown => {
  if (Array.isArray(value)) return value.map(given)
  if (!isFields(value)) return value
  if ("$bytes" in value) return bytesIn(value["$bytes"])
  const file = value["$file"]
  if (isFields(file)) {
    return ConnectorFiles.fromBytes(bytesIn(file) ?? new Uint8Array(), {
      filename: textIn(file, "filename"),
      contentType: textIn(file, "content_type"),
      headers: textsIn(file["headers"])
    })
  }
  return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, given(inner)]))
}

const observedFile = (file: ConnectorFile): Effect.Effect<{ readonly $file: ObservedFile }> =>
  Effect.map(Effect.orDie(file.bytes), (bytes) => ({
    $file: {
      base64: Buffer.from(bytes).toString("base64"),
      filename: file.filename,
      content_type: file.contentType,
      headers: file.headers
    }
  }))

/** What a call gave, as data. */
export const observed = (value: unknown): Effect.Effect<unknown> =>
  isConnectorFile(value) ? observedFile(value) : Effect.succeed(value)

/** A page as data. */
export const observedPage = (
  page: Omit<Page, "headers" | "requestId" | "ignored" | "nextPosition" | "prevPosition" | "next" | "prev">
): Effect.Effect<unknown> =>
  Effect.map(observed(page.data), (data) => ({
    $response: {
      data,
      meta: page.meta,
      status: page.status,
      is_list: page.isList,
      has_next: page.hasNext,
      has_prev: page.hasPrev
    }
  }))

/** The text of what is kept from logs. */
export const plain = (value: Redacted.Redacted | string | undefined): string | undefined =>
  Redacted.isRedacted(value) ? Redacted.value(value) : value
