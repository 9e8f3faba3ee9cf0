import * as Predicate from "effect/Predicate"

/**
 * An object of JSON, by its fields.
 *
 * @internal
 */
export type Fields = Readonly<Record<string, unknown>>

/** @internal */
export const isFields = (u: unknown): u is Fields => Predicate.isRecord(u) && !Array.isArray(u)

/**
 * The fields of a thing: one that is no object has nothing but its `raw`.
 *
 * @internal
 */
export const fieldsOf = (raw: unknown): Fields => (isFields(raw) ? raw : {})
