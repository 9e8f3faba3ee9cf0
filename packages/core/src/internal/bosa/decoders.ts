import * as Result from "../data/result.js"
import * as Predicate from "effect/Predicate"
import * as Redacted from "effect/Redacted"
import type { Issue } from "../../InvalidRequest.js"
import { type Fields, isFields } from "../data/fields.js"
import type { Decode } from "../http/response.js"
import { withoutSecrets } from "../http/secrets.js"

/** @internal */
export const textIn = (fields: Fields, name: string): string | undefined => {
  const value = fields[name]
  return Predicate.isString(value) ? value : undefined
}

/** @internal */
export const booleanIn = (fields: Fields, name: string): boolean | undefined => {
  const value = fields[name]
  return Predicate.isBoolean(value) ? value : undefined
}

/**
 * Reads what stands in `data`; `decode` adds to `missing` what it cannot do without, and its value counts only
 * when it adds nothing.
 *
 * @internal
 */
export const dataOf =
  <A>(decode: (data: Fields, missing: Missing) => A): Decode<A> =>
  ({ body }) => {
    const data = isFields(body) ? body["data"] : undefined
    if (!isFields(data)) return Result.fail(['expected an object in "data"'])
    const missing = new Missing()
    const value = decode(data, missing)
    return missing.expected.length > 0 ? Result.fail(missing.expected) : Result.succeed(value)
  }

const uuid = /^[0-9a-f]{8}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{12}$/i

/**
 * What was expected of an answer and is not in it.
 *
 * @internal
 */
export class Missing {
  constructor(
    readonly expected: Array<string> = [],
    private readonly within = "data"
  ) {}

  /** The same for a part of the answer. */
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

  secret(fields: Fields, name: string): Redacted.Redacted {
    const value = this.text(fields, name)
    if (fields[name] === "") this.add("text", name)
    return Redacted.make(value)
  }
}

/**
 * What a server says of a user or an account, without the credentials in it.
 *
 * @internal
 */
export const rawOf = (value: unknown): unknown => withoutSecrets(value)

/**
 * A text that the server needs and that holds nothing.
 *
 * @internal
 */
export const blankIssue = (name: string, value: string, fix: string): ReadonlyArray<Issue> =>
  value.trim() === "" ? [{ path: [name], message: value === "" ? "is empty" : "holds only spaces", fix }] : []
