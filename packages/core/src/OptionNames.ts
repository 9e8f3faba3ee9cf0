/**
 * The names that an options object may have. The compiler refuses a misspelled name where the object is written; this
 * refuses it at run time too, from JavaScript, from a cast, or from a file. Every options object of these packages is
 * checked with it, and you can check your own.
 *
 * @since 0.5.0
 */
import { noIssues } from "./internal/data/checks.js"
import { nearest } from "./internal/data/nearest.js"
import type { Issue } from "./InvalidRequest.js"

/**
 * The names of an options type.
 *
 * @since 0.5.0
 * @category models
 */
export type OptionNames = ReadonlySet<string>

/**
 * Each name of an options type once: what {@link make} takes, for a table that several types share.
 *
 * @since 0.5.0
 * @category models
 */
export type Table<Options> = { readonly [K in keyof Options]-?: true }

/**
 * The names of `Options`. The compiler wants each of them, and no other.
 *
 * @example
 * ```ts
 * import * as OptionNames from "@effect-connectors/core/OptionNames"
 *
 * interface RetrySettings {
 *   readonly times?: number
 *   readonly pauseMillis?: number
 * }
 *
 * const names = OptionNames.make<RetrySettings>({ times: true, pauseMillis: true })
 *
 * // [{ path: ["tims"], message: "is not an option", fix: 'the nearest is "times"' }]
 * export const issues = OptionNames.issues(names, { tims: 3 })
 * ```
 *
 * @since 0.5.0
 * @category constructors
 */
export const make = <Options>(names: Table<Options>): OptionNames => new Set(Object.keys(names))

const list = (names: OptionNames): string => Array.from(names, (name) => `"${name}"`).join(", ")

/**
 * The name that was probably meant, if one is near.
 *
 * @since 0.5.0
 * @category checks
 */
export const nearestTo = (names: OptionNames, name: string): string | undefined => nearest(name, [...names])

/**
 * The names with a value that are not known. A name whose value is `undefined` says nothing, and is no mistake.
 *
 * @since 0.5.0
 * @category checks
 */
export const unknownIn = (names: OptionNames, given: object): ReadonlyArray<string> =>
  Object.entries(given).flatMap(([name, value]) => (value === undefined || names.has(name) ? [] : [name]))

/**
 * What is wrong with the names of an options object: an issue for each that is not known, with the nearest name that is,
 * or one issue for what is not an object. `path` is where the object stands.
 *
 * @since 0.5.0
 * @category checks
 */
export const issues = (names: OptionNames, given: unknown, path: ReadonlyArray<string> = []): ReadonlyArray<Issue> => {
  if (typeof given !== "object" || given === null) {
    return [
      { path: path.length === 0 ? ["options"] : path, message: "is not an object", fix: `give ${list(names)} by name` }
    ]
  }
  // nearly all objects are right: nothing is made for those
  for (const name in given) {
    if (!names.has(name)) return unknownIssues(names, given, path)
  }
  return noIssues
}

const unknownIssues = (names: OptionNames, given: object, path: ReadonlyArray<string>): ReadonlyArray<Issue> =>
  unknownIn(names, given).map((name) => {
    const near = nearestTo(names, name)
    return {
      path: [...path, name],
      message: "is not an option",
      fix: near === undefined ? `the names are ${list(names)}` : `the nearest is "${near}"`
    }
  })
