/**
 * The error for a call that was refused before anything was sent.
 *
 * @since 0.1.0
 */
import * as Schema from "effect/Schema"
import { shownText } from "./internal/data/serverText.js"

/**
 * One thing that is wrong with a call: where, what, and what to do about it.
 *
 * @since 0.1.0
 * @category models
 */
export const Issue = Schema.Struct({
  /** Where it is, from the outside in: `["body", "input", "price"]`. */
  path: Schema.Array(Schema.String),
  message: Schema.String,
  fix: Schema.optional(Schema.String)
})

/**
 * One thing that is wrong with a call.
 *
 * @since 0.1.0
 * @category models
 */
export type Issue = typeof Issue.Type

const mostPaths = 10

const line = (paths: ReadonlyArray<string>, { fix, message }: Issue): string => {
  const named = paths.slice(0, mostPaths).join(", ")
  const more = paths.length > mostPaths ? ` and ${paths.length - mostPaths} more` : ""
  const each = paths.length > 1 && message.startsWith("is ") ? "each " : ""
  return `${named === "" ? "" : `${named}${more}: `}${each}${message}${fix === undefined ? "" : ` (${fix})`}`
}

// what is wrong in the same way in several places is said once
const lines = (issues: ReadonlyArray<Issue>): string => {
  const groups = new Map<string, { readonly issue: Issue; readonly paths: Array<string> }>()
  for (const issue of issues) {
    const path = issue.path.join(".")
    const same = JSON.stringify([path === "", issue.message, issue.fix])
    const group = groups.get(same)
    if (group === undefined) groups.set(same, { issue, paths: [path] })
    else if (!group.paths.includes(path)) group.paths.push(path)
  }
  return Array.from(groups.values(), ({ issue, paths }) => line(paths, issue)).join("; ")
}

// names that a server gave stand in it
const shown = ({ fix, message, path }: Issue): Issue => ({
  path: path.map((name) => shownText("name", name)),
  message: shownText("reason", message),
  ...(fix === undefined ? {} : { fix: shownText("reason", fix) })
})

/**
 * A call, a setting or a reference is wrong; nothing was sent. Every issue is
 * listed with its path and what to do about it.
 *
 * @since 0.1.0
 * @category errors
 */
export class InvalidRequest extends Schema.TaggedError<InvalidRequest>(
  "@effect-connectors/core/ApiError/InvalidRequest"
)("InvalidRequest", {
  operation: Schema.String,
  issues: Schema.Array(Issue)
}) {
  // decoding goes through it too, and changes nothing that was shown before
  // @effect-diagnostics-next-line overriddenSchemaConstructor:off
  constructor(
    props: { readonly operation: string; readonly issues: ReadonlyArray<Issue> },
    options?: Schema.MakeOptions
  ) {
    super({ operation: props.operation, issues: props.issues.map(shown) }, options)
  }
  /** Repeating the same call gives the same error. */
  readonly retryable = false

  /** All issues, those of the same words together. */
  override get message(): string {
    return `${this.operation}: refused, nothing was sent. ${lines(this.issues)}`
  }
}
