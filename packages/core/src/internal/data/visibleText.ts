const invisible = /[\p{C}\p{Zl}\p{Zp}]/gu
// oxlint-disable-next-line no-control-regex
const ansi = /(?:\u001b\[|\u009b)[0-?]*[ -/]*[@-~]|\u001b\][^\u0007\u001b]*(?:\u0007|\u001b\\)?|\u001b[ -/]*[0-~]/g

/**
 * A text in which what does not print, or turns the direction of the line, is written as its number.
 *
 * @internal
 */
export const visible = (text: string): string =>
  text.replace(invisible, (character) => `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}`)

const spaced = (text: string): string => text.replace(ansi, "").replace(/\s+/g, " ").trim()

/**
 * What is left of a text without ANSI sequences and without what does not print.
 *
 * @internal
 */
export const printable = (text: string): string => spaced(text).replace(invisible, "")

/**
 * Prose in one line: no ANSI sequences, and one space for white space.
 *
 * @internal
 */
export const oneLine = (text: string): string => visible(spaced(text))
