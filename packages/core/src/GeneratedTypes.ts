/**
 * What is generated from a tenant: the modules that `connectors types pull` writes add to the two empty interfaces here,
 * and the calls of `BosaApi` and `ConnectionsApi` are then typed by them. Nothing of it is there at run time.
 *
 * @since 0.5.0
 */

/**
 * The BOSA connectors, each with the parameters of its actions by name.
 *
 * @since 0.5.0
 * @category models
 */
export interface ConnectorTypes {}

/**
 * The connections, each with the inputs of its saved actions by slug.
 *
 * @since 0.5.0
 * @category models
 */
export interface ConnectionTypes {}

/**
 * A name that is known, which editors complete, or any other text.
 *
 * @since 0.5.0
 * @category models
 */
export type Name<Known> = (keyof Known & string) | (string & {})

/**
 * The actions of one connector or connection, by its name in `Types`; none where nothing was generated for it.
 *
 * @since 0.5.0
 * @category models
 */
export type ActionsOf<Types, Of extends string> = [Of] extends [keyof Types] ? Types[Of] : {}

/**
 * What an action takes, by its name in `Actions`; `Otherwise` where nothing was generated for it.
 *
 * @since 0.5.0
 * @category models
 */
export type InputOf<Actions, Action extends string, Otherwise> = [Action] extends [keyof Actions]
  ? Actions[Action]
  : Otherwise

/**
 * The same by the name of a connector or connection and that of an action.
 *
 * @since 0.5.0
 * @category models
 */
export type InputIn<Types, Of extends string, Action extends string, Otherwise> = [Of] extends [keyof Types]
  ? InputOf<Types[Of], Action, Otherwise>
  : Otherwise
