import * as Predicate from "effect/Predicate"
import * as Redacted from "effect/Redacted"
import { type Fields, isFields } from "./fields.js"

/**
 * Lenient readers of the fields of a response: a field of another type is one that is not there. With an alias, the
 * first of the two that has the type counts.
 */
const fieldOf =
  <A>(is: (value: unknown) => value is A) =>
  (fields: Fields, name: string, alias?: string): A | undefined => {
    const value = fields[name]
    if (is(value)) return value
    const other = alias === undefined ? undefined : fields[alias]
    return is(other) ? other : undefined
  }

/** @internal */
export const textIn = fieldOf(Predicate.isString)

/** @internal */
export const booleanIn = fieldOf(Predicate.isBoolean)

/** @internal */
export const numberIn = fieldOf(Predicate.isNumber)

const nameIn = fieldOf(
  (value): value is string | number | bigint =>
    Predicate.isString(value) || Predicate.isNumber(value) || Predicate.isBigInt(value)
)

/**
 * What names a thing, in fields that were read exactly: a number with more digits than JavaScript holds is its text.
 *
 * @internal
 */
export const idIn = (exact: Fields, name: string): string | number | undefined => {
  const id = nameIn(exact, name)
  return typeof id === "bigint" ? String(id) : id
}

/** @internal */
export const listIn = (fields: Fields, name: string): ReadonlyArray<unknown> => {
  const value = fields[name]
  return Array.isArray(value) ? value : []
}

/** @internal */
export const textsIn = (fields: Fields, name: string): ReadonlyArray<string> =>
  listIn(fields, name).filter(Predicate.isString)

const uuid = /^[0-9a-f]{8}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{12}$/i

/**
 * What was expected of a response and is not in it: strict readers for the fields that a value cannot do without.
 *
 * @internal
 */
export class Missing {
  constructor(
    readonly expected: Array<string> = [],
    private readonly within = "data"
  ) {}

  /** The same for a part of the response. */
  at(name: string): Missing {
    return new Missing(this.expected, `${this.within}.${name}`)
  }

  add(what: string, name: string): void {
    this.expected.push(`expected ${what} in "${this.within}.${name}"`)
  }

  text(fields: Fields, name: string): string {
    const value = textIn(fields, name)
    if (value === undefined) this.add("text", name)
    return value ?? ""
  }

  filled(fields: Fields, name: string): string {
    const value = textIn(fields, name) ?? ""
    if (value === "") this.add("text", name)
    return value
  }

  secret(fields: Fields, name: string): Redacted.Redacted {
    return Redacted.make(this.filled(fields, name))
  }

  uuid(fields: Fields, name: string): string {
    const value = textIn(fields, name) ?? ""
    if (!uuid.test(value)) this.add("a UUID", name)
    return value
  }

  boolean(fields: Fields, name: string): boolean {
    const value = booleanIn(fields, name)
    if (value === undefined) this.add("true or false", name)
    return value ?? false
  }
}

/**
 * The object in `data`, which most answers of BOSA are wrapped in.
 *
 * @internal
 */
export const dataIn = (body: unknown): Fields | undefined => {
  const data = isFields(body) ? body["data"] : undefined
  return isFields(data) ? data : undefined
}
