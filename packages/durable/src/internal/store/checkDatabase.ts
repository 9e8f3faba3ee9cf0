import { InvalidRequest, type Issue } from "@effect-connectors/core/InvalidRequest"
import * as Effect from "effect/Effect"
import * as Predicate from "effect/Predicate"
import * as Redacted from "effect/Redacted"

const giveAddress = 'give the address, such as Redacted.make("postgres://user@host/database")'

const secretIssues = (
  database: object,
  name: "url" | "password",
  check: (value: unknown) => Omit<Issue, "path"> | undefined
): ReadonlyArray<Issue> => {
  const given: unknown = Predicate.hasProperty(database, name) ? database[name] : undefined
  if (given === undefined) return []
  const path = ["database", name]
  if (!Redacted.isRedacted(given)) {
    const isEmpty = given === null || given === ""
    return [
      isEmpty && name === "url"
        ? { path, message: "is empty", fix: giveAddress }
        : { path, message: "is not redacted, so that it would be printed", fix: "wrap it in Redacted.make" }
    ]
  }
  const issue = check(Redacted.value(given))
  return issue === undefined ? [] : [{ path, ...issue }]
}

const urlIssue = (url: unknown): Omit<Issue, "path"> | undefined =>
  typeof url === "string" && url.trim() !== "" ? undefined : { message: "is empty", fix: giveAddress }

const issuesOf = (database: unknown): ReadonlyArray<Issue> => {
  if (typeof database !== "object" || database === null) {
    return [{ path: ["database"], message: "is not an object", fix: "give a url, or a client" }]
  }
  if ("client" in database) return []
  return [...secretIssues(database, "url", urlIssue), ...secretIssues(database, "password", () => undefined)]
}

/**
 * Refuses what is no PostgreSQL, as JavaScript or an empty variable of the environment give it.
 *
 * @internal
 */
export const checkDatabase = (operation: string, database: unknown): Effect.Effect<void, InvalidRequest> =>
  Effect.suspend(() => {
    const issues = issuesOf(database)
    return issues.length === 0 ? Effect.void : Effect.fail(new InvalidRequest({ operation, issues }))
  })
