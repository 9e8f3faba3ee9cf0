import * as Effect from "effect/Effect"
import type * as Either from "effect/Either"
import type { Result } from "../data/result.js"

/**
 * A result as an effect.
 *
 * @internal
 */
export const toEffect = <A, E>(result: Result<A, E>): Effect.Effect<A, E> =>
  result._tag === "Success" ? Effect.succeed(result.success) : Effect.fail(result.failure)

/**
 * A result of Effect's own, without it.
 *
 * @internal
 */
export const fromEither = <A, E>(either: Either.Either<A, E>): Result<A, E> =>
  either._tag === "Right" ? { _tag: "Success", success: either.right } : { _tag: "Failure", failure: either.left }
