import * as Headers from "@effect/platform/Headers"
import * as Predicate from "effect/Predicate"
import type * as Redacted from "effect/Redacted"
import type { ApiResponse } from "../../ApiResponse.js"

// kept outside of an error: whatever prints an object's fields does not find them
const responses = new WeakMap<object, ApiResponse>()
const jobErrors = new WeakMap<object, unknown>()

/** @internal */
export const withResponse = <E extends object>(error: E, response: ApiResponse | undefined): E => {
  if (response !== undefined) responses.set(error, response)
  return error
}

/**
 * For an error about a value that came without a request of its own.
 *
 * @internal
 */
export const withValue = <E extends object>(error: E, body: unknown, requestId: string | undefined): E =>
  withResponse(error, { status: 200, headers: Headers.empty, requestId, body })

/** @internal */
export const reportedResponse = (error: object): ApiResponse | undefined => responses.get(error)

// errors of what was read before a change, which was not sent then
const beforeSending = new WeakSet<object>()

/** @internal */
export const markBeforeSending = <E extends object>(error: E): E => {
  beforeSending.add(error)
  return error
}

/**
 * Whether the error is of a read that came before a change: the change itself was not sent.
 *
 * @internal
 */
export const isBeforeSending = (error: object): boolean => beforeSending.has(error)

// errors whose status alone does not say that the server refused the work
const refusals = new WeakSet<object>()

/** @internal */
export const markRefusal = <E extends object>(error: E): E => {
  refusals.add(error)
  return error
}

/**
 * Whether the error is the server's own word that nothing was done, despite its status.
 *
 * @internal
 */
export const isRefusal = (error: object): boolean => refusals.has(error)

// errors of submits whose verifier is asked again by the next submit
const verifiable = new WeakSet<object>()

/** @internal */
export const markVerifiable = (error: unknown): void => {
  if (Predicate.isObject(error)) verifiable.add(error)
}

/**
 * Whether the error is of a submit with a verifier that left its key unknown.
 *
 * @internal
 */
export const isVerifiable = (error: object): boolean => verifiable.has(error)

const credentialsReasons = new WeakMap<object, Redacted.Redacted<unknown>>()

/**
 * Keeps why credentials could not be had.
 *
 * @internal
 */
export const withCredentialsReason = <E extends object>(
  error: E,
  reason: Redacted.Redacted<unknown> | undefined
): E => {
  if (reason !== undefined) credentialsReasons.set(error, reason)
  return error
}

/** @internal */
export const credentialsReason = (error: object): Redacted.Redacted<unknown> | undefined =>
  credentialsReasons.get(error)

/** @internal */
export const withJobError = <E extends object>(error: E, reported: unknown): E => {
  jobErrors.set(error, reported)
  return error
}

/** @internal */
export const reportedJobError = (error: object): unknown => jobErrors.get(error)
