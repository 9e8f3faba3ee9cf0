/** Archives that want to be somewhere else, or to be two things at once. */
import type { SkillRejected } from "@effect-connectors/core/BosaError"
import * as Zlib from "node:zlib"
import { descriptor, type Entry, extra, zip } from "./zip.js"

export interface Hostile {
  readonly what: string
  readonly bytes: Uint8Array
  readonly reason: SkillRejected["reason"]
  /** Part of what the refusal says. */
  readonly says: string
}

const good: Entry = { name: "SKILL.md", content: "# hi\n" }
const evil = "written outside"

const unsafeName = (what: string, name: string, says: string): Hostile => ({
  what,
  bytes: zip([good, { name, content: evil }]),
  reason: "unsafe path",
  says
})

const unsafe = (what: string, says: string, ...entries: ReadonlyArray<Entry>): Hostile => ({
  what,
  bytes: zip([good, ...entries]),
  reason: "unsafe path",
  says
})

const corrupt = (what: string, says: string, ...entries: ReadonlyArray<Entry>): Hostile => ({
  what,
  bytes: zip([good, ...entries]),
  reason: "corrupt",
  says
})

const broken = (
  what: string,
  says: string,
  bytes: Uint8Array,
  reason: SkillRejected["reason"] = "corrupt"
): Hostile => ({
  what,
  bytes,
  reason,
  says
})

const u16 = (...values: ReadonlyArray<number>): Buffer => {
  const bytes = Buffer.alloc(values.length * 2)
  values.forEach((value, index) => bytes.writeUInt16LE(value, index * 2))
  return bytes
}

const asi = (mode: number, target: string): Buffer => {
  const bytes = Buffer.alloc(14)
  bytes.writeUInt16LE(mode, 4)
  bytes.writeUInt32LE(target.length, 6)
  return extra(0x756e, Buffer.concat([bytes, Buffer.from(target)]))
}

const unicodePath = (rawName: string, name: string): Buffer => {
  const head = Buffer.alloc(5)
  head.writeUInt8(1, 0)
  head.writeUInt32LE(Zlib.crc32(rawName), 1)
  return extra(0x7075, Buffer.concat([head, Buffer.from(name)]))
}

const plain = zip([good, { name: "a.txt", content: "a" }])
const endBytes = 22
const twoEnds = zip([good], { comment: plain.subarray(plain.length - endBytes) })
const nestedDirectory = zip([good], { comment: plain })
const bomb = Buffer.alloc(40 * 1024 * 1024)
const inner: Entry = { name: "b", content: evil }
const overlapping = zip([
  { name: "a", content: zip([inner]) },
  { ...inner, offset: 31 }
])
const segment = "s".repeat(255)

const locator = (offset: number): Buffer => {
  const bytes = Buffer.alloc(20)
  bytes.writeUInt32LE(0x07064b50, 0)
  bytes.writeUInt32LE(offset, 8)
  bytes.writeUInt32LE(1, 16)
  return bytes
}

const zip64End = (() => {
  const directory = plain.readUInt32LE(plain.length - 6)
  const end = plain.length - endBytes
  const record = Buffer.alloc(56)
  record.writeUInt32LE(0x06064b50, 0)
  record.writeUInt32LE(44, 4)
  record.writeUInt32LE(2, 24)
  record.writeUInt32LE(2, 32)
  record.writeUInt32LE(end - directory, 40)
  record.writeUInt32LE(directory, 48)
  return Buffer.concat([plain.subarray(0, end), record, locator(end), plain.subarray(end)])
})()

const names: ReadonlyArray<Hostile> = [
  unsafeName("parent", "../evil.txt", 'the part ".."'),
  unsafeName("parent far up", "../../../../../evil.txt", 'the part ".."'),
  unsafeName("parent in the middle", "a/../../evil.txt", 'the part ".."'),
  unsafeName("parent at the end", "a/..", 'the part ".."'),
  unsafeName("itself", "./evil.txt", 'the part "."'),
  unsafeName("absolute", "/tmp/evil.txt", "absolute"),
  unsafeName("absolute, two slashes", "//host/evil.txt", "absolute"),
  unsafeName("drive", "C:/evil.txt", "colon"),
  unsafeName("drive, relative", "C:evil.txt", "colon"),
  unsafeName("stream of a file", "SKILL2.md:evil", "colon"),
  unsafeName("backslash", "a\\..\\..\\evil.txt", "backslash"),
  unsafeName("share", "\\\\host\\share\\evil.txt", "backslash"),
  unsafeName("NUL", "evil.txt\u0000.md", "do not show"),
  unsafeName("line feed", "evil\n.txt", "do not show"),
  unsafeName("escape sequence", "\u001b[2Jevil.txt", "do not show"),
  unsafeName("C1 control", "evil\u009b.txt", "do not show"),
  unsafeName("right to left", "evil\u202etxt.exe", "do not show"),
  unsafeName("line separator", "evil\u2028.txt", "do not show"),
  unsafeName("device of Windows", "NUL", "device"),
  unsafeName("device with an ending", "a/con.txt", "device"),
  ...["COM", "com", "LPT", "lpt"].flatMap((port) =>
    ["0", "9", "¹", "²", "³"].map((digit) => unsafeName(`device ${port}${digit}`, `${port}${digit}`, "device"))
  ),
  unsafeName("device with a digit above and an ending", "a/com².tar.gz", "device"),
  unsafeName("device of the console", "CONIN$", "device"),
  unsafeName("dot at the end", "evil.", "dot or a space"),
  unsafeName("space at the end", "evil /x", "dot or a space"),
  unsafeName("dots alone", "...", "dot or a space"),
  unsafeName("empty part", "a//evil.txt", "empty"),
  unsafeName("empty name", "", "empty"),
  unsafeName("only a slash", "/", "absolute"),
  unsafeName("long part", `${segment}s`, "255 bytes"),
  unsafeName("long part in bytes", "é".repeat(128), "255 bytes"),
  unsafeName("long name", `${`${segment}/`.repeat(16)}x`, "4096 bytes"),
  unsafeName("deep name", `${"d/".repeat(64)}x`, "64 parts"),
  unsafe("not UTF-8", "not UTF-8", { name: Buffer.from([0x61, 0xff, 0xfe]), content: evil }),
  unsafe("overlong slash", "not UTF-8", { name: Buffer.from([0x2e, 0x2e, 0xc0, 0xaf, 0x78]), content: evil }),
  unsafe("a surrogate as UTF-8", "not UTF-8", { name: Buffer.from([0xed, 0xa0, 0x80]), content: evil })
]

const collisions: ReadonlyArray<Hostile> = [
  unsafe("the same name twice", "twice", { name: "a", content: "1" }, { name: "a", content: "2" }),
  unsafe("the same but for case", "twice", { name: "skill.MD", content: evil }),
  unsafe("the same but for composition", "twice", { name: "é", content: "1" }, { name: "e\u0301", content: "2" }),
  unsafe("the same but for sharp s", "twice", { name: "ß", content: "1" }, { name: "SS", content: "2" }),
  unsafe(
    "the same but for what does not show",
    "twice",
    { name: "a\u200db", content: "1" },
    { name: "ab", content: "2" }
  ),
  unsafe("the same folder twice", "twice", { name: "d/" }, { name: "d/" }),
  unsafe(
    "folders the same but for case",
    "spelled otherwise",
    { name: "d/a", content: "1" },
    { name: "D/b", content: "2" }
  ),
  unsafe("a file, then in it", "name of a folder", { name: "a", content: "1" }, { name: "a/b", content: "2" }),
  unsafe("in it, then a file", "a folder has its name", { name: "a/b", content: "1" }, { name: "a", content: "2" }),
  unsafe("a file, then a folder", "name of a folder", { name: "a", content: "1" }, { name: "A/" })
]

const kinds: ReadonlyArray<Hostile> = [
  unsafe("symbolic link", "link or a device", { name: "l", content: "/etc/passwd", mode: 0o120777 }),
  unsafe(
    "link, then through it",
    "link or a device",
    { name: "l", content: "/tmp", mode: 0o120777 },
    { name: "l/x", content: evil }
  ),
  unsafe("link of another system", "link or a device", { name: "l", content: "/etc", mode: 0o120777, madeBy: 0x0014 }),
  unsafe("block device", "link or a device", { name: "b", mode: 0o060666 }),
  unsafe("character device", "link or a device", { name: "c", mode: 0o020666 }),
  unsafe("pipe", "link or a device", { name: "p", mode: 0o010666 }),
  unsafe("socket", "link or a device", { name: "s", mode: 0o140666 }),
  unsafe("reparse point", "link or a device", { name: "r", attributes: 0x400, madeBy: 0x0014 }),
  unsafe("hard link in an extra field", "link or a device", { name: "h", extra: asi(0o100644, "/etc/passwd") }),
  unsafe("link in an extra field", "link or a device", { name: "h", extra: asi(0o120777, "") }),
  unsafe("link in the other extra field", "link or a device", {
    name: "h",
    extra: extra(0x000d, Buffer.concat([Buffer.alloc(12), Buffer.from("/etc/passwd")]))
  }),
  corrupt("link in the local extra field alone", "link or a device", {
    name: "h",
    local: { extra: asi(0o120777, "x") }
  }),
  unsafe("folder with the name of a file", "name of a file", { name: "d", mode: 0o040755 }),
  unsafe("folder of DOS with the name of a file", "name of a file", { name: "d", attributes: 0x10, madeBy: 0x0014 }),
  unsafe("file with the name of a folder", "name of a folder", { name: "d/", mode: 0o100644 }),
  corrupt("folder with content", "folder with content", { name: "d/", content: evil })
]

const headers: ReadonlyArray<Hostile> = [
  corrupt("encrypted", "encrypted", { name: "x", content: evil, flags: 1, data: Buffer.alloc(12 + evil.length) }),
  corrupt("strong encryption", "directory cannot be read", { name: "x", content: evil, flags: 0x40 }),
  corrupt("patched data", "unknown meaning", { name: "x", content: evil, flags: 0x20 }),
  corrupt("unknown method", "method 12 is unknown", { name: "x", content: evil, method: 12 }),
  corrupt("deflate64", "method 9 is unknown", { name: "x", content: evil, method: 9 }),
  corrupt("another name in front", "different names", { name: "good.txt", content: evil, local: { name: "../x.txt" } }),
  corrupt("another method in front", "different methods", { name: "x", content: evil, local: { method: 8 } }),
  corrupt("other flags in front", "different flags", { name: "x", content: evil, local: { flags: 0x800 } }),
  corrupt("another size in front", "different sizes", { name: "x", content: evil, local: { size: 1 } }),
  corrupt("another packed size in front", "different sizes", {
    name: "x",
    content: evil,
    local: { compressedSize: 1 }
  }),
  corrupt("another checksum in front", "different checksums", { name: "x", content: evil, local: { crc: 1 } }),
  corrupt("zero sizes in front without leave", "different sizes", { name: "x", content: evil, local: { size: 0 } }),
  corrupt("two names", "two names", { name: "x", content: evil, extra: unicodePath("x", "../x") }),
  corrupt("two names in front", "two names", { name: "x", content: evil, local: { extra: unicodePath("x", "../x") } }),
  corrupt("extra field cut", "not whole", { name: "x", content: evil, local: { extra: u16(0x5455, 40, 0) } }),
  corrupt("extra field over its end", "directory cannot be read", {
    name: "x",
    content: evil,
    central: { extra: u16(0x5455, 40, 0) }
  }),
  corrupt("extra field of three bytes", "not whole", { name: "x", content: evil, central: { extra: Buffer.alloc(3) } }),
  corrupt("descriptor that disagrees", "does not describe", {
    name: "x",
    content: evil,
    descriptorBytes: descriptor(1, 2, 3, true)
  }),
  corrupt("descriptor without its mark", "does not describe", {
    name: "x",
    content: evil,
    descriptorBytes: Buffer.concat([Buffer.alloc(4), descriptor(Zlib.crc32(evil), evil.length, evil.length, false)])
  }),
  corrupt("descriptor behind something else", "does not describe", {
    name: "x",
    content: evil,
    descriptorBytes: Buffer.concat([Buffer.alloc(8), descriptor(Zlib.crc32(evil), evil.length, evil.length, false)])
  }),
  corrupt("descriptor that is not there", "does not describe", { name: "x", content: evil, flags: 8 })
]

const contents: ReadonlyArray<Hostile> = [
  corrupt("checksum", "what its checksum says", { name: "x", content: evil, central: { crc: 7 }, local: { crc: 7 } }),
  corrupt("deflated checksum", "what its checksum says", {
    name: "x",
    content: evil,
    method: 8,
    central: { crc: 7 },
    local: { crc: 7 }
  }),
  corrupt("says less than it holds", "more than it says", {
    name: "x",
    content: "1234567890",
    data: Zlib.deflateRawSync(bomb),
    method: 8
  }),
  corrupt("says more than it holds", "less than it says", {
    name: "x",
    content: "1234567890",
    data: Zlib.deflateRawSync(Buffer.from("1")),
    method: 8
  }),
  corrupt("stored, of two sizes", "directory cannot be read", { name: "x", content: evil, data: Buffer.from("x") }),
  corrupt("not deflated", "cannot be unpacked", {
    name: "x",
    content: evil,
    data: Buffer.from([0xff, 0xff]),
    method: 8
  }),
  corrupt("deflated, cut", "cannot be unpacked", {
    name: "x",
    content: evil,
    data: Zlib.deflateRawSync(Buffer.from(evil)).subarray(0, 9),
    method: 8
  }),
  corrupt("deflated, and more", "follows its content", {
    name: "x",
    content: evil,
    data: Buffer.concat([Zlib.deflateRawSync(Buffer.from(evil)), plain]),
    method: 8
  }),
  broken("bomb", "more than is allowed", zip([good, { name: "x", content: bomb, method: 8 }]), "too large"),
  broken(
    "bomb of many parts",
    "more than is allowed",
    zip([good, ...[..."abcdefgh"].map((name) => ({ name, content: bomb.subarray(0, 5e6), method: 8 }))]),
    "too large"
  ),
  broken(
    "over the total by what it says",
    "more than is allowed",
    zip([good, { name: "x", content: "x", method: 8, central: { size: 0xfffffffe }, local: { size: 0xfffffffe } }]),
    "too large"
  ),
  broken(
    "many entries",
    "10001 entries",
    zip(Array.from({ length: 10_001 }, (_, index) => ({ name: `${index}` }))),
    "too large"
  )
]

const layouts: ReadonlyArray<Hostile> = [
  broken("nothing", "no end record", Buffer.alloc(0), "not a zip"),
  broken("text", "no end record", Buffer.from("# a text\n".repeat(10)), "not a zip"),
  broken("tar and gzip", "no end record", Zlib.gzipSync(plain), "not a zip"),
  broken("cut in the end", "is cut", plain.subarray(0, plain.length - 1)),
  broken("cut in the directory", "is cut", plain.subarray(0, plain.length - endBytes - 10)),
  broken("cut in the content", "is cut", plain.subarray(0, 40)),
  broken("cut at the front", "directory is not where", plain.subarray(1)),
  broken("end alone, claiming entries", "directory is not where", plain.subarray(plain.length - endBytes)),
  broken("no entries", "no file", zip([])),
  broken("only a folder", "no file", zip([{ name: "d/" }])),
  broken("something behind", "follows its end", zip([good], { after: Buffer.from("behind") })),
  broken("something in front", "belong to no entry", zip([good], { before: Buffer.from("#!/bin/sh\n") })),
  broken("something before the directory", "does not follow", zip([good], { beforeDirectory: Buffer.from("gap") })),
  broken("something before the end", "directory is not where", zip([good], { beforeEnd: Buffer.from("gap") })),
  broken(
    "something between",
    "belong to no entry",
    zip([
      good,
      {
        name: "x",
        content: "123",
        data: Buffer.from("12345"),
        local: { compressedSize: 3 },
        central: { compressedSize: 3 }
      },
      { name: "y" }
    ])
  ),
  broken("two ends", "more than one end", twoEnds),
  broken("a whole archive in the comment", "more than one end", nestedDirectory),
  broken("two archives in a row", "directory is not where", Buffer.concat([plain, plain])),
  broken(
    "an end in another's comment that is longer",
    "is cut",
    zip([good], { comment: plain, after: Buffer.from("x") })
  ),
  broken("an entry within another's content", "over another entry", overlapping),
  broken("one entry under two names", "different names", zip([good, { ...good, name: "b.txt", offset: 0 }])),
  broken("header far behind", "own header cannot be read", zip([good, { name: "x", offset: 0x7fffffff }])),
  broken("more entries than there are", "directory cannot be read", zip([good], { entries: 2 })),
  broken("fewer entries than there are", "not as long as its end says", zip([good, { name: "x" }], { entries: 1 })),
  broken("several parts", "one part of several", zip([good], { disk: 1 })),
  broken("several parts by its count", "one part of several", zip([good], { entriesHere: 2 })),
  broken("directory elsewhere", "directory is not where", zip([good], { directoryOffset: 0 })),
  broken("zip64 end", "zip64", zip64End),
  broken("zip64 count", "zip64", zip([good], { entries: 0xffff })),
  broken("zip64 offset", "zip64", zip([good], { directoryOffset: 0xffffffff })),
  broken("zip64 size", "zip64", zip([good], { directoryBytes: 0xffffffff })),
  broken("zip64 locator to nowhere", "zip64", zip([good], { beforeEnd: locator(0x7fffffff) })),
  broken(
    "zip64 size of an entry",
    "zip64",
    zip([{ ...good, method: 8, central: { size: 0xffffffff, extra: extra(1, Buffer.from([5, 0, 0, 0, 0, 0, 0, 0])) } }])
  ),
  broken("zip64 field in front", "zip64", zip([{ ...good, local: { extra: extra(1, Buffer.alloc(16)) } }]))
]

/** Everything, each under a name of its own. */
export const hostile: ReadonlyArray<Hostile> = [...names, ...collisions, ...kinds, ...headers, ...contents, ...layouts]
