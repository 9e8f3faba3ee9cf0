import * as ConnectorFile from "@effect-connectors/core/ConnectorFile"
import type * as HttpBody from "@effect/platform/HttpBody"
import { assert, describe, it } from "@effect/vitest"
import * as Chunk from "effect/Chunk"
import * as Effect from "effect/Effect"
import * as FastCheck from "effect/FastCheck"
import * as Stream from "effect/Stream"
import { encodeForm, encodeMultipart, randomBoundary } from "../../src/internal/http/formBody.js"
import { boundary, fileIssues, type Part, type Style } from "../../src/internal/http/multipart.js"

const bosa: Style = { booleans: "True", backslash: "raw", guessesType: false }
const gl: Style = { booleans: "true", backslash: "doubled", guessesType: true }

const hello = ConnectorFile.fromText("hello", { filename: "h.txt", contentType: "text/plain" })

const bytesOf = (body: HttpBody.HttpBody): Effect.Effect<Buffer, unknown> => {
  if (body._tag === "Uint8Array") return Effect.succeed(Buffer.from(body.body))
  if (body._tag !== "Stream") return Effect.fail(body._tag)
  return Effect.map(Stream.runCollect(body.stream), (pieces) => Buffer.concat(Chunk.toReadonlyArray(pieces)))
}

const encode = (parts: ReadonlyArray<Part>, style: Style = bosa) => encodeMultipart(parts, { boundary: "BB", style })

const textOf = (parts: ReadonlyArray<Part>, style: Style = bosa) =>
  Effect.map(bytesOf(encode(parts, style).body), (bytes) => bytes.toString("utf8"))

/** The parts as they stand on the wire: head, an empty line, content. */
const wire = (...parts: ReadonlyArray<string>) =>
  `${parts.map((part) => `--BB\r\n${part}\r\n`).join("")}--BB--\r\n`.replace(/(?<!\r)\n/g, "\r\n")

const values: ReadonlyArray<Part> = [
  { name: "name", value: "N" },
  { name: "n", value: 5 },
  { name: "f", value: 1, isNumber: true },
  { name: "flag", value: true },
  { name: "tags", value: ["a", "b"] },
  { name: "meta", value: { k: 1, l: [1, true] } },
  { name: "note", value: null },
  { name: "none", value: [] },
  { name: "file", file: hello }
]

const field = (name: string, value: string) => `Content-Disposition: form-data; name="${name}"\n\n${value}`

const filePart = (disposition: string, type: string | undefined, content: string) =>
  `Content-Disposition: form-data; ${disposition}\n${type === undefined ? "" : `Content-Type: ${type}\n`}\n${content}`

describe("the bytes of a form with files", () => {
  it.effect("values of every type with a file", () =>
    Effect.gen(function* () {
      const expected = (flag: string) =>
        wire(
          field("name", "N"),
          field("n", "5"),
          field("f", "1.0"),
          field("flag", flag),
          field("tags", "a"),
          field("tags", "b"),
          field("meta", `{"k":1,"l":[1,true]}`),
          filePart(`name="file"; filename="h.txt"`, "text/plain", "hello")
        )
      assert.strictEqual(yield* textOf(values), expected("True"))
      assert.strictEqual(yield* textOf(values, gl), expected("true"))
    })
  )

  it.effect("a number with a fraction, and a whole one of the type number", () =>
    Effect.gen(function* () {
      const printed = (value: unknown, isNumber: boolean) =>
        Effect.map(textOf([{ name: "x", value, isNumber }]), (text) => text.split("\r\n").slice(3, -2))
      assert.deepStrictEqual(yield* printed(-1.25, true), ["-1.25"])
      assert.deepStrictEqual(yield* printed(-3, true), ["-3.0"])
      assert.deepStrictEqual(yield* printed(1e21, true), ["1e+21"])
      assert.deepStrictEqual(yield* printed(-3, false), ["-3"])
      assert.deepStrictEqual(yield* printed(12345678901234567890n, false), ["12345678901234567890"])
      assert.strictEqual(
        yield* textOf([{ name: "x", value: [1, null, 2.5], isNumber: true }]),
        wire(field("x", "1.0"), field("x", "2.5"))
      )
    })
  )

  it.effect("letters outside of ASCII stand as they are", () =>
    Effect.gen(function* () {
      const file = ConnectorFile.fromText("ž", { filename: "naïve ž.txt", contentType: "text/plain" })
      const text = yield* textOf([
        { name: "name", value: "Ž" },
        { name: "file", file }
      ])
      assert.strictEqual(
        text,
        wire(field("name", "Ž"), filePart(`name="file"; filename="naïve ž.txt"`, "text/plain", "ž"))
      )
    })
  )

  it.effect("a quote, a backslash and a line break in a name cannot end it", () =>
    Effect.gen(function* () {
      const part = { name: "file", file: ConnectorFile.fromText("x", { filename: 'a"b\\c.txt' }) }
      assert.strictEqual(yield* textOf([part]), wire(filePart(`name="file"; filename="a%22b\\c.txt"`, undefined, "x")))
      assert.strictEqual(
        yield* textOf([part], gl),
        wire(filePart(`name="file"; filename="a%22b\\\\c.txt"`, "text/plain", "x"))
      )
      const broken = { name: 'f\r\n"', file: ConnectorFile.fromText("x", { filename: "a\r\nX: y\0" }) }
      assert.strictEqual(
        yield* textOf([broken]),
        wire(filePart(`name="f%0D%0A%22"; filename="a%0D%0AX: y%00"`, undefined, "x"))
      )
      assert.strictEqual(yield* textOf([{ name: "\r\n", value: "v" }]), wire(field("%0D%0A", "v")))
    })
  )

  it.effect("a type is guessed from the name by gl alone, and only where there is none", () =>
    Effect.gen(function* () {
      const typeOf = (details: ConnectorFile.Details, style: Style) =>
        Effect.map(
          textOf([{ name: "f", file: ConnectorFile.fromText("", details) }], style),
          (text) => /Content-Type: (.*)\r/.exec(text)?.[1]
        )
      assert.isUndefined(yield* typeOf({ filename: "h.png" }, bosa))
      assert.strictEqual(yield* typeOf({ filename: "h.png" }, gl), "image/png")
      assert.strictEqual(yield* typeOf({ filename: "H.TXT" }, gl), "text/plain")
      assert.strictEqual(yield* typeOf({ filename: "odd.zzz" }, gl), "application/octet-stream")
      assert.strictEqual(yield* typeOf({ filename: "png" }, gl), "application/octet-stream")
      assert.isUndefined(yield* typeOf({}, gl))
      assert.strictEqual(yield* typeOf({ filename: "h.png", contentType: "a/b" }, gl), "a/b")
    })
  )

  it.effect("a file without a name has none, one without bytes is a part all the same", () =>
    Effect.gen(function* () {
      const unnamed = ConnectorFile.fromText("hello", { contentType: "text/plain" })
      assert.strictEqual(
        yield* textOf([{ name: "file", file: unnamed }]),
        wire(filePart(`name="file"`, "text/plain", "hello"))
      )
      const renamed = ConnectorFile.withDetails(hello, { filename: "" })
      assert.strictEqual(encode([{ name: "file", file: renamed }]).body._tag, "Uint8Array")
      assert.strictEqual(
        yield* textOf([{ name: "file", file: renamed }]),
        wire(filePart(`name="file"`, "text/plain", "hello"))
      )
      const empty = ConnectorFile.fromText("", { filename: "e.txt" })
      assert.strictEqual(
        yield* textOf([{ name: "file", file: empty }]),
        wire(filePart(`name="file"; filename="e.txt"`, undefined, ""))
      )
    })
  )

  it.effect("a list of files is several parts with one name; a part's own headers come last", () =>
    Effect.gen(function* () {
      const two = ConnectorFile.fromText("two", { filename: "2.txt", contentType: "a/b", headers: { "X-A": "1" } })
      const parts = [hello, two].map((file) => ({ name: "files", file }))
      assert.strictEqual(
        yield* textOf(parts),
        wire(
          filePart(`name="files"; filename="h.txt"`, "text/plain", "hello"),
          filePart(`name="files"; filename="2.txt"`, "a/b\nx-a: 1", "two")
        )
      )
    })
  )

  it.effect("bytes as a value go as they are", () =>
    Effect.gen(function* () {
      const bytes = yield* bytesOf(encode([{ name: "b", value: Uint8Array.of(0, 255, 13, 10) }]).body)
      assert.isTrue(bytes.includes(Buffer.from([13, 10, 13, 10, 0, 255, 13, 10, 13, 10])))
    })
  )
})

const streamFile = (size: number | undefined, actual: number, replayable = true) =>
  ConnectorFile.fromStream(Stream.make(new Uint8Array(actual).fill(97)), { size, replayable, filename: "s" })

describe("a form with a file that is a Stream", () => {
  it.effect("is a Stream with a length where all sizes are known, and gives the same bytes again", () =>
    Effect.gen(function* () {
      const encoded = encode([...values, { name: "s", file: streamFile(4, 4) }])
      assert.strictEqual(encoded.body._tag, "Stream")
      assert.isTrue(encoded.isReplayable)
      const bytes = yield* bytesOf(encoded.body)
      assert.strictEqual(encoded.contentLength, bytes.length)
      assert.strictEqual(encoded.body.contentLength, bytes.length)
      assert.deepStrictEqual(yield* bytesOf(encoded.body), bytes)
      const inMemory = encode([...values, { name: "s", file: ConnectorFile.fromText("aaaa", { filename: "s" }) }])
      assert.strictEqual(inMemory.body._tag, "Uint8Array")
      assert.strictEqual(inMemory.contentLength, bytes.length)
      assert.deepStrictEqual(yield* bytesOf(inMemory.body), bytes)
    })
  )

  it("has no length where one size is unknown, and cannot be sent again where one file cannot", () => {
    const encoded = encode([
      { name: "s", file: streamFile(4, 4) },
      { name: "t", file: streamFile(undefined, 4, false) }
    ])
    assert.isUndefined(encoded.contentLength)
    assert.isUndefined(encoded.body.contentLength)
    assert.isFalse(encoded.isReplayable)
  })

  it.effect("fails before its end when the file is longer or shorter than it said", () =>
    Effect.gen(function* () {
      for (const actual of [3, 5]) {
        let sent = ""
        const { body } = encode([{ name: "s", file: streamFile(4, actual) }])
        if (body._tag !== "Stream") return assert.fail(body._tag)
        const error = yield* body.stream.pipe(
          Stream.runForEach((piece) => Effect.sync(() => (sent += Buffer.from(piece).toString()))),
          Effect.flip
        )
        assert.deepInclude(error, { _tag: "FileError", code: "SIZE_MISMATCH", filename: "s" })
        assert.notInclude(sent, "--BB--")
      }
    })
  )
})

describe("the boundary", () => {
  it("the boundary is made of 128 bits, the same for the same numbers", () => {
    assert.strictEqual(boundary(0, 1, 0xffffffff, 0xdeadbeef), "0000000000000001ffffffffdeadbeef")
  })

  it.effect("the boundary differs from call to call", () =>
    Effect.gen(function* () {
      const [one, two] = [yield* randomBoundary, yield* randomBoundary]
      assert.match(one, /^[0-9a-f]{32}$/)
      assert.notStrictEqual(one, two)
    })
  )

  it("the boundary is in the content type", () => {
    assert.strictEqual(encode(values).contentType, "multipart/form-data; boundary=BB")
    assert.strictEqual(encode(values).body.contentType, "multipart/form-data; boundary=BB")
  })

  it("the boundary becomes longer where a field or a file in memory holds it", () => {
    const chosen = (...contents: ReadonlyArray<string>) =>
      encode(
        contents.flatMap((content): ReadonlyArray<Part> => [
          { name: "a", value: content },
          { name: "f", file: ConnectorFile.fromText(content) }
        ])
      ).contentType.split("boundary=")[1]
    assert.strictEqual(chosen("B", "B-B", "bb", "B\r\nB"), "BB")
    assert.strictEqual(chosen("x--BB"), "BB1")
    assert.strictEqual(chosen("---BB--", "\r\n--BB1\r\n"), "BB2")
    assert.strictEqual(chosen("BB1BBB"), "BB2")
    assert.strictEqual(encode([{ name: "aBB", value: "" }]).contentType.split("=")[1], "BB1")
    assert.strictEqual(encode([{ name: "a", value: "--BB" }]).contentType.split("=")[1], "BB1")
    assert.strictEqual(encode([{ name: "f", file: ConnectorFile.fromText("--BB") }]).contentType.split("=")[1], "BB1")
  })

  it.effect("the boundary never occurs in the content, and another parser reads back what was written", () => {
    // few letters, so that delimiters do come up
    const content = FastCheck.stringOf(FastCheck.constantFrom("-", "B", "\r\n", "1", "a", " "), { maxLength: 24 })
    const name = FastCheck.stringOf(FastCheck.constantFrom("a", "b", "_", ".", "-"), { minLength: 1, maxLength: 8 })
    const part = FastCheck.oneof(
      FastCheck.record({ name, value: content }),
      FastCheck.record({ name, content, filename: name, isStream: FastCheck.boolean() })
    )
    const streamedText = (text: string) => text.replaceAll("B", "C")
    return Effect.promise(() =>
      FastCheck.assert(
        FastCheck.asyncProperty(FastCheck.array(part, { minLength: 1, maxLength: 6 }), async (given) => {
          const encoded = encode(
            given.map((one) => {
              if ("value" in one) return one
              const details = { filename: one.filename, contentType: "a/b" }
              // a Stream cannot be searched beforehand: its content has to be free of the boundary by chance
              const file = one.isStream
                ? ConnectorFile.fromStream(Stream.make(Buffer.from(streamedText(one.content))), details)
                : ConnectorFile.fromText(one.content, details)
              return { name: one.name, file }
            })
          )
          const bytes = await Effect.runPromise(bytesOf(encoded.body))
          const headers = { "content-type": encoded.contentType }
          const form = await new Response(new Uint8Array(bytes), { headers }).formData()
          const found = await Promise.all(
            [...form].map(async ([name, value]) =>
              typeof value === "string" ? [name, value] : [name, value.name, value.type, await value.text()]
            )
          )
          assert.deepStrictEqual(
            found,
            given.map((one) =>
              "value" in one
                ? [one.name, one.value]
                : [one.name, one.filename, "a/b", one.isStream ? streamedText(one.content) : one.content]
            )
          )
        }),
        { numRuns: 300 }
      )
    )
  })
})

describe("what keeps a file from being sent", () => {
  const pathsOf = (details: ConnectorFile.StreamDetails) =>
    fileIssues(ConnectorFile.fromStream(Stream.empty, details), ["input", "file"]).map(({ path }) => path.join("."))

  it("refuses headers that the client sets, and headers with a line break", () => {
    for (const name of ["Content-Disposition", "content-length", "Transfer-Encoding", "Content-Type", "a b", "", "é"]) {
      assert.deepStrictEqual(pathsOf({ headers: { [name]: "x" } }), [`input.file.headers.${name.toLowerCase()}`])
    }
    for (const value of ["a\r\nX: y", "a\n", "", "ž", "a\0"]) {
      assert.deepStrictEqual(pathsOf({ headers: { "x-a": value } }), ["input.file.headers.x-a"])
      assert.deepStrictEqual(pathsOf({ contentType: value }), ["input.file.contentType"])
    }
  })

  it("refuses half a character in its name, and a size that is not a whole number", () => {
    assert.deepStrictEqual(pathsOf({ filename: "a\ud800" }), ["input.file.filename"])
    for (const size of [-1, 1.5, Number.NaN]) assert.deepStrictEqual(pathsOf({ size }), ["input.file.size"])
  })

  it("accepts everything else, and lists all issues at once", () => {
    const fine = { filename: 'ž"\\.txt', contentType: "text/plain; charset=utf-8", headers: { "x-a": "b c" }, size: 0 }
    assert.deepStrictEqual(pathsOf(fine), [])
    assert.strictEqual(pathsOf({ headers: { "content-length": "1" }, contentType: "\n", size: -1 }).length, 3)
  })

  it("says how a received file is sent on, and shows no value", () => {
    const received = ConnectorFile.fromText("x", { headers: { "content-length": "CANARY", "x-a": "CANARY\n" } })
    const text = JSON.stringify(fileIssues(received, []))
    assert.include(text, "withDetails")
    assert.notInclude(text, "CANARY")
    assert.deepStrictEqual(fileIssues(ConnectorFile.withDetails(received, { headers: {} }), []), [])
  })
})

describe("a form without files", () => {
  const form = (fields: Parameters<typeof encodeForm>[0], style: Style = bosa) =>
    Effect.map(bytesOf(encodeForm(fields, style).body), (bytes) => bytes.toString())

  const fields = [
    { name: "name", value: "N" },
    { name: "n", value: 5 },
    { name: "flag", value: true },
    { name: "tags", value: ["a", "b"] },
    { name: "files", value: [] },
    { name: "note", value: null },
    { name: "meta", value: { k: 1 } }
  ]

  it.effect("has the same rules for values", () =>
    Effect.gen(function* () {
      const rest = (flag: string) => `name=N&n=5&flag=${flag}&tags=a&tags=b&meta=%7B%22k%22%3A1%7D`
      assert.strictEqual(yield* form(fields), rest("True"))
      assert.strictEqual(yield* form(fields, gl), rest("true"))
      assert.strictEqual(yield* form([]), "")
    })
  )

  it.effect("escapes a value of bytes byte by byte", () =>
    Effect.gen(function* () {
      const text = new TextEncoder().encode("hello")
      assert.strictEqual(yield* form([{ name: "file", value: text }]), "file=hello")
      assert.strictEqual(yield* form([{ name: "file", value: Uint8Array.of(0, 255, 38) }]), "file=%00%FF%26")
    })
  )

  it.effect("escapes what is not a letter, a digit or one of _ . - ~", () =>
    Effect.gen(function* () {
      assert.strictEqual(
        yield* form([{ name: "a b&", value: "ž +&=%*'()!~_.-/\r\n" }]),
        "a+b%26=%C5%BE+%2B%26%3D%25%2A%27%28%29%21~_.-%2F%0D%0A"
      )
    })
  )

  it("has its content type and its length", () => {
    const encoded = encodeForm(fields, bosa)
    assert.strictEqual(encoded.contentType, "application/x-www-form-urlencoded")
    assert.strictEqual(encoded.body.contentType, "application/x-www-form-urlencoded")
    assert.strictEqual(encoded.contentLength, 57)
    assert.isTrue(encoded.isReplayable)
  })

  it("is read back the same by another parser", () => {
    const pairs = FastCheck.array(FastCheck.tuple(FastCheck.fullUnicodeString(), FastCheck.fullUnicodeString()))
    FastCheck.assert(
      FastCheck.property(pairs, (given) => {
        const encoded = encodeForm(
          given.map(([name, value]) => ({ name, value })),
          bosa
        )
        const text = encoded.body._tag === "Uint8Array" ? Buffer.from(encoded.body.body).toString() : ""
        assert.deepStrictEqual([...new URLSearchParams(text)], given)
      })
    )
  })
})
