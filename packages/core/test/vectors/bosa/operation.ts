import type * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as ParseResult from "effect/ParseResult"
import * as Predicate from "effect/Predicate"
import * as Schema from "effect/Schema"
import type { Failed, Session } from "./session.js"

/** A step of a vector as a call of ours; left: its arguments are not those of the call. */
export type Operation = (session: Session, args: unknown) => Either.Either<Effect.Effect<unknown, Failed>, string>

const strict = { onExcessProperty: "error", errors: "all" } as const

export const operation = <A, I>(
  args: Schema.Schema<A, I>,
  call: (session: Session, args: A) => Effect.Effect<unknown, Failed>
): Operation => {
  const decode = Schema.decodeUnknownEither(args, strict)
  return (session, given) =>
    Either.mapBoth(decode(given ?? {}), {
      onLeft: ParseResult.TreeFormatter.formatErrorSync,
      onRight: (decoded) => call(session, decoded)
    })
}

const isObject = (u: unknown): u is Readonly<Record<string, unknown>> => Predicate.isRecord(u) && !Array.isArray(u)

/** Declared and not described: a schema with fields would copy it. */
export const Parameters = Schema.declare(isObject)

export const text = Schema.String

/** Left out, or null. */
export const optional = <A, I>(schema: Schema.Schema<A, I>) => Schema.optional(Schema.NullOr(schema))

/** No arguments: a struct without fields would take any. */
export const none = Parameters.pipe(
  Schema.filter((given) => {
    const [name] = Object.keys(given)
    return name === undefined || `there is no argument "${name}"`
  })
)

/** What a step gives that has no counterpart here. */
export const notOffered = "not offered"
