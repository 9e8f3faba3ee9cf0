/**
 * The versions of the BOSA / GL Connectors protocol that can be spoken.
 *
 * @since 0.2.0
 */

/**
 * A version of the protocol. `bosa` is what bosa-connectors 0.1 speaks and the default,
 * `bosa-0.3` what its last release speaks, `gl` what GL Connectors speaks.
 *
 * @since 0.2.0
 * @category models
 */
export type Dialect = "bosa" | "bosa-0.3" | "gl"

/**
 * All of them.
 *
 * @since 0.2.0
 * @category models
 */
export const all: ReadonlyArray<Dialect> = ["bosa", "bosa-0.3", "gl"]

/**
 * Whether a text names a dialect.
 *
 * @since 0.2.0
 * @category guards
 */
export const isDialect = (u: unknown): u is Dialect => u === "bosa" || u === "bosa-0.3" || u === "gl"
