/**
 * The text of a server as it may be shown: in a message, in JSON, in a log, to a model.
 *
 * @since 0.5.0
 */
import { noSecrets, secretsOf } from "./internal/data/secretValues.js"
import { type Kind, limits as textLimits, shownText } from "./internal/data/serverText.js"

export type {
  /**
   * What a text is: `word` (a state, a code), `name` (an id, a file, a location), `reason` (prose) or `link` (an address
   * that somebody opens).
   *
   * @since 0.5.0
   * @category models
   */
  Kind
}

/**
 * How many characters of a text are shown at most.
 *
 * @since 0.5.0
 * @category constants
 */
export const limits: Readonly<Record<Kind, number>> = textLimits

/**
 * A text as it may be shown: no longer than the limit of its kind, without characters that do not print, and without the
 * secrets, nor their base64 and percent-encoded forms. A secret becomes `[redacted]`.
 *
 * In a `reason`, ANSI sequences are dropped, and line breaks and tabs become spaces. Every other character that does not
 * print, or that turns the direction of the line, stays visible as `\u{1b}`.
 *
 * @example
 * ```ts
 * import { ServerText } from "@effect-connectors/core"
 *
 * export const shown = ServerText.show("reason", "no table\n\u001b[31morders\u001b[0m for s3cr3t", ["s3cr3t"])
 * // "no table orders for [redacted]"
 * ```
 *
 * @since 0.5.0
 * @category formatting
 */
export const show = (kind: Kind, text: string, secrets: ReadonlyArray<string> = []): string =>
  shownText(kind, text, secrets.length === 0 ? noSecrets : secretsOf(secrets))
