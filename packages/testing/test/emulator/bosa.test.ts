import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { createHash } from "node:crypto"
import * as Emulator from "../../src/Emulator.ts"
import { at, textAt } from "../support/bosa.ts"

const memory = Emulator.make({ executors: "memory" })

interface RequestOptions {
  readonly method?: string
  readonly token?: string
  readonly json?: unknown
  readonly body?: BodyInit
}

const request = (url: string, { method = "POST", token, json, body }: RequestOptions = {}) =>
  Effect.tryPromise(async () => {
    const response = await fetch(url, {
      method,
      redirect: "manual",
      headers: {
        "x-api-key": "demo-key",
        ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
        ...(json === undefined ? {} : { "content-type": "application/json" })
      },
      ...(json === undefined ? {} : { body: JSON.stringify(json) }),
      ...(body === undefined ? {} : { body })
    })
    const bytes = new Uint8Array(await response.arrayBuffer())
    const isJson = response.headers.get("content-type") === "application/json"
    const parsed: unknown = isJson ? JSON.parse(new TextDecoder().decode(bytes)) : undefined
    return { status: response.status, headers: response.headers, bytes, body: parsed }
  })

const bytes = Uint8Array.from({ length: 70_000 }, (_, index) => (index * 7) % 256)

describe("the emulator as the BOSA platform", () => {
  it.scopedLive("serves both platforms at one origin", () =>
    Effect.gen(function* () {
      const { bosa, requests, url } = yield* memory
      assert.strictEqual(bosa.apiKey, "demo-key")
      const names = yield* request(`${url}/connectors/names`, { method: "GET" })
      assert.deepStrictEqual(names.body, ["demo", "github", "notes"])
      assert.strictEqual((yield* request(`${url}/api/v1/connections`, { method: "GET" })).status, 200)
      assert.strictEqual((yield* request(`${url}/api/v1/none`, { method: "GET" })).status, 404)
      const unknown = yield* request(`${url}/none`, { method: "GET" })
      assert.deepStrictEqual([unknown.status, at(unknown.body, "error.code")], [404, "NOT_FOUND"])
      assert.strictEqual((yield* requests).length, 2)
      assert.strictEqual((yield* bosa.requests).length, 2)
    })
  )

  it.scopedLive("takes a user from the first request to pages of a linked connector", () =>
    Effect.gen(function* () {
      const { bosa, url } = yield* memory
      const made = yield* request(`${url}/users`, { json: { identifier: "ann" } })
      const json = { identifier: "ann", secret: textAt(made.body, "data.secret") }
      const { body } = yield* request(`${url}/auth/tokens`, { json })
      const token = textAt(body, "data.token")
      const pulls = (page: number) =>
        request(`${url}/github/list_pull_requests`, { token, json: { owner: "o", repo: "r", page } })
      assert.strictEqual((yield* pulls(1)).status, 403)
      const linking = yield* request(`${url}/connectors/github/integrations`, {
        token,
        json: { callback_url: "http://127.0.0.1:9/done" }
      })
      const page = textAt(linking.body, "data.url")
      assert.isTrue(page.startsWith(`${url}/oauth/authorize?`), page)
      const authorized = yield* request(page, { method: "GET" })
      assert.strictEqual(authorized.status, 302)
      assert.match(String(authorized.headers.get("location")), /^http:\/\/127\.0\.0\.1:9\/done\?state=\w+$/)
      const last = yield* pulls(4)
      assert.deepStrictEqual([at(last.body, "data.3.number"), at(last.body, "meta.has_next")], [101, false])
      assert.strictEqual(yield* bosa.executions("github", "list_pull_requests"), 1)
    })
  )

  it.scopedLive("carries bytes both ways", () =>
    Effect.gen(function* () {
      const { url } = yield* memory
      const form = new FormData()
      form.append("file", new File([bytes], "ü.bin"))
      const up = yield* request(`${url}/demo/upload`, { body: form })
      assert.deepInclude(at(up.body, "data.files.0"), {
        filename: "ü.bin",
        size: bytes.byteLength,
        sha256: createHash("sha256").update(bytes).digest("hex")
      })
      const down = yield* request(`${url}/demo/download_binary`)
      assert.deepStrictEqual([down.bytes.byteLength, down.bytes[10]], [42, 0x80])
      assert.strictEqual(down.headers.get("content-type"), "image/gif")
    })
  )

  it.scopedLive("serves the artifact of a skill at the link it gives", () =>
    Effect.gen(function* () {
      const { bosa, url } = yield* memory
      const token = yield* bosa.token("ann")
      const list = yield* request(`${url}/api/skills`, { method: "GET", token })
      const skill = yield* request(`${url}/api/skills/${textAt(list.body, "items.0.id")}`, { method: "GET", token })
      const artifact = yield* request(textAt(skill.body, "data.download_url"), { method: "GET" })
      assert.strictEqual(
        createHash("sha256").update(artifact.bytes).digest("hex"),
        at(skill.body, "data.content_sha256")
      )
    })
  )

  it.scopedLive("sends a response without a content type, and loses a response, as scripted", () =>
    Effect.gen(function* () {
      const { bosa, url } = yield* memory
      yield* bosa.respondNext({ action: "ping" }, [
        { bytes: new Uint8Array([1, 2]) },
        { status: 204, bytes: new Uint8Array() },
        { _tag: "Reset", commit: true }
      ])
      const bare = yield* request(`${url}/demo/ping`)
      assert.deepStrictEqual([bare.headers.get("content-type"), [...bare.bytes]], [null, [1, 2]])
      const empty = yield* request(`${url}/demo/ping`)
      assert.deepStrictEqual([empty.status, empty.headers.get("content-type")], [204, null])
      yield* Effect.flip(request(`${url}/demo/ping`))
      assert.strictEqual(yield* bosa.executions("demo", "ping"), 1)
      assert.strictEqual((yield* request(`${url}/demo/ping`)).status, 200)
    })
  )

  it.scopedLive("refuses a body over 16 MiB with an envelope", () =>
    Effect.gen(function* () {
      const { url } = yield* memory
      const large = yield* request(`${url}/demo/upload`, { body: new Uint8Array(16 * 1024 * 1024 + 1) })
      assert.deepStrictEqual([large.status, at(large.body, "error.code")], [413, "BODY_TOO_LARGE"])
    })
  )
})
