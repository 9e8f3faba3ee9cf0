import * as OptionNames from "@effect-connectors/core/OptionNames"
import * as Effect from "effect/Effect"
import type { Executor, ExecutorFailure, Json, JsonObject, Operation } from "../../Executor.js"
import { type Kind, type Parameter, parametersOf } from "./names.js"
import * as Values from "./values.js"

// executors of this package take the parameters of the table; those of a test take what they like
const builtIn = new WeakSet<Executor>()

/** Says that an executor takes the parameters of {@link parametersOf}. */
export const takesKnown = (executor: Executor): Executor => {
  builtIn.add(executor)
  return executor
}

export const isBuiltIn = (executor: Executor): boolean => builtIn.has(executor)

const read: Readonly<
  Record<Kind, (body: JsonObject, names: Values.Names) => Effect.Effect<Json | undefined, ExecutorFailure>>
> = {
  text: Values.optionalString,
  count: Values.optionalCount,
  flag: (body, names) =>
    Effect.flatMap(Values.valueOf(body, names), (value) =>
      value === undefined ? Effect.succeed(value) : Values.flag(body, names, false)
    ),
  object: Values.optionalRecord,
  list: Values.optionalList,
  any: Values.valueOf
}

const always = ["options"]

/** Refuses a name that is not known: it names the nearest, and all of them. */
export const refuseUnknown = (
  body: JsonObject,
  known: ReadonlyArray<string>,
  usual: ReadonlyArray<string>,
  what: string,
  code?: string
): Effect.Effect<void, ExecutorFailure> => {
  const names: OptionNames.OptionNames = new Set(known)
  const [unknown] = OptionNames.unknownIn(names, body)
  if (unknown === undefined) return Effect.void
  const near = OptionNames.nearestTo(names, unknown)
  const hint = near === undefined ? "" : `; the nearest is "${near}"`
  return Values.refuse(`${JSON.stringify(unknown)} is not ${what}${hint}. It takes ${usual.join(", ")}`, code)
}

/**
 * The parameters of a typed operation under their usual names. What is not known, or of another kind, is refused; with
 * `lenient` names that are not known pass and are not used.
 */
export const check = Effect.fnUntraced(function* (operation: Operation, body: JsonObject, lenient: boolean) {
  const parameters = parametersOf[operation]
  if (!lenient) {
    const known = [...parameters.flatMap(({ names }) => names), ...always]
    const usual = [...parameters.map(({ names: [name] }) => name), ...always]
    yield* refuseUnknown(body, known, usual, `a parameter of ${operation}`)
  }
  return yield* underUsualNames(parameters, body)
})

const underUsualNames = Effect.fnUntraced(function* (parameters: ReadonlyArray<Parameter>, body: JsonObject) {
  const values: Record<string, Json> = {}
  for (const { kind, names } of parameters) {
    const value = yield* read[kind](body, names)
    if (value !== undefined) values[names[0]] = value
  }
  return values
})
