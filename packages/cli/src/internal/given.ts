/**
 * What is given to a command besides words: JSON, files, durations, references of jobs.
 */
import type * as ExactJson from "@effect-connectors/core/ExactJson"
import type { JobRef } from "@effect-connectors/core/JobRef"
import type { InvalidRequest } from "@effect-connectors/core/InvalidRequest"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Predicate from "effect/Predicate"
import * as Redacted from "effect/Redacted"
import { createReadStream } from "node:fs"
import { UsageError } from "./failure.js"
import * as JsonText from "./jsonText.js"
import { readInput, readText, type Shell } from "./shell.js"

const refused = (what: string) => (reason: string) => new UsageError({ message: `${what} ${reason}` })

/** The text of a file, for what a command takes from it. */
const fileText = (what: string, path: string): Effect.Effect<string, UsageError> =>
  Effect.acquireUseRelease(
    Effect.sync(() => createReadStream(path)),
    readText,
    (stream) => Effect.sync(() => stream.destroy())
  ).pipe(Effect.mapError(refused(`${what}: ${path}`)))

/** All of stdin, for what a command takes from it. */
export const input = (what: string): Effect.Effect<string, UsageError, Shell> =>
  Effect.mapError(readInput, refused(`${what}: stdin`))

interface Source {
  readonly source: string
  readonly text: string
}

/** A text itself, `@file` for that of a file, or `-` for stdin. */
const textOf = (what: string, given: string): Effect.Effect<Source, UsageError, Shell> => {
  if (given === "-") return Effect.map(input(what), (text) => ({ source: `${what} (stdin)`, text }))
  if (given.startsWith("@")) {
    const path = given.slice(1)
    return Effect.map(fileText(what, path), (text) => ({ source: `${what} (${path})`, text }))
  }
  return Effect.succeed({ source: what, text: given })
}

const jsonOf = (what: string, given: string): Effect.Effect<ExactJson.Value, UsageError, Shell> =>
  Effect.flatMap(textOf(what, given), ({ source, text }) =>
    Effect.mapError(JsonText.read(source, text), (message) => new UsageError({ message }))
  )

const isObject = (value: unknown): value is ExactJson.ValueFields => Predicate.isRecord(value) && !Array.isArray(value)

/** A JSON object: `--input '{"id":7}'`, `--input @file.json` or `--input -`; empty without one. */
export const object = (
  what: string,
  given: Option.Option<string>
): Effect.Effect<ExactJson.ValueFields, UsageError, Shell> =>
  Option.match(given, {
    onNone: () => Effect.succeed({}),
    onSome: (text) =>
      Effect.filterOrFail(
        jsonOf(what, text),
        isObject,
        () => new UsageError({ message: `${what} is not a JSON object: give one such as '{"id":7}'` })
      )
  })

/** A duration such as `30 seconds`, or a number of milliseconds. */
export const duration = (what: string, text: string): Effect.Effect<Duration.Duration, UsageError> => {
  const input = /^\d+$/.test(text) ? Option.some(Duration.millis(Number(text))) : Duration.decodeUnknown(text)
  return Effect.mapError(
    Option.filter(input, (duration) => Duration.toMillis(duration) > 0),
    () =>
      new UsageError({ message: `${what} ${JSON.stringify(text)} is not a duration: give one such as "30 seconds"` })
  )
}

/** The reference of a job as `--json` prints it, or what holds one as `job`: JSON, `@file` or `-`. */
export const reference = (given: string): Effect.Effect<JobRef, UsageError | InvalidRequest, Shell> =>
  Effect.gen(function* () {
    const value = yield* jsonOf("the reference", given)
    const { JobRef } = yield* Effect.promise(() => import("@effect-connectors/core/JobRef"))
    return yield* JobRef.decode(isObject(value) && isObject(value["job"]) ? value["job"] : value)
  })

/** A secret on stdin: all of it, without the line end. */
export const secret = (what: string): Effect.Effect<Redacted.Redacted, UsageError, Shell> =>
  Effect.flatMap(input(what), (text) => {
    const value = text.replace(/\r?\n$/, "")
    return value === "" || /[\r\n]/.test(value)
      ? Effect.fail(new UsageError({ message: `${what}: stdin is ${value === "" ? "empty" : "more than one line"}` }))
      : Effect.succeed(Redacted.make(value))
  })
