import { assert, describe, it } from "@effect/vitest"
import * as FastCheck from "effect/FastCheck"
import { filenameOf, safeFilename } from "../../src/internal/http/contentDisposition.js"

const cases = (name: string, rows: ReadonlyArray<readonly [header: string, expected: string | undefined]>) =>
  describe(name, () => {
    for (const [header, expected] of rows) it(header, () => assert.strictEqual(filenameOf(header), expected))
  })

cases("filename", [
  [`attachment; filename="a.pdf"`, "a.pdf"],
  ["attachment; filename=a.pdf", "a.pdf"],
  ["attachment; filename=a b.pdf ; x=1", "a b.pdf"],
  [`attachment; filename="a;b.pdf"`, "a;b.pdf"],
  [`attachment; filename="a\\"b.pdf"`, `a"b.pdf`],
  [`ATTACHMENT; FILENAME="U.pdf"`, "U.pdf"],
  [`attachment ;filename = "a.pdf" ; x="filename=b"`, "a.pdf"],
  [`attachment; x="; filename=no"; filename=yes.txt`, "yes.txt"],
  [`attachment; filename="first.txt"; filename="second.txt"`, "first.txt"],
  [`filename="a.pdf"`, "a.pdf"],
  [`attachment; filename="cut.txt`, "cut.txt"],
  ["inline", undefined],
  ["", undefined],
  ["attachment; filename", undefined],
  ["attachment; filename=", undefined],
  [`attachment; filename=""`, undefined],
  [`attachment; filename=";;;=`, ";;;="],
  ["attachment; filename==a", "=a"]
])

cases("filename as bare bytes", [
  [`attachment; filename="${Buffer.from("ž.txt").toString("latin1")}"`, "ž.txt"],
  [`attachment; filename="na\u00efve.txt"`, "naïve.txt"],
  [`attachment; filename="ž\u00c3\u00a9.txt"`, "žÃ©.txt"]
])

cases("filename*", [
  ["attachment; filename*=UTF-8''na%C3%AFve.pdf", "naïve.pdf"],
  [`attachment; filename="a.pdf"; filename*=UTF-8''b.pdf`, "b.pdf"],
  [`attachment; filename*=utf-8'en'b%20c.pdf; filename="a.pdf"`, "b c.pdf"],
  ["attachment; filename*=ISO-8859-1''na%EFve.pdf", "naïve.pdf"],
  [`attachment; filename*="UTF-8''%C5%BE.pdf"`, "ž.pdf"],
  ["attachment; FileName*=UTF-8''%E2%82%AC.txt", "€.txt"],
  [`attachment; filename*=UTF-8''%FF.pdf; filename=a.pdf`, "a.pdf"],
  [`attachment; filename*=UTF-8''%C3; filename=a.pdf`, "a.pdf"],
  [`attachment; filename*=UTF-8''%ZZ.pdf; filename=a.pdf`, "a.pdf"],
  [`attachment; filename*=UTF-16''b.pdf; filename=a.pdf`, "a.pdf"],
  [`attachment; filename*=b.pdf; filename=a.pdf`, "a.pdf"],
  [`attachment; filename*=UTF-8''..; filename=a.pdf`, "a.pdf"],
  ["attachment; filename*=UTF-8''%2e%2e%2f%2e%2e%2fetc%2fpasswd", "passwd"],
  ["attachment; filename*=UTF-8''%00", undefined]
])

cases("paths", [
  [`attachment; filename="../../etc/passwd"`, "passwd"],
  [`attachment; filename="C:\\Users\\ann\\new.txt"`, "new.txt"],
  [`attachment; filename="\\\\\\\\host\\\\share\\\\a.txt"`, "a.txt"],
  [`attachment; filename="C:evil.txt"`, "evil.txt"],
  ["attachment; filename*=iso-8859-1''C: C:evil.txt", "evil.txt"],
  ["attachment; filename*=iso-8859-1''C: C:", undefined],
  [`attachment; filename="a/"`, undefined],
  [`attachment; filename=".."`, undefined],
  [`attachment; filename="."`, undefined],
  [`attachment; filename="C:.."`, undefined],
  [`attachment; filename=".htaccess"`, ".htaccess"]
])

describe("safeFilename", () => {
  it("drops characters that hide or reorder the name", () => {
    assert.strictEqual(safeFilename("a\0b\r\n\u0085c.txt"), "abc.txt")
    assert.strictEqual(safeFilename("report\u202efdp.exe"), "reportfdp.exe")
    assert.strictEqual(safeFilename(".\u202e."), undefined)
    assert.strictEqual(safeFilename("a\ud800.txt"), "a\ufffd.txt")
    assert.strictEqual(safeFilename("👍.txt"), "👍.txt")
  })

  it("gives neither a device name of Windows nor a name that ends with a dot or a space", () => {
    assert.strictEqual(safeFilename("con"), "_con")
    assert.strictEqual(safeFilename("NUL.txt"), "_NUL.txt")
    assert.strictEqual(safeFilename("com1 .tar.gz"), "_com1 .tar.gz")
    assert.strictEqual(safeFilename("console.txt"), "console.txt")
    assert.strictEqual(safeFilename("com10"), "com10")
    for (const port of ["COM", "com", "LPT", "lpt"]) {
      for (const digit of "0123456789¹²³") {
        for (const name of [`${port}${digit}`, `${port}${digit}.txt`])
          assert.strictEqual(safeFilename(name), `_${name}`)
      }
    }
    assert.strictEqual(safeFilename(" a.txt. . "), "a.txt")
    assert.strictEqual(safeFilename("con."), "_con")
  })

  it("gives 255 bytes at most and keeps the extension", () => {
    assert.strictEqual(safeFilename(`${"a".repeat(300)}.pdf`), `${"a".repeat(251)}.pdf`)
    assert.strictEqual(safeFilename("a".repeat(255)), "a".repeat(255))
    assert.strictEqual(safeFilename(`${"ž".repeat(300)}.pdf`), `${"ž".repeat(125)}.pdf`)
    assert.strictEqual(safeFilename(`a.${"x".repeat(300)}`), `a.${"x".repeat(253)}`)
    assert.strictEqual(safeFilename(`${"a".repeat(254)} ${"b".repeat(40)}`), "a".repeat(254))
  })

  it("takes time in proportion to its length", () => {
    const long = `a${" ".repeat(200_000)}b`
    assert.strictEqual(filenameOf(`attachment; filename="${long}"`)?.length, 1)
    assert.strictEqual(filenameOf(`${"; ".repeat(100_000)}; filename=a`), "a")
    assert.strictEqual(filenameOf(`attachment; filename*=UTF-8'${"'".repeat(100_000)}%; filename=a`), "a")
  })

  it("never gives a path, whatever was received", () => {
    const alphabet = [
      "/",
      "\\",
      ".",
      "..",
      "\0",
      "\r",
      "\n",
      " ",
      "C:",
      "con",
      "nul",
      "a",
      '"',
      "%2f",
      "%2e",
      "%00",
      ";"
    ]
    const words = FastCheck.stringOf(FastCheck.constantFrom(...alphabet), { maxLength: 40 })
    const name = FastCheck.oneof(words, FastCheck.fullUnicodeString(), FastCheck.string16bits({ maxLength: 400 }))
    const header = FastCheck.oneof(
      name,
      name.map((text) => `attachment; filename="${text}"`),
      name.map((text) => `attachment; filename=${text}`),
      name.map((text) => `attachment; filename*=UTF-8''${text}`),
      name.map((text) => `attachment; filename*=iso-8859-1''${text}`)
    )
    let named = 0
    FastCheck.assert(
      FastCheck.property(header, (text) => {
        const found = filenameOf(text)
        if (found === undefined) return
        named++
        // oxlint-disable-next-line no-control-regex
        assert.notMatch(found, /[/\\\u0000-\u001f\u007f-\u009f]/)
        assert.notInclude(["", ".", ".."], found)
        assert.notMatch(found, /^\s|[\s.]$|^(?:con|nul)(?:\.|$)|^[a-z]:/i)
        assert.isAtMost(Buffer.byteLength(found), 255)
        assert.strictEqual(safeFilename(found), found)
      }),
      { numRuns: 3_000 }
    )
    assert.isAbove(named, 500)
  })
})
