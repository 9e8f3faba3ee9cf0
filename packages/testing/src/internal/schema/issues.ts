import * as ParseResult from "effect/ParseResult"

/** An error in data from outside, and its place. @internal */
export interface Issue {
  readonly path: string
  readonly reason: string
}

/** A path as text: `connections[0].slug`. */
const pathOf = (path: ReadonlyArray<PropertyKey>): string =>
  path.reduce<string>(
    (text, key) => (typeof key === "number" ? `${text}[${key}]` : `${text}${text === "" ? "" : "."}${String(key)}`),
    ""
  )

const longest = 240

/** Leaves out the middle of a long message, such as one with the whole type of a plan. */
const brief = (message: string): string =>
  message.length <= longest ? message : `${message.slice(0, 120)} ... ${message.slice(-80)}`

/** All errors that a schema found. @internal */
export const issuesOf = (error: ParseResult.ParseError): ReadonlyArray<Issue> =>
  ParseResult.ArrayFormatter.formatErrorSync(error).map(({ path, message }) => ({
    path: pathOf(path),
    reason: brief(message)
  }))

/** @internal */
export const notJson: Issue = { path: "", reason: "it is not JSON" }
