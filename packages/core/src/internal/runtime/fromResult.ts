import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Result from "../data/result.js"

/**
 * A result as an effect.
 *
 * @internal
 */
export const toEffect = <A, E>(result: Result.Result<A, E>): Effect.Effect<A, E> =>
  result._tag === "Success" ? Effect.succeed(result.success) : Effect.fail(result.failure)

/**
 * A result as Effect's own, for what is public.
 *
 * @internal
 */
export const toEither = <A, E>(result: Result.Result<A, E>): Either.Either<A, E> =>
  result._tag === "Success" ? Either.right(result.success) : Either.left(result.failure)

/**
 * A result of Effect's own, without it.
 *
 * @internal
 */
export const fromEither = <A, E>(either: Either.Either<A, E>): Result.Result<A, E> =>
  either._tag === "Right" ? { _tag: "Success", success: either.right } : { _tag: "Failure", failure: either.left }

/**
 * How an effect ends, as a result.
 *
 * @internal
 */
export const resultOf = <A, E, R>(self: Effect.Effect<A, E, R>): Effect.Effect<Result.Result<A, E>, never, R> =>
  Effect.match(self, {
    onFailure: (failure): Result.Result<A, E> => Result.fail(failure),
    onSuccess: (success): Result.Result<A, E> => Result.succeed(success)
  })
