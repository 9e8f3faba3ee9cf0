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

/** Everything that a schema found wrong. @internal */
export const issuesOf = (error: ParseResult.ParseError): ReadonlyArray<Issue> =>
  ParseResult.ArrayFormatter.formatErrorSync(error).map(({ path, message }) => ({
    path: pathOf(path),
    reason: message
  }))

/** @internal */
export const notJson: Issue = { path: "", reason: "it is not JSON" }
