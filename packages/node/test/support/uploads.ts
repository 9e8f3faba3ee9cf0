/** A platform on loopback that takes files, and what tests of uploads need to see of them. */
import { Auth } from "@effect-connectors/core/Auth"
import { BosaApi } from "@effect-connectors/core/BosaApi"
import type * as ConnectorFile from "@effect-connectors/core/ConnectorFile"
import * as NodeConnectors from "@effect-connectors/node/NodeConnectors"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import { createHash } from "node:crypto"
import * as Fs from "node:fs"
import type { RequestListener, ServerResponse } from "node:http"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { row } from "../../../core/test/support/bosaKit.js"
import { http } from "./servers.js"

export const mebibyte = 1024 * 1024

const discovery = JSON.stringify({
  demo: { act: row({ file: { anyOf: [{ type: "string", format: "binary" }, { type: "null" }] } }) }
})

export const folder = Effect.acquireRelease(
  Effect.sync(() => Fs.mkdtempSync(join(tmpdir(), "uploads-"))),
  (path) => Effect.sync(() => Fs.rmSync(path, { recursive: true, force: true }))
)

/** The platform's discovery, and what is to be done with an upload. */
export const accepting =
  (onUpload: RequestListener): RequestListener =>
  (request, response) => {
    if (request.method !== "GET") return onUpload(request, response)
    // so that an upload has a connection of its own
    response.writeHead(200, { "content-type": "application/json", connection: "close" }).end(discovery)
  }

export const serving = (onUpload: RequestListener) => http(accepting(onUpload))

export const done = (response: ServerResponse) =>
  response.writeHead(200, { "content-type": "application/json" }).end(JSON.stringify({ data: {} }))

export const platform = (baseUrl: string, options: NodeConnectors.NodeConnectorsOptions = {}) =>
  BosaApi.layer({ baseUrl }).pipe(
    Layer.provide(Auth.bosa({ apiKey: Redacted.make("key"), userToken: Redacted.make("user") })),
    Layer.provide(NodeConnectors.layerOptions(options))
  )

export const sent = (file: ConnectorFile.ConnectorFile) =>
  Effect.flatMap(BosaApi, (api) => api.execute("demo", "act", { file }))

export const sending = (
  baseUrl: string,
  file: ConnectorFile.ConnectorFile,
  options: NodeConnectors.NodeConnectorsOptions = {}
) => Effect.provide(sent(file), platform(baseUrl, options))

export const turn = Effect.async<void>((resume) => void setImmediate(() => resume(Effect.void)))

/** Waits for as many turns of the event loop as it takes until a value has not changed for 300 of them. */
export const settled = <A>(value: () => A): Effect.Effect<A> =>
  Effect.gen(function* () {
    let last = value()
    for (let same = 0; same < 300; same++) {
      yield* turn
      if (value() !== last) same = 0
      last = value()
    }
    return last
  })

/** The content of the only file of a form. */
export const contentOf = (body: Buffer): Buffer =>
  body.subarray(body.indexOf("\r\n\r\n") + 4, body.lastIndexOf("\r\n--"))

export const sha256 = (content: Uint8Array) => createHash("sha256").update(content).digest("hex")
