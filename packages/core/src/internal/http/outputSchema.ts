import * as Either from "effect/Either"
import * as ParseResult from "effect/ParseResult"
import * as Schema from "effect/Schema"

// a message may hold the actual value, which may be secret: what stands before it is the schema's
const plain = /^(Expected [^"'`]{1,120}?), actual /

const expectation = (message: string): string =>
  message === "is missing" || message === "is unexpected"
    ? message
    : (plain.exec(message)?.[1] ?? "does not fit the output schema")

/**
 * What a parse error says was expected where.
 *
 * @internal
 */
export const expectations = (name: string, error: ParseResult.ParseError): ReadonlyArray<string> =>
  ParseResult.ArrayFormatter.formatErrorSync(error).map(
    ({ message, path }) => `${name}${path.map((step) => `.${String(step)}`).join("")}: ${expectation(message)}`
  )

/**
 * Decodes with a caller's schema; what does not fit is reported as a list of "what was expected where".
 *
 * @internal
 */
export const decoded = <B, I>(
  name: string,
  schema: Schema.Schema<B, I>
): ((value: unknown) => Either.Either<B, ReadonlyArray<string>>) => {
  const decode = Schema.decodeUnknownEither(schema, { errors: "all" })
  return (value) => Either.mapLeft(decode(value), (error) => expectations(name, error))
}
