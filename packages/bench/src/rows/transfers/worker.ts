/** One client of the row `files`: `worker.js up|down VARIANT URL`. Each number it is sent is a transfer of so many MiB. */
import { Action, Auth, BosaApi, ConnectorFile, FetchTransport } from "@effect-connectors/core"
import { NodeConnectors, NodeFile } from "@effect-connectors/node"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as ManagedRuntime from "effect/ManagedRuntime"
import * as Redacted from "effect/Redacted"
import * as Stream from "effect/Stream"
import * as Fs from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { type Readable, Writable } from "node:stream"
import { pipeline } from "node:stream/promises"
import { request, stream } from "undici"
import { peer } from "../../peers.js"
import { failedOf } from "../../rounds.js"

const [direction = "", variant = "", url = ""] = process.argv.slice(2)
const mebibyte = 1024 * 1024

let received = 0
const sink = () =>
  new Writable({
    write: (chunk: Buffer, _, done) => {
      received += chunk.length
      done()
    }
  })

const folder = Fs.mkdtempSync(join(tmpdir(), "bench-files-"))
process.once("exit", () => Fs.rmSync(folder, { recursive: true, force: true }))

/** A file of that size without blocks on the disk. */
const fileOf = (mebibytes: number): string => {
  const path = join(folder, `${mebibytes}.bin`)
  if (!Fs.existsSync(path)) Fs.writeFileSync(path, "")
  Fs.truncateSync(path, mebibytes * mebibyte)
  return path
}

const rawUpload = (mebibytes: number) => ({
  headers: { "content-type": "application/octet-stream", "content-length": String(mebibytes * mebibyte) },
  body: Fs.createReadStream(fileOf(mebibytes))
})
const wanted = (mebibytes: number) => ({
  method: "POST",
  headers: { "content-type": "application/json" },
  body: JSON.stringify({ mebibytes })
})
const uploadUrl = `${url}/big/upload`
const downloadUrl = `${url}/big/download`

type Move = (mebibytes: number) => Promise<unknown>
type Moving = Effect.Effect<unknown, unknown, BosaApi>

const ours = (transport: typeof NodeConnectors.layer, move: (mebibytes: number) => Moving): (() => Promise<Move>) => {
  const runtime = ManagedRuntime.make(
    BosaApi.layer({ baseUrl: url }).pipe(Layer.provide(Auth.apiKey(Redacted.make("key"))), Layer.provide(transport))
  )
  return () => Promise.resolve((mebibytes) => runtime.runPromise(move(mebibytes)))
}

const sent = (file: ConnectorFile.ConnectorFile) =>
  Effect.flatMap(BosaApi, (bosa) => bosa.run("big", "upload", { file }))

const pieces = Array.from({ length: 97 }, (_, index) => Buffer.alloc(64 * 1024, `piece ${index} `))
const sentStream = (mebibytes: number) =>
  sent(
    ConnectorFile.fromStream(
      Stream.map(Stream.range(1, mebibytes * 16, 1), (n) => pieces[n % 97] ?? Buffer.alloc(0)),
      { filename: "big.bin", size: mebibytes * mebibyte }
    )
  )
const sentPath = (mebibytes: number) => Effect.flatMap(NodeFile.fromPath(fileOf(mebibytes)), sent)

const opened = <A, E>(mebibytes: number, use: (file: ConnectorFile.ConnectorFile) => Effect.Effect<A, E>) =>
  Effect.scoped(
    Effect.gen(function* () {
      const bosa = yield* BosaApi
      const download = bosa.connect("big").action("download").pipe(Action.params({ mebibytes }), Action.download)
      return yield* Effect.flatMap(download, use)
    })
  )
const readStream = (mebibytes: number) =>
  opened(mebibytes, (file) =>
    Stream.runForEach(file.stream, (piece) => Effect.sync(() => void (received += piece.length)))
  )
const saved = (mebibytes: number) =>
  opened(mebibytes, (file) =>
    Effect.map(
      NodeFile.save(file, join(folder, "saved.bin"), { overwrite: true }),
      ({ bytes }) => void (received += bytes)
    )
  )

const got = async () => {
  const { got } = await peer("got")
  if (typeof got !== "function" || !("stream" in got) || typeof got.stream !== "function") throw new Error("not got")
  const { stream } = got
  return (at: string, options: object): NodeJS.ReadWriteStream => stream(at, options)
}

interface Axios {
  readonly post: (at: string, body: unknown, options: object) => Promise<{ readonly data: Readable }>
}

const axiosPost = async (): Promise<Axios["post"]> => {
  const { default: axios } = await peer<{ readonly default: Axios }>("axios")
  return (at, body, options) => axios.post(at, body, options)
}

const variants: Readonly<Record<string, Readonly<Record<string, () => Promise<Move>>>>> = {
  up: {
    "undici request": () =>
      Promise.resolve(async (mebibytes) =>
        (await request(uploadUrl, { method: "POST", ...rawUpload(mebibytes) })).body.json()
      ),
    "ours, NodeFile.fromPath": ours(NodeConnectors.layer, sentPath),
    "ours, a Stream": ours(NodeConnectors.layer, sentStream),
    "ours over FetchTransport, NodeFile.fromPath": ours(FetchTransport.layer, sentPath),
    axios: async () => {
      const post = await axiosPost()
      return (mebibytes) => {
        const { body, headers } = rawUpload(mebibytes)
        return post(uploadUrl, body, { headers, maxBodyLength: Infinity, maxRedirects: 0 })
      }
    },
    got: async () => {
      const stream = await got()
      return (mebibytes) => {
        const { body, headers } = rawUpload(mebibytes)
        return pipeline(body, stream(uploadUrl, { method: "POST", headers }), sink())
      }
    },
    "global fetch": () =>
      Promise.resolve(async (mebibytes) => {
        const body = await Fs.openAsBlob(fileOf(mebibytes))
        return (await fetch(uploadUrl, { method: "POST", body })).json()
      })
  },
  down: {
    "undici stream": () =>
      Promise.resolve((mebibytes) => stream(downloadUrl, { ...wanted(mebibytes), method: "POST" }, sink)),
    "undici request": () =>
      Promise.resolve(async (mebibytes) =>
        pipeline((await request(downloadUrl, { ...wanted(mebibytes), method: "POST" })).body, sink())
      ),
    "ours, a Stream": ours(NodeConnectors.layer, readStream),
    "ours, NodeFile.save": ours(NodeConnectors.layer, saved),
    "ours over FetchTransport, a Stream": ours(FetchTransport.layer, readStream),
    axios: async () => {
      const post = await axiosPost()
      return async (mebibytes) => {
        const { data } = await post(downloadUrl, { mebibytes }, { responseType: "stream" })
        return pipeline(data, sink())
      }
    },
    got: async () => {
      const stream = await got()
      return (mebibytes) => pipeline(stream(downloadUrl, wanted(mebibytes)), sink())
    },
    "global fetch": () =>
      Promise.resolve(async (mebibytes) => {
        const { body } = await fetch(downloadUrl, wanted(mebibytes))
        if (body === null) return
        for await (const piece of body) received += piece.length
      })
  }
}

const prepare = variants[direction]?.[variant]
if (prepare === undefined) throw new Error(`there is no variant "${direction} ${variant}"`)
const move = await prepare()

const transfer = async (mebibytes: number): Promise<number> => {
  received = 0
  const before = process.cpuUsage()
  await move(mebibytes)
  const { system, user } = process.cpuUsage(before)
  if (direction === "down" && received !== mebibytes * mebibyte) throw new Error(`received ${received} bytes`)
  return (system + user) / 1000
}

process.on("message", (message: unknown) => {
  if (message === "collect") {
    globalThis.gc?.()
    globalThis.gc?.()
    process.send?.("collected")
  } else {
    void transfer(Number(message)).then(
      (millis) => process.send?.(millis),
      (error: unknown) => process.send?.(failedOf(error))
    )
  }
})
process.on("disconnect", () => process.exit(0))
