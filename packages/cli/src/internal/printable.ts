/**
 * Text of servers, files and people as a terminal may have it: nothing in it moves the cursor, sets a color or turns the
 * direction of a line.
 */
import * as ExactJson from "@effect-connectors/core/ExactJson"
import { stripVTControlCharacters } from "node:util"

const escaped = (character: string): string => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`

const visible = (text: string): string => text.replaceAll(/[\p{Bidi_Control}\u2028\u2029]/gu, escaped)

/** Text on one line. */
export const printable = (text: string): string => visible(stripVTControlCharacters(text).replaceAll(/\p{Cc}/gu, " "))

/** Text with its lines and tabs. */
export const printableLines = (text: string): string =>
  visible(stripVTControlCharacters(text).replaceAll(/(?![\n\t])\p{Cc}/gu, " "))

/**
 * A value as JSON. What JSON lets pass and a terminal obeys is escaped, such as U+009B, which starts an ANSI sequence:
 * it means the same to a program.
 */
export const jsonText = (value: unknown, indent?: number): string | undefined =>
  ExactJson.stringify(value, indent)?.replaceAll(/[\u007f-\u009f\p{Bidi_Control}\u2028\u2029]/gu, escaped)
