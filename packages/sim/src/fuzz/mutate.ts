import type { SeededRandom } from "../simulator/seededRandom.js"

/** A name that nothing has: whatever shows it without owning it had its prototype changed. */
export const polluted = "fuzzPolluted"

const encoder = new TextEncoder()

// written in place of the text that stands for it, as JSON.stringify writes no such number
const rawMark = "@@raw:"
const raw = (text: string): string => `${rawMark}${text}@@`
const unmarked = (text: string): string => text.replace(/"@@raw:(.*?)@@"/g, "$1")

const numbers = [
  "1e309",
  "-1e309",
  "1e-400",
  "-0",
  "9007199254740993",
  "-1",
  "0",
  "00",
  "1.",
  "0x10",
  "NaN",
  "Infinity",
  "1e1000000",
  "4294967296",
  "0.1",
  `${"9".repeat(400)}`
] as const

const names = [
  "__proto__",
  "constructor",
  "prototype",
  "hasOwnProperty",
  "toString",
  "toJSON",
  "valueOf",
  "then",
  "length",
  "_tag",
  "",
  "0",
  "data",
  "meta",
  "\u0000",
  "\ud800"
] as const

const texts = [
  "",
  " ",
  "null",
  "true",
  "2026-13-45T99:99:99Z",
  "0000-00-00",
  "../..",
  "https://elsewhere.example/x",
  "//elsewhere.example",
  "javascript:alert(1)",
  "\r\nx-injected: 1",
  "\u0000",
  "\ud800",
  "\u202e",
  "e\u0301",
  "${x}",
  "%s%n%d",
  "a".repeat(513)
] as const

const oddities: readonly [(random: SeededRandom) => unknown, ...Array<(random: SeededRandom) => unknown>] = [
  () => null,
  (random) => random.chance(0.5),
  (random) => raw(random.pick(numbers)),
  (random) => random.pick(texts),
  () => [],
  () => ({}),
  () => [null],
  (random) => [random.pick(texts), 1, {}],
  (random) => ({ [random.pick(names)]: raw(random.pick(numbers)) }),
  () => raw(`{"__proto__":{"${polluted}":1}}`),
  () => raw(`{"constructor":{"prototype":{"${polluted}":1}}}`),
  (random) => raw(nested(random, random.chance(0.05) ? 5_000 : random.pick([3, 30, 64, 65, 300]))),
  (random) => random.pick(["x", "é", "\u0000", "🙂", "\\"]).repeat(random.chance(0.05) ? 70_000 : 600),
  (random) => Array.from({ length: random.between(50, 400) }, (_, index) => index)
]

const nested = (random: SeededRandom, depth: number): string => {
  const [open, close] = random.pick([
    ["[", "]"],
    ['{"a":', "}"],
    ['{"__proto__":', "}"]
  ])
  return open.repeat(depth) + "1" + close.repeat(depth)
}

interface Place {
  readonly holder: Record<string, unknown> | Array<unknown>
  readonly key: string | number
}

const isHolder = (value: unknown): value is Record<string, unknown> | Array<unknown> =>
  typeof value === "object" && value !== null

const placesIn = (value: unknown, into: Array<Place> = []): Array<Place> => {
  if (!isHolder(value)) return into
  for (const key of Object.keys(value)) {
    into.push({ holder: value, key })
    placesIn(Array.isArray(value) ? value[Number(key)] : value[key], into)
  }
  return into
}

const put = ({ holder, key }: Place, value: unknown): void => {
  if (Array.isArray(holder)) holder[Number(key)] = value
  else Object.defineProperty(holder, key, { value, enumerable: true, configurable: true, writable: true })
}

const take = ({ holder, key }: Place): void => {
  if (Array.isArray(holder)) holder.splice(Number(key), 1)
  else delete holder[key]
}

const got = ({ holder, key }: Place): unknown => (Array.isArray(holder) ? holder[Number(key)] : holder[key])

/** The value with one to three of its parts changed, taken away, doubled or renamed. */
const reshaped = (random: SeededRandom, good: unknown): unknown => {
  const box: Record<string, unknown> = { top: structuredClone(good) }
  for (let left = random.between(1, 3); left > 0; left--) {
    const places = placesIn(box)
    const place = places[random.between(random.chance(0.1) ? 0 : Math.min(1, places.length - 1), places.length - 1)]
    if (place === undefined) continue
    const kind = random.weighted([
      ["replace", 6],
      ["remove", 2],
      ["rename", 1],
      ["double", 1],
      ["swap", 1]
    ])
    if (kind === "remove") take(place)
    else if (kind === "rename") put({ ...place, key: random.pick(names) }, got(place))
    else if (kind === "double") put(place, [got(place), got(place)])
    else if (kind === "swap") {
      const other = places[random.between(0, places.length - 1)]
      put(place, other === undefined ? null : structuredClone(got(other)))
    } else put(place, random.pick(oddities)(random))
  }
  return box["top"]
}

const written = (value: unknown): string => unmarked(JSON.stringify(value) ?? "")

/** Something that JSON.stringify does not write, at one of the text's braces. */
const insertions: readonly [(random: SeededRandom) => string, ...Array<(random: SeededRandom) => string>] = [
  () => `"__proto__":{"${polluted}":1},`,
  () => `"constructor":{"prototype":{"${polluted}":1}},`,
  (random) => `"${random.pick(["data", "meta", "status", "id", "job_id", "error"])}":${random.pick(numbers)},`,
  () => `"data":null,"data":[],"data":{},`,
  () => `/* a comment */`,
  () => `"\\ud800":"\\udfff",`,
  () => `"a":"\u0007",`
]

const inserted = (random: SeededRandom, text: string): string => {
  const braces = Array.from(text.matchAll(/\{/g), ({ index }) => index)
  if (braces.length === 0) return text
  const at = (braces[random.between(0, braces.length - 1)] ?? 0) + 1
  return text.slice(0, at) + random.pick(insertions)(random) + text.slice(at)
}

const invalidUtf8: readonly [ReadonlyArray<number>, ...Array<ReadonlyArray<number>>] = [
  [0xff],
  [0xc0, 0xaf],
  [0xed, 0xa0, 0x80],
  [0xf8, 0x88, 0x80, 0x80, 0x80],
  [0x80],
  [0xe2, 0x82]
]

const joined = (...parts: ReadonlyArray<ArrayLike<number>>): Uint8Array<ArrayBuffer> => {
  const bytes = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0))
  let at = 0
  for (const part of parts) {
    bytes.set(part, at)
    at += part.length
  }
  return bytes
}

type Bytes = Uint8Array<ArrayBuffer>

const onBytes: readonly [
  (random: SeededRandom, bytes: Bytes) => Bytes,
  ...Array<(random: SeededRandom, bytes: Bytes) => Bytes>
] = [
  (random, bytes) => {
    const flipped = bytes.slice()
    for (let left = random.between(1, 8); left > 0 && flipped.length > 0; left--) {
      const at = random.between(0, flipped.length - 1)
      flipped[at] = (flipped[at] ?? 0) ^ (1 << random.between(0, 7))
    }
    return flipped
  },
  (random, bytes) => bytes.slice(0, random.between(0, bytes.length)),
  (random, bytes) => bytes.slice(random.between(0, bytes.length)),
  (random, bytes) => {
    const at = random.between(0, bytes.length)
    return joined(bytes.slice(0, at), random.pick(invalidUtf8), bytes.slice(at))
  },
  (random, bytes) => {
    const at = random.between(0, bytes.length)
    return joined(bytes.slice(0, at), bytes.slice(random.between(at, bytes.length)))
  },
  (random, bytes) => {
    const at = random.between(0, bytes.length)
    const part = bytes.slice(at, at + random.between(1, 40))
    return joined(bytes.slice(0, at), ...Array.from({ length: random.between(1, 50) }, () => part), bytes.slice(at))
  },
  (_, bytes) => joined([0xef, 0xbb, 0xbf], bytes),
  (_, bytes) => joined([0xff, 0xfe], new Uint8Array(new Uint16Array(bytes).buffer)),
  (_, bytes) => joined(bytes, bytes),
  (random, bytes) => joined(bytes, encoder.encode(random.pick(["\n", "]", "}", ",", "\u0000", "<!-- -->"])))
]

const instead: readonly [(random: SeededRandom) => string, ...Array<(random: SeededRandom) => string>] = [
  () => "",
  () => " \r\n\t ",
  () => "<!doctype html><html><body>502 Bad Gateway</body></html>",
  () => "null",
  () => "true",
  () => '""',
  () => "[]",
  () => "{}",
  (random) => random.pick(numbers),
  (random) => nested(random, random.chance(0.1) ? 20_000 : random.pick([60, 200])),
  (random) => "[".repeat(random.chance(0.1) ? 100_000 : 100),
  (random) => `"${"a".repeat(random.chance(0.1) ? 100_000 : 100)}"`,
  (random) =>
    Array.from({ length: random.between(1, 200) }, () => String.fromCharCode(random.between(0, 0xffff))).join("")
]

/** A body made from one that the operation can read. */
export const mutated = (random: SeededRandom, good: unknown): Uint8Array<ArrayBuffer> => {
  const kind = random.weighted([
    ["reshape", 10],
    ["insert", 3],
    ["bytes", 5],
    ["both", 3],
    ["instead", 2],
    ["good", 1]
  ])
  // once in a while: over what is cheap, still under what may be read
  if (random.chance(1 / 2000)) return encoder.encode(written([good, "x".repeat(random.pick([1_000_000, 3_000_000]))]))
  switch (kind) {
    case "reshape":
      return encoder.encode(written(reshaped(random, good)))
    case "insert":
      return encoder.encode(inserted(random, written(good)))
    case "bytes":
      return random.pick(onBytes)(random, encoder.encode(written(good)))
    case "both":
      return random.pick(onBytes)(random, encoder.encode(inserted(random, written(reshaped(random, good)))))
    case "instead":
      return encoder.encode(random.pick(instead)(random))
    default:
      return encoder.encode(written(good))
  }
}
