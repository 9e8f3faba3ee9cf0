/**
 * A property, or a rule of it, that is not checked, and why.
 *
 * @since 0.2.0
 * @category models
 */
export interface Unchecked {
  /** The name, with dots inside a nested object. */
  readonly name: string
  readonly reason: string
}
