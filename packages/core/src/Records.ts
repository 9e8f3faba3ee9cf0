/**
 * What Connections says of its records: the fields that are known, in camel
 * case, and the whole response in `raw`. A field of an unexpected type is left
 * out here and stays in `raw`; a field we do not know is in `raw` too.
 *
 * @since 0.1.0
 */

/**
 * A connection: an account on some system, with what can be done on it.
 *
 * @since 0.1.0
 * @category models
 */
export interface Connection {
  readonly slug: string | undefined
  readonly displayName: string | undefined
  readonly description: string | undefined
  readonly active: boolean | undefined
  readonly authorized: boolean | undefined
  readonly relayId: string | number | undefined
  readonly templateId: string | number | undefined
  readonly raw: unknown
}

/**
 * A saved action of a connection, or of the tenant's catalog.
 *
 * @since 0.1.0
 * @category models
 */
export interface SavedAction {
  readonly slug: string | undefined
  readonly displayName: string | undefined
  readonly description: string | undefined
  /** The slug of the connection it belongs to, where that is given. */
  readonly connection: string | undefined
  readonly raw: unknown
}

/**
 * One input or output of a saved action.
 *
 * @since 0.1.0
 * @category models
 */
export interface Field {
  readonly name: string | undefined
  /** The server's word for its type, such as `STRING`. */
  readonly type: string | undefined
  readonly required: boolean | undefined
  readonly description: string | undefined
  readonly raw: unknown
}

/**
 * Something that happens on a connection and that can be subscribed to.
 *
 * @since 0.1.0
 * @category models
 */
export interface Trigger {
  readonly slug: string | undefined
  readonly displayName: string | undefined
  readonly description: string | undefined
  /** What a subscriber can narrow it by, as the server says it. */
  readonly inputs: unknown
  readonly subscriptions: ReadonlyArray<unknown>
  readonly raw: unknown
}

/**
 * The triggers of a connection, and the account they belong to.
 *
 * @since 0.1.0
 * @category models
 */
export interface TriggerList {
  /** Their subscriptions are yours only: those of other users are not listed. */
  readonly triggers: ReadonlyArray<Trigger>
  /** The account that a run of an action would use. */
  readonly account: unknown
  readonly raw: unknown
}

/**
 * One trigger, and the account it belongs to.
 *
 * @since 0.1.0
 * @category models
 */
export interface TriggerDetail {
  /** Its subscriptions are yours only. */
  readonly trigger: Trigger
  /** The account that a run of an action would use. */
  readonly account: unknown
  readonly raw: unknown
}

/**
 * What subscribing gave: `created` is false when the subscription was there already.
 *
 * @since 0.1.0
 * @category models
 */
export interface Subscribed {
  readonly created: boolean | undefined
  readonly id: string | number | undefined
  readonly subscriber: unknown
  readonly raw: unknown
}

/**
 * What unsubscribing gave: `deleted` is false when it was gone already.
 *
 * @since 0.1.0
 * @category models
 */
export interface Unsubscribed {
  readonly id: string | number | undefined
  readonly deleted: boolean | undefined
  readonly webhook: unknown
  readonly raw: unknown
}
