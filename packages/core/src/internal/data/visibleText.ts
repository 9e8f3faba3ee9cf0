const invisible = /[\p{C}\p{Zl}\p{Zp}]/gu

/**
 * A text in which what does not print, or turns the direction of the line, is written as its number.
 *
 * @internal
 */
export const visible = (text: string): string =>
  text.replace(invisible, (character) => `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}`)

// oxlint-disable-next-line no-control-regex
const ansi = /(?:\u001b\[|\u009b)[0-?]*[ -/]*[@-~]|\u001b\][^\u0007\u001b]*(?:\u0007|\u001b\\)?|\u001b[ -/]*[0-~]/g

/**
 * Prose in one line: no ANSI sequences, and one space for white space.
 *
 * @internal
 */
export const oneLine = (text: string): string => visible(text.replace(ansi, "").replace(/\s+/g, " ").trim())
