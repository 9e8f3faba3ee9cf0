import { assert, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { existsSync } from "node:fs"
import { mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { describe } from "vitest"
import type { Executor, JsonObject, Operation } from "../../src/Executor.js"
import * as executors from "../../src/internal/executors/executors.js"
import * as fileExecutor from "../../src/internal/executors/fileExecutor.js"

const connection = { slug: "drive", kind: "file", baseUrl: undefined } as const

/** A folder next to a secret file, and an executor that may use only the folder. */
const room = Effect.gen(function* () {
  const outside = yield* Effect.acquireRelease(
    Effect.promise(() => mkdtemp(join(tmpdir(), "executors-test-"))),
    (path) => Effect.promise(() => rm(path, { recursive: true }))
  )
  const root = join(outside, "root")
  yield* Effect.promise(() => mkdir(root))
  yield* Effect.promise(() => writeFile(join(outside, "secret.txt"), "secret"))
  const executor: Executor = yield* fileExecutor.make(root, { "in/first.txt": "first" })
  const call = (operation: Operation, body: JsonObject) => executor({ connection, operation, body })
  return {
    outside,
    root,
    call,
    refusal: (operation: Operation, body: JsonObject) => Effect.flip(call(operation, body))
  }
})

const bytes = Buffer.from([0, 255, 128, 10]).toString("base64")

const temporaryFolders = Effect.promise(async () => {
  const names = await readdir(tmpdir())
  return names.filter((name) => existsSync(join(tmpdir(), name, "c-..%2Fa", "only-here-7f3a")))
})

describe("file executor", () => {
  it.scoped("reads what was uploaded, as text or as bytes", () =>
    Effect.gen(function* () {
      const { call, refusal } = yield* room
      assert.include(yield* call("file.read", { path: "in/first.txt" }), {
        content: "first",
        size: 5,
        encoding: "utf8"
      })
      const put = yield* call("file.upload", { path: "a/b/ü.txt", content: "grün" })
      assert.include(put, {
        path: "a/b/ü.txt",
        name: "ü.txt",
        size: 5,
        sha256: "fe263064ba02eaeac482aaf1309553779bdb78e385cb1374654de293e191d785"
      })
      assert.include(yield* call("file.read", { path: "a/b/ü.txt" }), { content: "grün", size: 5 })
      yield* call("file.upload", { path: "raw", content: bytes, encoding: "base64" })
      assert.include(yield* call("file.read", { path: "raw", encoding: "base64" }), { content: bytes, size: 4 })
      assert.strictEqual((yield* refusal("file.read", { path: "raw" })).code, "NOT_TEXT")
    })
  )

  it.scoped("overwrites unless overwrite is false", () =>
    Effect.gen(function* () {
      const { call, refusal } = yield* room
      yield* call("file.upload", { path: "in/first.txt", content: "second" })
      const kept = yield* refusal("file.upload", { path: "in/first.txt", content: "third", overwrite: false })
      assert.deepStrictEqual([kept.status, kept.code], [409, "FILE_EXISTS"])
      assert.include(yield* call("file.read", { path: "in/first.txt" }), { content: "second" })
    })
  )

  it.scoped("appends, also to a file that does not exist yet", () =>
    Effect.gen(function* () {
      const { call } = yield* room
      assert.include(yield* call("file.append", { path: "log", content: "a\n" }), { size: 2, appended: 2 })
      assert.include(yield* call("file.append", { path: "log", content: "b\n" }), { size: 4, appended: 2 })
      assert.include(yield* call("file.read", { path: "log" }), { content: "a\nb\n" })
    })
  )

  it.scoped("lists a folder, or everything below it", () =>
    Effect.gen(function* () {
      const { call, refusal } = yield* room
      yield* call("file.upload", { path: "in/deep/x.bin", content: "xyz" })
      const shape = (answer: unknown) =>
        JSON.stringify(answer, (key, value) => (key === "modified_at" || key === "name" ? undefined : value))
      assert.strictEqual(
        shape(yield* call("file.list", {})),
        shape({ path: "", files: [{ path: "in", type: "folder" }], truncated: false })
      )
      assert.strictEqual(
        shape(yield* call("file.list", { path: "in", recursive: true })),
        shape({
          path: "in",
          files: [
            { path: "in/deep", type: "folder" },
            { path: "in/deep/x.bin", type: "file", size: 3 },
            { path: "in/first.txt", type: "file", size: 5 }
          ],
          truncated: false
        })
      )
      assert.strictEqual((yield* refusal("file.list", { path: "none" })).status, 404)
    })
  )

  it.scoped("renames within the folder and moves between folders", () =>
    Effect.gen(function* () {
      const { call, refusal } = yield* room
      assert.include(yield* call("file.rename", { path: "in/first.txt", newName: "one.txt" }), {
        path: "in/one.txt",
        previous_path: "in/first.txt"
      })
      assert.include(yield* call("file.rename", { path: "in/one.txt", new_path: "out/one.txt" }), {
        path: "out/one.txt"
      })
      assert.include(yield* call("file.move", { from: "out/one.txt", to: "in" }), { path: "in/one.txt" })
      assert.include(yield* call("file.move", { source: "in/one.txt", destination: "far/off.txt" }), {
        path: "far/off.txt"
      })
      assert.include(yield* call("file.move", { path: "far/off.txt", to: "new/" }), { path: "new/off.txt" })
      assert.include(yield* call("file.read", { path: "new/off.txt" }), { content: "first" })
      yield* call("file.upload", { path: "taken", content: "t" })
      assert.strictEqual((yield* refusal("file.move", { from: "new/off.txt", to: "taken" })).status, 409)
      assert.strictEqual((yield* refusal("file.move", { from: "nothing", to: "x" })).status, 404)
      assert.strictEqual((yield* refusal("file.move", { from: "new", to: "new/inner" })).code, "INVALID_PATH")
      assert.strictEqual((yield* refusal("file.rename", { path: "taken", newName: "a/b" })).code, "INVALID_PATH")
      assert.strictEqual((yield* refusal("file.rename", { path: "taken" })).code, "INVALID_PARAMETERS")
    })
  )

  it.scoped("deletes a file, and a folder only with recursive", () =>
    Effect.gen(function* () {
      const { call, refusal } = yield* room
      assert.strictEqual((yield* refusal("file.delete", { path: "in" })).code, "IS_A_FOLDER")
      assert.deepStrictEqual(yield* call("file.delete", { path: "in/first.txt" }), {
        path: "in/first.txt",
        deleted: true
      })
      assert.strictEqual((yield* refusal("file.delete", { path: "in/first.txt" })).code, "FILE_NOT_FOUND")
      yield* call("file.delete", { path: "in", recursive: true })
      assert.strictEqual((yield* refusal("file.list", { path: "in" })).status, 404)
    })
  )

  it.scoped("refuses every path that leads out of the folder", () =>
    Effect.gen(function* () {
      const { call, outside, refusal, root } = yield* room
      const paths = [
        "../secret.txt",
        "in/../../secret.txt",
        "in/../first",
        join(outside, "secret.txt"),
        "..",
        "..\\secret.txt",
        "C:secret",
        "a\0b",
        "",
        "./",
        "in/"
      ]
      for (const path of paths) {
        for (const [operation, body] of [
          ["file.read", { path }],
          ["file.upload", { path, content: "x" }],
          ["file.append", { path, content: "x" }],
          ["file.delete", { path }],
          ["file.rename", { path, newName: "x" }],
          ["file.rename", { path: "in/first.txt", newPath: path }],
          ["file.move", { from: path, to: "x" }]
        ] as const) {
          assert.strictEqual((yield* refusal(operation, body)).status, 400, `${operation} ${path}`)
        }
      }
      for (const to of ["../out", "/out", "in/../../out"]) {
        assert.strictEqual((yield* refusal("file.move", { from: "in/first.txt", to })).code, "INVALID_PATH")
      }
      assert.strictEqual((yield* refusal("file.rename", { path: "in/first.txt", newName: ".." })).code, "INVALID_PATH")
      for (const path of ["..", "/", "/etc", "in/.."]) {
        assert.strictEqual((yield* refusal("file.list", { path })).code, "INVALID_PATH")
      }
      assert.include(yield* call("file.read", { path: "in/first.txt" }), { content: "first" })
      assert.strictEqual(yield* Effect.promise(() => readFile(join(outside, "secret.txt"), "utf8")), "secret")
      assert.deepStrictEqual(existsSync(join(root, "x")), false)
    })
  )

  it.scoped("refuses symbolic links, to files and to folders", () =>
    Effect.gen(function* () {
      const { call, outside, refusal, root } = yield* room
      yield* Effect.promise(() => symlink(join(outside, "secret.txt"), join(root, "link")))
      yield* Effect.promise(() => symlink(outside, join(root, "door")))
      yield* Effect.promise(() => symlink(join(outside, "new.txt"), join(root, "dangling")))
      for (const path of ["link", "door/secret.txt", "dangling"]) {
        for (const [operation, body] of [
          ["file.read", { path }],
          ["file.upload", { path, content: "x" }],
          ["file.append", { path, content: "x" }],
          ["file.delete", { path }],
          ["file.move", { from: path, to: "in/got" }],
          ["file.move", { from: "in/first.txt", to: path }]
        ] as const) {
          const { code } = yield* refusal(operation, body)
          assert.strictEqual(code, "INVALID_PATH", `${operation} ${path}`)
        }
      }
      assert.strictEqual((yield* refusal("file.list", { path: "door" })).code, "INVALID_PATH")
      const listed = JSON.stringify(yield* call("file.list", { recursive: true }))
      assert.notMatch(listed, /secret|link|door|dangling/)
      assert.strictEqual(yield* Effect.promise(() => readFile(join(outside, "secret.txt"), "utf8")), "secret")
      assert.isFalse(existsSync(join(outside, "new.txt")))
    })
  )

  it.scoped("refuses invalid content and unknown encodings", () =>
    Effect.gen(function* () {
      const { refusal } = yield* room
      for (const body of [
        { path: "x" },
        { path: "x", content: 7 },
        { path: "x", content: "a", encoding: "latin1" },
        { path: "x", content: "not base64!", encoding: "base64" },
        { path: "x", content: "a", overwrite: "yes" }
      ]) {
        assert.strictEqual((yield* refusal("file.upload", body)).code, "INVALID_PARAMETERS")
      }
      assert.strictEqual((yield* refusal("file.upload", { path: "in/first.txt/below", content: "x" })).status, 400)
      assert.strictEqual((yield* refusal("file.upload", { path: "in", content: "x" })).code, "IS_A_FOLDER")
      assert.strictEqual((yield* refusal("file.upload", { path: "n".repeat(300), content: "x" })).status, 400)
    })
  )

  it.effect("gives each connection its own folder, and removes them with the scope", () =>
    Effect.gen(function* () {
      const before = yield* Effect.scoped(
        Effect.gen(function* () {
          const executorFor = yield* executors.make({
            connections: [
              { slug: "../a", kind: "file" },
              { slug: "b", kind: "file" }
            ]
          })
          const a = yield* Effect.fromNullable(executorFor({ slug: "../a", kind: "file", baseUrl: undefined }))
          const b = yield* Effect.fromNullable(executorFor({ slug: "b", kind: "file", baseUrl: undefined }))
          yield* a({ connection, operation: "file.upload", body: { path: "only-here-7f3a", content: "x" } })
          const other = yield* Effect.flip(b({ connection, operation: "file.read", body: { path: "only-here-7f3a" } }))
          assert.strictEqual(other.status, 404)
          return yield* temporaryFolders
        })
      )
      assert.isAbove(before.length, 0)
      const after = yield* temporaryFolders
      assert.isBelow(after.length, before.length)
    })
  )
})
