/** One client of the row `pages`: `worker.js VARIANT URL`. Each number it is sent is a list of so many pages of ten items. */
import { Auth, BosaApi } from "@effect-connectors/core"
import { NodeConnectors } from "@effect-connectors/node"
import * as NodeHttpClient from "@effect/platform-node/NodeHttpClient"
import * as HttpClient from "@effect/platform/HttpClient"
import * as HttpClientRequest from "@effect/platform/HttpClientRequest"
import * as HttpClientResponse from "@effect/platform/HttpClientResponse"
import * as Chunk from "effect/Chunk"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as ManagedRuntime from "effect/ManagedRuntime"
import * as Option from "effect/Option"
import * as Redacted from "effect/Redacted"
import * as Schema from "effect/Schema"
import * as Stream from "effect/Stream"
import { Pool } from "undici"
import { peer } from "../../peers.js"
import { failedOf } from "../../rounds.js"

const [variant = "", url = ""] = process.argv.slice(2)

/** Called with each item that was read. */
type OnItem = () => void
type Walk = (pages: number, onItem: OnItem) => Promise<unknown>

const ListPage = Schema.Struct({
  data: Schema.Array(Schema.Unknown),
  meta: Schema.Struct({ has_next: Schema.Boolean, forwards_cursor: Schema.String })
})
const headers = { "content-type": "application/json" }

const byHand = (): Walk => {
  const pool = new Pool(url)
  const items = async function* (pages: number) {
    let cursor: string | undefined = undefined
    for (;;) {
      const body: string = JSON.stringify({ pages, cursor })
      const response = await pool.request({ method: "POST", path: "/big/list", headers, body })
      const { data, meta } = Schema.decodeUnknownSync(ListPage)(await response.body.json())
      yield* data
      if (!meta.has_next) return
      cursor = meta.forwards_cursor
    }
  }
  return async (pages, onItem) => {
    for await (const _ of items(pages)) onItem()
  }
}

const byEffect = (): Walk => {
  const runtime = ManagedRuntime.make(NodeHttpClient.layerUndici)
  const items = (pages: number) =>
    Stream.paginateChunkEffect("0", (cursor) =>
      Effect.gen(function* () {
        const client = yield* HttpClient.HttpClient
        const request = yield* HttpClientRequest.bodyJson(HttpClientRequest.post(`${url}/big/list`), { pages, cursor })
        const page = yield* Effect.flatMap(client.execute(request), HttpClientResponse.schemaBodyJson(ListPage))
        const next = page.meta.has_next ? Option.some(page.meta.forwards_cursor) : Option.none()
        return [Chunk.unsafeFromArray(page.data), next] as const
      })
    )
  return (pages, onItem) => runtime.runPromise(Stream.runForEach(items(pages), () => Effect.sync(onItem)))
}

const ours = (): Walk => {
  const runtime = ManagedRuntime.make(
    BosaApi.layer({ baseUrl: url }).pipe(
      Layer.provide(Auth.apiKey(Redacted.make("key"))),
      Layer.provide(NodeConnectors.layer)
    )
  )
  return (pages, onItem) =>
    runtime.runPromise(
      Effect.flatMap(BosaApi, (bosa) =>
        Stream.runForEach(bosa.items("big", "list", { pages }), () => Effect.sync(onItem))
      )
    )
}

const isIterable = (u: unknown): u is AsyncIterable<unknown> =>
  typeof u === "object" && u !== null && Symbol.asyncIterator in u

const openai = async (): Promise<Walk> => {
  const { OpenAI } = await peer("openai")
  if (typeof OpenAI !== "function") throw new Error("not openai")
  return async (pages, onItem) => {
    const client: { readonly files: { readonly list: () => unknown } } = Reflect.construct(OpenAI, [
      { apiKey: "key", baseURL: `${url}/openai/${pages}` }
    ])
    const list = client.files.list()
    if (!isIterable(list)) throw new Error("not a list")
    for await (const _ of list) onItem()
  }
}

const variants: Readonly<Record<string, () => Walk | Promise<Walk>>> = {
  "async generator over undici": byHand,
  "ours, items": ours,
  "effect paginateChunkEffect": byEffect,
  openai
}
const prepare = variants[variant]
if (prepare === undefined) throw new Error(`there is no variant "${variant}"`)
const walk = await prepare()

/** CPU of one page in microseconds. */
const cpuOf = async (pages: number): Promise<number> => {
  let items = 0
  const before = process.cpuUsage()
  await walk(pages, () => void items++)
  const { system, user } = process.cpuUsage(before)
  if (items !== pages * 10) throw new Error(`${items} items`)
  return (system + user) / pages
}

/** The most live heap in MiB, sampled after garbage collection at 20 places. */
const heapOf = async (pages: number): Promise<number> => {
  let items = 0
  let peak = 0
  await walk(pages, () => {
    if (++items % Math.floor(pages / 2) !== 0) return
    globalThis.gc?.()
    peak = Math.max(peak, process.memoryUsage().heapUsed)
  })
  if (items !== pages * 10) throw new Error(`${items} items`)
  return peak / 1024 / 1024
}

process.on("message", (message: unknown) => {
  const measured =
    typeof message === "object" && message !== null && "heap" in message
      ? heapOf(Number(message.heap))
      : cpuOf(Number(message))
  void measured.then(
    (value) => process.send?.(value),
    (error: unknown) => process.send?.(failedOf(error))
  )
})
process.on("disconnect", () => process.exit(0))
