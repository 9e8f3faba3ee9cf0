import * as Transport from "@effect-connectors/core/Transport"
import { BosaTest } from "@effect-connectors/testing/BosaTest"
import * as World from "@effect-connectors/testing/World"
import * as HttpBody from "@effect/platform/HttpBody"
import type * as HttpClient from "@effect/platform/HttpClient"
import * as HttpClientRequest from "@effect/platform/HttpClientRequest"
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import { createHash } from "node:crypto"
import type { BosaAction } from "../../src/BosaWorld.ts"
import { at, call, refused } from "../support/bosa.ts"

const test = (
  name: string,
  body: Effect.Effect<void, unknown, BosaTest | HttpClient.HttpClient>,
  world?: World.World
) => it.effect(name, () => Effect.provide(body, BosaTest.layer(world)))

/** A world with one connector `c`. */
const worldOf = (...actions: ReadonlyArray<BosaAction>) =>
  World.make({ bosa: { connectors: [{ name: "c", actions }] } })

describe("files", () => {
  test(
    "are downloaded with their name, type and bytes",
    Effect.gen(function* () {
      const csv = yield* call("POST", "/demo/download")
      assert.strictEqual(csv.text, "region,amount\nnorth,10\n")
      assert.strictEqual(csv.headers["content-type"], "text/csv; charset=utf-8")
      assert.strictEqual(csv.headers["content-disposition"], `attachment; filename="report.csv"`)
      const gif = yield* call("POST", "/demo/download_binary")
      assert.strictEqual(gif.bytes.byteLength, 42)
      assert.deepStrictEqual([...gif.bytes.subarray(0, 3), gif.bytes[10]], [0x47, 0x49, 0x46, 0x80])
    })
  )

  test(
    "may have any name, or none, and no type",
    Effect.gen(function* () {
      const disposition = (action: string) =>
        Effect.map(call("POST", `/c/${action}`), ({ headers }) => headers["content-disposition"])
      assert.strictEqual(yield* disposition("quoted"), String.raw`attachment; filename="a \"b\" \\ c"`)
      assert.strictEqual(yield* disposition("unicode"), "attachment; filename*=UTF-8''%E2%82%AC.txt")
      assert.strictEqual(yield* disposition("own"), "inline")
      const bare = yield* call("POST", "/c/bare")
      assert.strictEqual(bare.headers["content-disposition"], undefined)
      assert.strictEqual(bare.headers["content-type"], undefined)
      assert.strictEqual(bare.bytes.byteLength, 3)
    }),
    worldOf(
      { name: "quoted", file: { filename: String.raw`a "b" \ c` } },
      { name: "unicode", file: { filename: "€.txt" } },
      { name: "own", file: { filename: "x", headers: { "content-disposition": "inline" } } },
      { name: "bare", file: { contentType: "", base64: "AP9/" } }
    )
  )

  const bytes = Uint8Array.from({ length: 256 }, (_, index) => index)
  const sha256 = createHash("sha256").update(bytes).digest("hex")

  test(
    "are uploaded unchanged, together with any number of fields",
    Effect.gen(function* () {
      const form = new FormData()
      form.append("name", "ü")
      form.append("tags", "a")
      form.append("tags", "b")
      form.append("file", new File([bytes], 'h "1".bin', { type: "application/x-h" }))
      const { body } = yield* call("POST", "/demo/upload", { body: HttpBody.formData(form) })
      assert.deepStrictEqual(at(body, "data"), {
        content_type: "multipart/form-data",
        fields: { name: "ü", tags: ["a", "b"] },
        files: [{ name: "file", filename: 'h "1".bin', content_type: "application/x-h", size: 256, sha256 }]
      })
    })
  )

  test(
    "may have no name and no type when the action declares them",
    Effect.gen(function* () {
      const text = [
        "--B",
        'Content-Disposition: form-data; name="file"',
        "",
        "one\r\n--Other\r\n",
        "--B",
        'Content-Disposition: form-data; name="empty"; filename="e"',
        "",
        "",
        "--B--",
        ""
      ].join("\r\n")
      const body = HttpBody.text(text, "multipart/form-data; boundary=B")
      const answer = yield* call("POST", "/demo/upload", { body })
      assert.deepStrictEqual(at(answer.body, "data.fields"), {})
      assert.deepStrictEqual(
        Object.values(Object(at(answer.body, "data.files"))).map((file) => [at(file, "filename"), at(file, "size")]),
        [
          [null, 14],
          ["e", 0]
        ]
      )
    })
  )

  test(
    "are refused when the form is broken",
    Effect.gen(function* () {
      const head = '--B\r\nContent-Disposition: form-data; name="file"\r\n\r\n'
      for (const [text, type] of [
        [`${head}x\r\n--B`, "multipart/form-data; boundary=B"],
        [`${head}x\r\n--B--\r\n`, "multipart/form-data"],
        [`${head}x\r\n--B--\r\n`, "multipart/form-data; boundary=C"],
        [`${head.replace("--B", "--X")}x\r\n--B--\r\n`, "multipart/form-data; boundary=B"],
        ["--B\r\nContent-Type: a/b\r\n\r\nx\r\n--B--\r\n", "multipart/form-data; boundary=B"],
        ["", "multipart/form-data; boundary=B"]
      ] as const) {
        const answer = yield* call("POST", "/demo/upload", { body: HttpBody.text(text, type) })
        assert.deepStrictEqual(refused(answer), [400, "BODY_INVALID"], type)
      }
    })
  )

  test(
    "can be streamed, and a form without files is urlencoded",
    Effect.gen(function* () {
      const whole = new TextEncoder().encode('--B\r\nContent-Disposition: form-data; name="file"; filename="f"\r\n\r\n')
      const stream = Stream.make(whole, bytes, new TextEncoder().encode("\r\n--B--\r\n"))
      const body = HttpBody.stream(stream, "multipart/form-data; boundary=B")
      const streamed = yield* call("POST", "/demo/upload", { body })
      assert.strictEqual(at(streamed.body, "data.files.0.sha256"), sha256)
      const form = HttpBody.text("a=1&a=2&b=%C3%BC+x", "application/x-www-form-urlencoded")
      const { body: encoded } = yield* call("POST", "/demo/upload_many", { body: form })
      assert.deepStrictEqual(at(encoded, "data"), {
        content_type: "application/x-www-form-urlencoded",
        fields: { a: ["1", "2"], b: "ü x" },
        files: []
      })
    })
  )

  test(
    "over 16 MiB are refused",
    Effect.gen(function* () {
      const body = HttpBody.uint8Array(new Uint8Array(16 * 1024 * 1024 + 1), "application/json")
      assert.deepStrictEqual(refused(yield* call("POST", "/demo/upload", { body })), [413, "BODY_TOO_LARGE"])
    })
  )

  test(
    "keep their bytes for a client that buffers the response",
    Effect.gen(function* () {
      const { client } = yield* BosaTest
      const send = Transport.sendAttemptOf(client)
      assert.isDefined(send)
      const limits = { timeoutMillis: 1000, idleMillis: 1000, maxBodyBytes: 100, maxErrorBodyBytes: 8 }
      const bodyOf = (action: string) =>
        Effect.map(
          send?.(
            HttpClientRequest.post(`http://x/demo/${action}`).pipe(
              HttpClientRequest.setHeader("x-api-key", "demo-key")
            ),
            limits
          ) ?? Effect.die("no send"),
          (response) => Object(response)[Transport.BufferedBodyTypeId]
        )
      const gif = yield* bodyOf("download_binary")
      assert.strictEqual(gif.bytes.byteLength, 42)
      assert.strictEqual(gif.byteLength, 42)
      assert.strictEqual((yield* bodyOf("ping")).bytes, undefined)
      const cut = yield* bodyOf("fails")
      assert.deepStrictEqual([cut.text.length, cut.truncated], [8, true])
    })
  )
})
