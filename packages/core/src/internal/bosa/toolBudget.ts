import type { ToolFailure, ToolResult, ToolUnknown, Truncated } from "../../ActionTools.js"
import { isFields } from "../data/fields.js"
import { JsonSizes, textPrefix } from "../data/jsonSize.js"

/** The smallest budget: the marks of the three parts of a result fit in it. @internal */
export const minResultBytes = 4096

/** A field that gets less than this is not cut: there would be more marks than content. */
const minShare = 1024

/** Of `{"data":,"meta":,"ignored":,"truncated":[]}`. */
const frameBytes = 64

/** The words that tell a model how to get the rest. @internal */
export type NextOf = (unit: Truncated["unit"], kept: number) => string

/** A part of an array or an object, with the bytes of its name and its comma. */
interface Part {
  readonly name: string
  readonly value: unknown
  readonly frame: number
}

type Cut = { readonly value: unknown; readonly marks: ReadonlyArray<Truncated> }

/** A value that is whole or cut; `undefined` when not even its mark fits. */
type Fit = Cut | undefined

const noContent = "The content of this file is too large for a result and cannot be read with this tool."

const noMarks: ReadonlyArray<Truncated> = []

const whole = (value: unknown): Cut => ({ value, marks: noMarks })

/** How much each part gets so that all of them together have at most so many bytes: small ones stay whole. */
const levelOf = (sizes: ReadonlyArray<number>, bytes: number): number => {
  const ascending = [...sizes].sort((a, b) => a - b)
  let left = bytes
  for (const [index, size] of ascending.entries()) {
    const share = Math.floor(left / (ascending.length - index))
    if (size > share) return share
    left -= size
  }
  return Infinity
}

/** Cuts one result. */
class Cutter {
  readonly #sizes: JsonSizes
  readonly #next: NextOf

  constructor(sizes: JsonSizes, next: NextOf) {
    this.#sizes = sizes
    this.#next = next
  }

  mark(path: ReadonlyArray<string>, unit: Truncated["unit"], kept: number, of: number): Truncated {
    return { path, unit, kept, of, next: this.#next(unit, kept) }
  }

  fit(value: unknown, path: ReadonlyArray<string>, bytes: number): Fit {
    if (this.#sizes.of(value) <= bytes) return whole(value)
    if (typeof value === "string") return this.text(value, path, bytes)
    if (Array.isArray(value)) return this.array(value, path, bytes)
    return isFields(value) ? this.object(value, path, bytes) : this.scalar(value, path, bytes)
  }

  /** What is left when the mark of a cut is paid for: no mark of it is longer than that of all. */
  left(path: ReadonlyArray<string>, unit: Truncated["unit"], of: number, bytes: number): number {
    return bytes - this.#sizes.of(this.mark(path, unit, of, of)) - 1
  }

  /** The first characters that fit. */
  text(
    text: string,
    path: ReadonlyArray<string>,
    bytes: number
  ): { readonly value: string; readonly marks: Cut["marks"] } | undefined {
    const of = textPrefix(text).characters
    const left = this.left(path, "characters", of, bytes)
    if (left < 2) return undefined
    const { characters, end } = textPrefix(text, left)
    return { value: text.slice(0, end), marks: [this.mark(path, "characters", characters, of)] }
  }

  // a number is whole or not there: its first digits are another number
  private scalar(value: unknown, path: ReadonlyArray<string>, bytes: number): Fit {
    const of = this.#sizes.of(value)
    return this.left(path, "characters", of, bytes) < 4
      ? undefined
      : { value: null, marks: [this.mark(path, "characters", 0, of)] }
  }

  private array(list: ReadonlyArray<unknown>, path: ReadonlyArray<string>, bytes: number): Fit {
    const left = this.left(path, "elements", list.length, bytes)
    if (left < 2) return undefined
    const parts = list.map((value, index): Part => ({ name: String(index), value, frame: 1 }))
    const { kept, marks } = this.first(parts, path, left - 2)
    return {
      value: kept.map(([, value]) => value),
      marks: kept.length < list.length ? [...marks, this.mark(path, "elements", kept.length, list.length)] : marks
    }
  }

  private object(fields: object, path: ReadonlyArray<string>, bytes: number): Fit {
    const parts = Object.entries(fields).map(([name, value]): Part => ({
      name,
      value,
      frame: textPrefix(name).bytes + 2
    }))
    const left = this.left(path, "fields", parts.length, bytes)
    if (left < 2) return undefined
    const shared = this.shared(parts, path, left - 2)
    if (shared !== undefined) return shared
    const { kept, marks } = this.first(parts, path, left - 2)
    return {
      value: Object.fromEntries(kept),
      marks: kept.length < parts.length ? [...marks, this.mark(path, "fields", kept.length, parts.length)] : marks
    }
  }

  /** Keeps all fields and cuts the large ones, unless too little would be left of those. */
  private shared(parts: ReadonlyArray<Part>, path: ReadonlyArray<string>, bytes: number): Fit {
    const level = levelOf(
      parts.map(({ frame, value }) => frame + this.#sizes.of(value)),
      bytes
    )
    if (level < minShare) return undefined
    const kept: Array<readonly [string, unknown]> = []
    const marks: Array<Truncated> = []
    for (const { frame, name, value } of parts) {
      const cut = this.fit(value, [...path, name], level - frame)
      if (cut === undefined) return undefined
      kept.push([name, cut.value])
      marks.push(...cut.marks)
    }
    return { value: Object.fromEntries(kept), marks }
  }

  /** Keeps the first parts, whole; the very first is cut when it alone is too large. */
  private first(parts: ReadonlyArray<Part>, path: ReadonlyArray<string>, bytes: number) {
    const kept: Array<readonly [string, unknown]> = []
    let left = bytes
    for (const { frame, name, value } of parts) {
      const size = frame + this.#sizes.of(value)
      if (size > left) break
      left -= size
      kept.push([name, value])
    }
    const [part] = parts
    const cut =
      kept.length > 0 || part === undefined ? undefined : this.fit(part.value, [...path, part.name], left - part.frame)
    if (part !== undefined && cut !== undefined) kept.push([part.name, cut.value])
    return { kept, marks: cut?.marks ?? noMarks }
  }

  /** The first elements that fit, whole. */
  list<A>(
    list: ReadonlyArray<A>,
    path: ReadonlyArray<string>,
    bytes: number
  ): { list: ReadonlyArray<A>; marks: Cut["marks"] } {
    if (this.#sizes.of(list) <= bytes) return { list, marks: noMarks }
    let left = this.left(path, "elements", list.length, bytes) - 2
    let count = 0
    for (const element of list) {
      left -= this.#sizes.of(element) + 1
      if (left < 0) break
      count++
    }
    return { list: list.slice(0, count), marks: [this.mark(path, "elements", count, list.length)] }
  }
}

/**
 * A result of at most so many bytes, with marks where it was cut. `withoutContent` is what remains of a file that does
 * not fit: a part of a file's content is of no use.
 *
 * @internal
 */
export const withinBudget = (
  result: ToolResult,
  maxBytes: number,
  next: NextOf,
  file?: { readonly described: unknown; readonly characters: number }
): ToolResult => {
  const sizes = new JsonSizes()
  if (sizes.of(result) <= maxBytes) return result
  const cutter = new Cutter(sizes, next)
  const { data, ignored, meta } = result
  const fileMarks: Cut["marks"] =
    file === undefined
      ? noMarks
      : [{ path: ["data", "base64"], unit: "characters", kept: 0, of: file.characters, next: noContent }]
  const left = maxBytes - frameBytes - fileMarks.reduce((sum, mark) => sum + sizes.of(mark) + 1, 0)
  const kept = file === undefined ? data : file.described
  const parts = [kept, ...(meta === undefined ? [] : [meta]), ...(ignored === undefined ? [] : [ignored])]
  const level = levelOf(
    parts.map((part) => sizes.of(part)),
    left
  )
  const cutData = cutter.fit(kept, ["data"], level)
  const cutMeta = meta === undefined ? undefined : cutter.fit(meta, ["meta"], level)
  const cutIgnored = ignored === undefined ? undefined : cutter.list(ignored, ["ignored"], level)
  const truncated = [...fileMarks, ...[cutData, cutMeta, cutIgnored].flatMap((cut) => cut?.marks ?? noMarks)]
  return {
    data: cutData?.value ?? null,
    ...(isFields(cutMeta?.value) ? { meta: cutMeta.value } : {}),
    ...(cutIgnored === undefined ? {} : { ignored: cutIgnored.list }),
    ...(truncated.length === 0 ? {} : { truncated })
  }
}

const cutAt = (unit: Truncated["unit"], kept: number): string => `The ${unit} from ${kept} on are cut.`

const cutFailure: NextOf = (unit, kept) => `${cutAt(unit, kept)} Correct what is said here, then call again.`

/** A message, or its first characters: the smallest budget has room for their mark. */
const cutMessage = (cutter: Cutter, message: string, size: number, path: ReadonlyArray<string>, bytes: number) =>
  size <= bytes
    ? { value: message, marks: noMarks }
    : (cutter.text(message, path, bytes) ?? { value: "", marks: noMarks })

/**
 * A failure as a value, of at most so many bytes, with marks where it was cut.
 *
 * @internal
 */
export const failureWithinBudget = (
  failure: ToolFailure | ToolUnknown,
  maxBytes: number
): ToolFailure | ToolUnknown => {
  const sizes = new JsonSizes()
  const size = sizes.of(failure)
  if (size <= maxBytes) return failure
  if ("outcome" in failure) {
    const { message } = failure
    const bytes = sizes.of(message)
    const cut = cutMessage(new Cutter(sizes, cutAt), message, bytes, ["message"], maxBytes - frameBytes - size + bytes)
    return { ...failure, message: cut.value, truncated: cut.marks }
  }
  const { issues, message } = failure.error
  const bytes = [sizes.of(message), ...(issues === undefined ? [] : [sizes.of(issues)])]
  const level = levelOf(bytes, maxBytes - frameBytes - size + bytes.reduce((sum, part) => sum + part, 0))
  const cutter = new Cutter(sizes, issues === undefined ? cutAt : cutFailure)
  const cut = cutMessage(cutter, message, sizes.of(message), ["error", "message"], level)
  const kept = issues === undefined ? undefined : cutter.list(issues, ["error", "issues"], level)
  return {
    error: { ...failure.error, message: cut.value, ...(kept === undefined ? {} : { issues: kept.list }) },
    truncated: [...cut.marks, ...(kept?.marks ?? noMarks)]
  }
}
