/**
 * The operations of the platforms by their names, as errors, spans and job references have them.
 *
 * @since 0.5.0
 */
import { groupsOf, type Name as BosaName, tables } from "./internal/bosa/dialects.js"
import { endpoints, type Name as ConnectionsName } from "./internal/connections/endpoints.js"
import { namesIn } from "./internal/http/endpoint.js"

/**
 * The name of an operation of Connections, such as `actions.execute`.
 *
 * @since 0.5.0
 * @category models
 */
export type ConnectionsOperation = ConnectionsName

/**
 * The name of an operation of BOSA / GL Connectors, such as `users.create`.
 *
 * @since 0.5.0
 * @category models
 */
export type BosaOperation = BosaName

/**
 * The name of an operation of either platform.
 *
 * @since 0.5.0
 * @category models
 */
export type OperationName = ConnectionsOperation | BosaOperation

/**
 * All operations of Connections.
 *
 * @since 0.5.0
 * @category constants
 */
export const connections: ReadonlyArray<ConnectionsOperation> = namesIn(endpoints)

/**
 * All operations of BOSA / GL Connectors, of all its dialects.
 *
 * @since 0.5.0
 * @category constants
 */
export const bosa: ReadonlyArray<BosaOperation> = namesIn(groupsOf(tables.gl))

const all: ReadonlySet<unknown> = new Set([...connections, ...bosa])

/**
 * Whether a text is the name of an operation. An error that was found before a request was made may name something else,
 * such as `BosaApi.make`.
 *
 * @since 0.5.0
 * @category guards
 */
export const isOperationName = (u: unknown): u is OperationName => all.has(u)
