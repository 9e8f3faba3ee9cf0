/**
 * A value, or why there is none: for code that needs no Effect.
 *
 * @internal
 */
export type Result<A, E> = Success<A> | Failure<E>

interface Success<out A> {
  readonly _tag: "Success"
  readonly success: A
}

interface Failure<out E> {
  readonly _tag: "Failure"
  readonly failure: E
}

/** @internal */
export const succeed = <A>(success: A): Success<A> => ({ _tag: "Success", success })

/** @internal */
export const fail = <E>(failure: E): Failure<E> => ({ _tag: "Failure", failure })

/** @internal */
export const map = <A, B, E>(self: Result<A, E>, f: (success: A) => B): Result<B, E> =>
  self._tag === "Success" ? succeed(f(self.success)) : self

/** @internal */
export const mapFailure = <A, E, F>(self: Result<A, E>, f: (failure: E) => F): Result<A, F> =>
  self._tag === "Failure" ? fail(f(self.failure)) : self

/** @internal */
export const fromUndefined = <A, E>(value: A | undefined, onUndefined: () => E): Result<A, E> =>
  value === undefined ? fail(onUndefined()) : succeed(value)

/** @internal */
export const flatMap = <A, B, E, F>(self: Result<A, E>, f: (success: A) => Result<B, F>): Result<B, E | F> =>
  self._tag === "Success" ? f(self.success) : self
