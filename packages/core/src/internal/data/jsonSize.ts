/** How much of a text fits, in UTF-16 units, characters, and bytes of JSON with its quotes. @internal */
export interface TextPrefix {
  readonly end: number
  readonly characters: number
  readonly bytes: number
}

const shortEscapes: ReadonlySet<number> = new Set([0x08, 0x09, 0x0a, 0x0c, 0x0d, 0x22, 0x5c])

const bytesOf = (point: number): number => {
  if (shortEscapes.has(point)) return 2
  // a lone surrogate is written as an escape
  if (point < 0x20 || (point >= 0xd800 && point <= 0xdfff)) return 6
  if (point < 0x80) return 1
  if (point < 0x800) return 2
  return point < 0x10000 ? 3 : 4
}

/**
 * The longest start of a text that has at most so many bytes as JSON, cut between two characters.
 *
 * @internal
 */
export const textPrefix = (text: string, maxBytes = Infinity): TextPrefix => {
  let bytes = 2
  let characters = 0
  let end = 0
  while (end < text.length) {
    const point = text.codePointAt(end) ?? 0
    const more = bytesOf(point)
    if (bytes + more > maxBytes) break
    bytes += more
    characters++
    end += point >= 0x10000 ? 2 : 1
  }
  return { end, characters, bytes }
}

/**
 * Measures values of JSON, each part once.
 *
 * @internal
 */
export class JsonSizes {
  readonly #known = new WeakMap<object, number>()

  /** In bytes of JSON text without spaces, as UTF-8. */
  of(value: unknown): number {
    if (typeof value === "string") return textPrefix(value).bytes
    if (typeof value === "bigint") return String(value).length
    if (typeof value === "number") return Number.isFinite(value) ? String(value).length : 4
    if (typeof value === "boolean") return value ? 4 : 5
    if (typeof value !== "object" || value === null) return 4
    const known = this.#known.get(value)
    if (known !== undefined) return known
    const size = this.partsOf(value)
    this.#known.set(value, size)
    return size
  }

  private partsOf(value: object): number {
    let size = 2
    let parts = 0
    if (Array.isArray(value)) {
      for (const element of value) size += this.of(element)
      parts = value.length
    } else {
      for (const [name, field] of Object.entries(value)) {
        if (field === undefined) continue
        size += textPrefix(name).bytes + 1 + this.of(field)
        parts++
      }
    }
    return size + Math.max(0, parts - 1)
  }
}
