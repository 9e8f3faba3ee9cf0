const longest = 200

/**
 * A name of a server, an archive or a store as it can stand in a line of text: what does not print, or turns the
 * direction of the line, stays visible.
 *
 * @internal
 */
export const shown = (name: string): string => {
  const visible = name.replace(/[\p{C}\p{Zl}\p{Zp}]/gu, (unit) => `\\u{${(unit.codePointAt(0) ?? 0).toString(16)}}`)
  return `"${visible.length > longest ? `${visible.slice(0, longest)}...` : visible}"`
}
