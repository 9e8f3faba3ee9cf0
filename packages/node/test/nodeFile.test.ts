import * as ConnectorFile from "@effect-connectors/core/ConnectorFile"
import * as NodeFile from "@effect-connectors/node/NodeFile"
import { assert, describe, it } from "@effect/vitest"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Stream from "effect/Stream"
import { execFileSync } from "node:child_process"
import { createHash } from "node:crypto"
import * as Fs from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { isSegment } from "../src/internal/fileWriting.js"

const folder = Effect.acquireRelease(
  Effect.sync(() => Fs.mkdtempSync(join(tmpdir(), "node-file-"))),
  (path) => Effect.sync(() => Fs.rmSync(path, { recursive: true, force: true }))
)

const sha256 = (content: string | Uint8Array) => createHash("sha256").update(content).digest("hex")
const failing = Stream.fail(new ConnectorFile.FileError({ code: "GONE" }))

/** Reads piece by piece, and calls `between` after the first one. */
const readWith = (file: ConnectorFile.ConnectorFile, between: () => void) => {
  let pieces = 0
  return Stream.runForEach(file.stream, () =>
    Effect.sync(() => {
      if (++pieces === 1) between()
    })
  )
}

describe("NodeFile.fromPath", () => {
  it.scoped("gives name, size and content, as often as they are read", () =>
    Effect.gen(function* () {
      const path = join(yield* folder, "ž.bin")
      const content = Buffer.alloc(200_001, "abc")
      Fs.writeFileSync(path, content)
      const file = yield* NodeFile.fromPath(path)
      assert.deepInclude(file, { filename: "ž.bin", size: 200_001, isReplayable: true, contentType: undefined })
      for (let time = 0; time < 2; time++) assert.isTrue(content.equals(yield* file.bytes))
      const sized = Stream.map(file.stream, (piece) => piece.length)
      assert.isAtMost(yield* Stream.runFold(sized, 0, Math.max), 65_536)
    })
  )

  it.scoped("takes details and a limit", () =>
    Effect.gen(function* () {
      const path = join(yield* folder, "a.txt")
      Fs.writeFileSync(path, "abc")
      const options = { filename: "b.csv", contentType: "text/csv", headers: { "X-A": "1" }, maxBytes: 2 }
      const file = yield* NodeFile.fromPath(path, options)
      assert.deepInclude(file, { filename: "b.csv", contentType: "text/csv", headers: { "x-a": "1" }, size: 3 })
      assert.strictEqual((yield* Effect.flip(file.bytes)).code, "TOO_LARGE")
    })
  )

  it.scoped("takes an empty file", () =>
    Effect.gen(function* () {
      const path = join(yield* folder, "empty")
      Fs.writeFileSync(path, "")
      assert.strictEqual((yield* (yield* NodeFile.fromPath(path)).bytes).length, 0)
    })
  )

  it.scoped("refuses what is not a regular file, without waiting", () =>
    Effect.gen(function* () {
      const inside = yield* folder
      const refused = (path: string) => Effect.flip(NodeFile.fromPath(path))
      const missing = join(inside, "missing")
      assert.deepInclude(yield* refused(missing), { _tag: "FileUnreadable", code: "ENOENT", path: missing })
      assert.strictEqual((yield* refused(inside)).code, "NOT_A_FILE")
      const fifo = join(inside, "fifo")
      execFileSync("mkfifo", [fifo])
      assert.strictEqual((yield* refused(fifo)).code, "NOT_A_FILE")
      assert.strictEqual((yield* refused("a\0b")).code, "ERR_INVALID_ARG_VALUE")
    })
  )

  it.scoped("fails when it was changed or removed before it is read", () =>
    Effect.gen(function* () {
      const path = join(yield* folder, "a.txt")
      Fs.writeFileSync(path, "abc")
      const file = yield* NodeFile.fromPath(path)
      const code = Effect.map(Effect.flip(file.bytes), (error) => error.code)
      Fs.writeFileSync(path, "abcd")
      assert.strictEqual(yield* code, "CHANGED")
      Fs.writeFileSync(path, "xyz")
      Fs.utimesSync(path, 1, 1)
      assert.strictEqual(yield* code, "CHANGED")
      Fs.rmSync(path)
      assert.strictEqual(yield* code, "ENOENT")
    })
  )

  it.scoped("fails when it is changed while it is read", () =>
    Effect.gen(function* () {
      const path = join(yield* folder, "a.bin")
      const during = Effect.fnUntraced(function* (change: () => void) {
        Fs.writeFileSync(path, Buffer.alloc(300_000))
        const error = yield* Effect.flip(readWith(yield* NodeFile.fromPath(path), change))
        return error.code
      })
      assert.strictEqual(yield* during(() => Fs.truncateSync(path, 100_000)), "CHANGED")
      assert.strictEqual(yield* during(() => Fs.utimesSync(path, 1, 1)), "CHANGED")
    })
  )

  it.scoped("that grows while it is read gives the length that it had when it was opened", () =>
    Effect.gen(function* () {
      const path = join(yield* folder, "a.log")
      for (const size of [0, 1, 65_535, 65_536, 65_537, 300_000]) {
        const before = Buffer.alloc(size, "abc")
        Fs.writeFileSync(path, before)
        const file = yield* NodeFile.fromPath(path)
        const pieces: Array<Uint8Array> = []
        const grow = Effect.sync(() => Fs.appendFileSync(path, Buffer.alloc(100_000, "z")))
        yield* Stream.runForEach(file.stream, (piece) =>
          Effect.zipRight(
            Effect.sync(() => pieces.push(piece)),
            grow
          )
        )
        assert.isTrue(before.equals(Buffer.concat(pieces)), `${size} bytes`)
        // what it is opened with the next time is another length than was announced
        if (size > 0) assert.strictEqual((yield* Effect.flip(file.bytes)).code, "CHANGED")
      }
    })
  )

  it.scoped("closes what it opened, read to its end or not", () =>
    Effect.gen(function* () {
      const path = join(yield* folder, "a.bin")
      Fs.writeFileSync(path, Buffer.alloc(300_000))
      const file = yield* NodeFile.fromPath(path)
      const open = () =>
        Fs.readdirSync("/proc/self/fd").filter((fd) => {
          try {
            return Fs.readlinkSync(`/proc/self/fd/${fd}`) === path
          } catch {
            return false
          }
        }).length
      let most = 0
      yield* readWith(file, () => (most = open()))
      yield* Stream.runDrain(Stream.take(file.stream, 1))
      assert.strictEqual(most, 1)
      assert.strictEqual(open(), 0)
    }).pipe(Effect.when(() => process.platform === "linux"))
  )
})

const saved = ConnectorFile.fromText("hello", { filename: "h.txt" })

describe("NodeFile.save", () => {
  it.scoped("writes into a folder under the file's name, and returns what was written", () =>
    Effect.gen(function* () {
      const inside = yield* folder
      const path = join(inside, "h.txt")
      assert.deepStrictEqual(yield* NodeFile.save(saved, inside), { path, bytes: 5, sha256: sha256("hello") })
      assert.strictEqual(Fs.readFileSync(path, "utf8"), "hello")
      assert.deepStrictEqual(Fs.readdirSync(inside), ["h.txt"])
    })
  )

  it.scoped("writes to a path, in many pieces", () =>
    Effect.gen(function* () {
      const path = join(yield* folder, "any.bin")
      const pieces = Array.from({ length: 500 }, (_, index) => Buffer.alloc(1_000, index))
      const whole = Buffer.concat(pieces)
      const result = yield* NodeFile.save(ConnectorFile.fromStream(Stream.fromIterable(pieces)), path)
      assert.deepStrictEqual(result, { path, bytes: 500_000, sha256: sha256(whole) })
      assert.isTrue(whole.equals(Fs.readFileSync(path)))
    })
  )

  it.scoped("replaces nothing without overwrite", () =>
    Effect.gen(function* () {
      const inside = yield* folder
      const path = join(inside, "h.txt")
      Fs.writeFileSync(path, "mine")
      let read = 0
      const counted = ConnectorFile.fromStream(() => Stream.make(Buffer.alloc(++read)), { filename: "h.txt" })
      for (const target of [inside, path]) {
        const error = yield* Effect.flip(NodeFile.save(counted, target))
        assert.deepInclude(error, { _tag: "FileUnsaved", code: "EEXIST", path })
      }
      assert.strictEqual(read, 0)
      assert.strictEqual(Fs.readFileSync(path, "utf8"), "mine")
      yield* NodeFile.save(saved, inside, { overwrite: true })
      assert.strictEqual(Fs.readFileSync(path, "utf8"), "hello")
      yield* NodeFile.save(ConnectorFile.fromText("again"), path, { overwrite: true })
      assert.strictEqual(Fs.readFileSync(path, "utf8"), "again")
      assert.deepStrictEqual(Fs.readdirSync(inside), ["h.txt"])
    })
  )

  it.scoped("replaces nothing that came while it was reading", () =>
    Effect.gen(function* () {
      const inside = yield* folder
      const path = join(inside, "h.txt")
      const late = Stream.sync(() => {
        Fs.writeFileSync(path, "theirs")
        return Buffer.from("ours")
      })
      const error = yield* Effect.flip(NodeFile.save(ConnectorFile.fromStream(late), path))
      assert.deepInclude(error, { _tag: "FileUnsaved", code: "EEXIST" })
      assert.strictEqual(Fs.readFileSync(path, "utf8"), "theirs")
      assert.deepStrictEqual(Fs.readdirSync(inside), ["h.txt"])
    })
  )

  it.scoped("never writes outside the folder", () =>
    Effect.gen(function* () {
      const outside = yield* folder
      const inside = join(outside, "inside")
      Fs.mkdirSync(inside)
      const code = (filename: string | undefined) =>
        Effect.map(Effect.flip(NodeFile.save(ConnectorFile.fromText("x", { filename }), inside)), (error) =>
          error._tag === "FileUnsaved" ? error.code : error._tag
        )
      for (const name of ["../x", "..", ".", "a/b", "/etc/x", "..\\x", "C:x", "a/", "a\0b", "a\nb"]) {
        assert.strictEqual(yield* code(name), "UNSAFE_NAME", JSON.stringify(name))
      }
      assert.strictEqual(yield* code(undefined), "NO_NAME")
      assert.strictEqual(yield* code(""), "NO_NAME")
      assert.deepStrictEqual(Fs.readdirSync(outside), ["inside"])
      assert.deepStrictEqual(Fs.readdirSync(inside), [])
    })
  )

  it.scoped("follows no link out of the folder", () =>
    Effect.gen(function* () {
      const outside = yield* folder
      const inside = join(outside, "inside")
      Fs.mkdirSync(inside)
      for (const target of ["precious", "nowhere"]) {
        Fs.writeFileSync(join(outside, "precious"), "mine")
        const link = join(inside, "h.txt")
        Fs.symlinkSync(join(outside, target), link)
        assert.deepInclude(yield* Effect.flip(NodeFile.save(saved, inside)), { code: "EEXIST" })
        assert.deepInclude(yield* Effect.flip(NodeFile.save(saved, link)), { code: "EEXIST" })
        yield* NodeFile.save(saved, inside, { overwrite: true })
        assert.isTrue(Fs.lstatSync(link).isFile())
        assert.strictEqual(Fs.readFileSync(join(outside, "precious"), "utf8"), "mine")
        assert.isFalse(Fs.existsSync(join(outside, "nowhere")))
        Fs.rmSync(link)
      }
    })
  )

  it.scoped("compares the digest before anything is in its place", () =>
    Effect.gen(function* () {
      const inside = yield* folder
      const save = (expected: string) => NodeFile.save(saved, inside, { sha256: expected })
      const wrong = sha256("other")
      const error = yield* Effect.flip(save(wrong))
      assert.deepInclude(error, { _tag: "DigestMismatch", expected: wrong, actual: sha256("hello") })
      for (const none of ["", "abc", `${wrong}0`, "z".repeat(64)]) {
        assert.deepInclude(yield* Effect.flip(save(none)), { _tag: "FileUnsaved", code: "INVALID_DIGEST" })
      }
      assert.deepStrictEqual(Fs.readdirSync(inside), [])
      yield* save(` ${sha256("hello").toUpperCase()}\n`)
      assert.deepStrictEqual(Fs.readdirSync(inside), ["h.txt"])
    })
  )

  it.scoped("leaves nothing when the content fails, and what was there stays", () =>
    Effect.gen(function* () {
      const inside = yield* folder
      const cut = ConnectorFile.fromStream(Stream.concat(Stream.make(Buffer.from("he")), failing), {
        filename: "h.txt",
        replayable: true
      })
      assert.deepInclude(yield* Effect.flip(NodeFile.save(cut, inside)), { _tag: "FileError", code: "GONE" })
      assert.deepStrictEqual(Fs.readdirSync(inside), [])
      Fs.writeFileSync(join(inside, "h.txt"), "mine")
      yield* Effect.flip(NodeFile.save(cut, inside, { overwrite: true }))
      assert.strictEqual(Fs.readFileSync(join(inside, "h.txt"), "utf8"), "mine")
      assert.deepStrictEqual(Fs.readdirSync(inside), ["h.txt"])
    })
  )

  it.scoped("leaves nothing when it is interrupted", () =>
    Effect.gen(function* () {
      const inside = yield* folder
      const started = yield* Deferred.make<void>()
      const hanging = Stream.concat(
        Stream.make(Buffer.from("he")),
        Stream.execute(Effect.zipRight(Deferred.succeed(started, undefined), Effect.never))
      )
      const fiber = yield* Effect.fork(NodeFile.save(ConnectorFile.fromStream(hanging), join(inside, "h.txt")))
      yield* Deferred.await(started)
      assert.match(Fs.readdirSync(inside).join(), /^\.[0-9a-f-]{36}\.part$/)
      yield* Fiber.interrupt(fiber)
      assert.deepStrictEqual(Fs.readdirSync(inside), [])
    })
  )

  it.scoped("reports why the disk refused, and leaves nothing", () =>
    Effect.gen(function* () {
      const inside = yield* folder
      const code = (path: string, options?: NodeFile.SaveOptions) =>
        Effect.map(Effect.flip(NodeFile.save(saved, path, options)), (error) =>
          error._tag === "FileUnsaved" ? error.code : error._tag
        )
      assert.strictEqual(yield* code(join(inside, "missing", "h.txt")), "ENOENT")
      assert.strictEqual(yield* code("a\0b"), "ERR_INVALID_ARG_VALUE")
      Fs.mkdirSync(join(inside, "h.txt"))
      assert.strictEqual(yield* code(inside, { overwrite: true }), "EISDIR")
      assert.deepStrictEqual(Fs.readdirSync(inside), ["h.txt"])
    })
  )

  it.scoped("makes the folder that a path ends in", () =>
    Effect.gen(function* () {
      const inside = yield* folder
      const { path } = yield* NodeFile.save(saved, join(inside, "a", "b/"))
      assert.strictEqual(path, join(inside, "a", "b", "h.txt"))
      const error = yield* Effect.flip(NodeFile.save(saved, join(inside, "a", "b/")))
      assert.match(error.message, /EEXIST.*overwrite: true/)
      Fs.writeFileSync(join(inside, "file"), "")
      assert.deepInclude(yield* Effect.flip(NodeFile.save(saved, join(inside, "file/"))), { _tag: "FileUnsaved" })
    })
  )

  it.scoped("frees its place when the move into it fails", () =>
    Effect.gen(function* () {
      const inside = yield* folder
      const path = join(inside, "h.txt")
      const swept = Effect.sync(() => Fs.readdirSync(inside).forEach((name) => Fs.rmSync(join(inside, name))))
      const content = Stream.concat(Stream.make(Buffer.from("x")), Stream.execute(swept))
      const error = yield* Effect.flip(NodeFile.save(ConnectorFile.fromStream(content), path))
      assert.deepInclude(error, { _tag: "FileUnsaved", code: "ENOENT" })
      assert.deepStrictEqual(Fs.readdirSync(inside), [])
    })
  )

  it("knows the names that Windows alone cannot have", () => {
    for (const name of ["a:b", "report.txt:stream", "con", "NUL.txt", "a.", "a ", 'a"b', "a?"]) {
      assert.isFalse(isSegment(name, "win32"), name)
    }
    const devices = ["con", "prn", "aux", "nul", "conin$", "conout$"]
    const ports = ["com", "lpt"].flatMap((port) => Array.from("0123456789¹²³", (digit) => `${port}${digit}`))
    for (const name of [...devices, ...ports]) {
      for (const spelled of [name, name.toUpperCase(), `${name}.txt`, `${name} .txt`]) {
        assert.isFalse(isSegment(spelled, "win32"), spelled)
        assert.isTrue(isSegment(spelled, "linux"), spelled)
        assert.isTrue(isSegment(`a${spelled}`, "win32"), spelled)
      }
    }
    for (const name of ["com", "com10", "com⁴", "lpt¹¹", "conin", "console"])
      assert.isTrue(isSegment(name, "win32"), name)
    assert.isTrue(isSegment('report 12:30 "a".', "linux"))
    assert.isTrue(isSegment("console.txt", "win32"))
  })
})

it.scoped("NodeFile: what was saved can be sent", () =>
  Effect.gen(function* () {
    const { path } = yield* NodeFile.save(saved, yield* folder)
    const file = yield* NodeFile.fromPath(path)
    assert.strictEqual(Buffer.from(yield* file.bytes).toString(), "hello")
    assert.strictEqual(file.filename, "h.txt")
  })
)
