import * as ParseResult from "effect/ParseResult"

/** One thing that is wrong with data from outside, and where. @internal */
export interface Issue {
  readonly path: string
  readonly reason: string
}

/** Names and indexes as one reads them: `connections[0].slug`. */
const pathOf = (path: ReadonlyArray<PropertyKey>): string =>
  path.reduce<string>(
    (text, key) => (typeof key === "number" ? `${text}[${key}]` : `${text}${text === "" ? "" : "."}${String(key)}`),
    ""
  )

const longest = 240

/** Without the middle of what is too long to be read: the whole type of a plan, say. */
const brief = (message: string): string =>
  message.length <= longest ? message : `${message.slice(0, 120)} ... ${message.slice(-80)}`

/** Everything that a schema found wrong. @internal */
export const issuesOf = (error: ParseResult.ParseError): ReadonlyArray<Issue> =>
  ParseResult.ArrayFormatter.formatErrorSync(error).map(({ path, message }) => ({
    path: pathOf(path),
    reason: brief(message)
  }))

/** @internal */
export const notJson: Issue = { path: "", reason: "it is not JSON" }
