/**
 * An object of JSON, by its fields.
 *
 * @internal
 */
export type Fields = Readonly<Record<string, unknown>>

/** @internal */
export const isFields = (u: unknown): u is Fields => typeof u === "object" && u !== null && !Array.isArray(u)

/**
 * The fields of a thing: one that is no object has nothing but its `raw`.
 *
 * @internal
 */
export const fieldsOf = (raw: unknown): Fields => (isFields(raw) ? raw : {})
