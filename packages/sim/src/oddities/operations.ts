import * as Action from "@effect-connectors/core/Action"
import * as ConnectorFile from "@effect-connectors/core/ConnectorFile"
import * as Effect from "effect/Effect"
import { clockOperations } from "./clockOperations.js"
import { type Content, json, jsonShown, type Operation, whole } from "./operation.js"

/** Packs well, and is long enough that a part of it looks like a file. */
const fileOf = (marker: string): Buffer =>
  Buffer.from(Array.from({ length: 6_000 }, (_, line) => `${line};${marker};${(line * 7919) % 104729}\n`).join(""))

const file = (marker: string): Content => ({ type: "text/csv", bytes: fileOf(marker) })

const fileShown = (marker: string, bytes: Uint8Array): string =>
  fileOf(marker).equals(bytes) ? whole(marker) : `${bytes.length} bytes of another file`

const everyday = {
  read: {
    target: /^GET \/api\/v1\/connections\//,
    isUnsafe: false,
    content: (marker) => json({ connection: { slug: marker } }),
    run: ({ connections }, marker) => Effect.map(connections.get(marker), (value) => jsonShown(marker, value))
  },
  idempotent: {
    target: /toggle-active/,
    isUnsafe: false,
    content: (marker) => json({ connection: { slug: marker, active: true } }),
    // it may have nothing to say
    run: ({ connections }, marker) => Effect.as(connections.setActive(marker, true), whole(marker))
  },
  execute: {
    target: /\/execute/,
    isUnsafe: true,
    content: (marker) => json({ result: { ran: marker } }),
    run: ({ connections }, marker) =>
      Effect.map(connections.actions.execute("crm", "a", { input: { marker } }), (value) => jsonShown(marker, value))
  },
  action: {
    target: /^POST \/demo\/act/,
    isUnsafe: true,
    discovers: true,
    content: (marker) => json({ data: { ran: marker }, meta: null }),
    run: ({ bosa }, marker) =>
      Effect.map(bosa.run("demo", "act", { marker }), (value) =>
        ConnectorFile.isConnectorFile(value) ? "a file" : jsonShown(marker, value)
      )
  },
  file: {
    target: /^POST \/demo\/file/,
    isUnsafe: true,
    discovers: true,
    content: file,
    run: ({ bosa }, marker) =>
      Effect.flatMap(bosa.run("demo", "file", { marker }), (page) =>
        ConnectorFile.isConnectorFile(page.data)
          ? Effect.map(page.data.bytes, (bytes) => fileShown(marker, bytes))
          : Effect.succeed(jsonShown("no file", page))
      )
  },
  download: {
    target: /^POST \/demo\/file/,
    isUnsafe: true,
    discovers: true,
    content: file,
    run: ({ bosa }, marker) =>
      bosa
        .connect("demo")
        .action("file")
        .pipe(
          Action.params({ marker }),
          Action.download,
          Effect.flatMap(({ bytes }) => bytes),
          Effect.map((bytes) => fileShown(marker, bytes)),
          Effect.scoped
        )
  }
} satisfies Record<string, Operation>

export const operations = { ...everyday, ...clockOperations }

export type OperationName = keyof typeof operations

/** Those that meet every oddity which does not name its own. */ export const operationNames: ReadonlyArray<OperationName> =
  ["read", "idempotent", "execute", "action", "file", "download"]

/** Those that are made while the clock is set. */
export const clockOperationNames: ReadonlyArray<OperationName> = ["follow", "retry", "token"]

const schema = { anyOf: [{ type: "string" }, { type: "null" }] }
const row = (path: string) => ({
  method: "POST",
  path,
  docstring: "Acts.",
  parameters: { request: { schema: { properties: { marker: schema } } } },
  request_body: { title: "Request", type: "object", properties: { marker: schema } }
})

/** What discovery finds. */
export const catalog = { demo: { act: row("/demo/act"), file: row("/demo/file") } }
