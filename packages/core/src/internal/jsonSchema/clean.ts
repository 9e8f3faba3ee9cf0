import type { Fields } from "../data/fields.js"
import type { Check } from "./check.js"
import type { Budget } from "./context.js"
import { isFile } from "./file.js"
import type { Scalar } from "./wireType.js"

// the kinds of JSON's scalars that no type changes, one bit each
const text = 1
const whole = 2
const fraction = 4
const boolean = 8
const none = 16
const every = text | whole | fraction | boolean | none

// -0 and bigints have none: some types write them another way. No `switch`: it takes twice as long
const kindOf = (value: unknown): number =>
  typeof value === "string"
    ? text
    : typeof value === "number"
      ? Number.isSafeInteger(value)
        ? value === 0 && Object.is(value, -0)
          ? 0
          : whole
        : Number.isFinite(value)
          ? fraction
          : 0
      : typeof value === "boolean"
        ? boolean
        : value === null
          ? none
          : 0

/**
 * What of a type is clean: the values that are sent exactly as they are given. It allocates nothing and makes no issues;
 * a value that is not clean may still be valid.
 *
 * @internal
 */
export interface CleanForm {
  /** The kinds of scalars, as bits. */
  readonly kinds: number
  /** The steps that a value takes. */
  readonly steps: number
  /** The same question for every other value but null. `depth` is the length of its path. */
  readonly holds: (value: unknown, budget: Budget, depth: number) => boolean
}

const form = (kinds: number, holds: CleanForm["holds"], steps = 0): CleanForm => ({ kinds, steps, holds })

const never = (): boolean => false

const isPlain = (value: unknown): value is Fields =>
  typeof value === "object" && value !== null && Object.getPrototypeOf(value) === Object.prototype

const isRecord = (value: object): value is Fields => isPlain(value) || Object.getPrototypeOf(value) === null

/**
 * How deeply a value may be nested.
 *
 * @internal
 */
export const maxDepth = 200

const isJson: CleanForm["holds"] = (value, budget, depth) => {
  switch (typeof value) {
    case "string":
    case "boolean":
    case "bigint":
      return true
    case "number":
      return Number.isFinite(value)
    case "object":
      return value === null || isJsonObject(value, budget, depth)
    default:
      return false
  }
}

const isJsonObject = (value: object, budget: Budget, depth: number): boolean => {
  if (depth > maxDepth || budget.stepsLeft-- <= 0 || isFile(value)) return false
  if (Array.isArray(value)) {
    const elements: ReadonlyArray<unknown> = value
    for (let i = 0; i < elements.length; i++) if (!isJson(elements[i], budget, depth + 1)) return false
    return true
  }
  if (!isRecord(value) || "toJSON" in value) return false
  for (const key in value) {
    const element = value[key]
    if (element !== undefined && !isJson(element, budget, depth + 1)) return false
  }
  return true
}

/** @internal */
export const cleanScalars: Readonly<Record<Scalar, CleanForm>> = {
  string: form(text, never),
  integer: form(whole, never),
  number: form(whole | fraction, never),
  boolean: form(boolean, never),
  binary: form(text, never),
  any: form(every, isJson),
  object: form(0, (value, budget, depth) => !Array.isArray(value) && isJsonPart(value, budget, depth)),
  array: form(0, (value, budget, depth) => Array.isArray(value) && isJsonPart(value, budget, depth))
}

const isJsonPart: CleanForm["holds"] = (value, budget, depth) =>
  typeof value === "object" && value !== null && isJsonObject(value, budget, depth)

/** @internal */
export const cleanOrNull = ({ holds, kinds, steps }: CleanForm): CleanForm => form(kinds | none, holds, steps)

const isClean = (clean: CleanForm, value: unknown, budget: Budget, depth: number): boolean => {
  if ((clean.kinds & kindOf(value)) === 0 && (value === null || !clean.holds(value, budget, depth))) return false
  if (value !== null) budget.stepsLeft -= clean.steps
  return true
}

/** @internal */
export const cleanArray = (items: CleanForm): CleanForm =>
  form(0, (value, budget, depth) => {
    if (!Array.isArray(value)) return false
    const elements: ReadonlyArray<unknown> = value
    for (let i = 0; i < elements.length; i++) if (!isClean(items, elements[i], budget, depth + 1)) return false
    return true
  })

/** A member of a union, and whether it is the one that takes a value. */
interface Member {
  readonly clean: CleanForm
  readonly isExact: (value: unknown) => boolean
}

/** @internal */
export const cleanUnion = (members: ReadonlyArray<Member>): CleanForm =>
  form(
    members.reduce((kinds, { clean }) => kinds | clean.kinds, 0),
    (value, budget, depth) => {
      if (typeof value !== "object") return false
      for (const { clean, isExact } of members) if (isExact(value)) return clean.holds(value, budget, depth)
      return false
    },
    1
  )

/**
 * A field of an object as part of its {@link CleanForm}.
 *
 * @internal
 */
export interface CleanField extends CleanForm {
  readonly name: string
  readonly required: boolean
  /** Whether white space around a text is cut off, and an empty text left out. */
  readonly trims: boolean
}

/**
 * A field whose value is of the form; without one, of any that JSON has. Null is left out unless `keepsNull`.
 *
 * @internal
 */
export const cleanField = (
  name: string,
  required: boolean,
  { holds, kinds, steps }: CleanForm = cleanScalars.any,
  options: { readonly keepsNull: boolean; readonly trims: boolean }
): CleanField => ({
  name,
  required,
  kinds: options.keepsNull ? kinds : kinds & ~none,
  holds,
  steps,
  trims: options.trims
})

// no white space is between the two, and nearly every text starts and ends there
const isVisible = (code: number): boolean => code > 32 && code < 127

const isTrimmed = (given: string): boolean =>
  (isVisible(given.charCodeAt(0)) && isVisible(given.charCodeAt(given.length - 1))) ||
  (given !== "" && given === given.trim())

/** @internal */
export const isFieldClean = (field: CleanField, value: unknown, budget: Budget, depth: number): boolean =>
  typeof value === "string" && field.trims && !isTrimmed(value) ? false : isClean(field, value, budget, depth)

/**
 * Whether an object is clean as a whole: it has the fields that it must have and no others, in their order, and each is
 * clean. With `rules`, each field must also keep the one in its place.
 *
 * @internal
 */
export const areFieldsClean = (
  fields: ReadonlyArray<CleanField>,
  value: unknown,
  budget: Budget,
  depth: number,
  rules?: ReadonlyArray<Check>
): value is Fields => {
  if (!isPlain(value)) return false
  let next = 0
  for (const key in value) {
    let field: CleanField | undefined
    do {
      // asked for the length, as reading past the end of an array is slow
      field = next < fields.length ? fields[next++] : undefined
      if (field === undefined) return false
    } while (field.name !== key && !field.required)
    if (field.name !== key) return false
    const part = value[key]
    if (!isFieldClean(field, part, budget, depth + 1)) return false
    if (rules !== undefined && rules[next - 1]?.test(part, budget) === false) return false
  }
  for (; next < fields.length; next++) if (fields[next]?.required === true) return false
  return true
}

/** @internal */
export const cleanObject = (fields: ReadonlyArray<CleanField>): CleanForm =>
  form(0, (value, budget, depth) => areFieldsClean(fields, value, budget, depth))
