/**
 * `JSON.parse` rounds a whole number over 2^53, and a rounded id is another thing's. The text still has the digits:
 * those of the first field with one of the names whose number is written `rounded`. `undefined` for a number that is exact.
 *
 * @internal
 */
export const exactDigits = (rounded: string, text: string, names: ReadonlyArray<string>): string | undefined => {
  if (!/^\d/.test(rounded) || Number.isSafeInteger(Number(rounded))) return undefined
  const fields = names.map((name) => JSON.stringify(name).replace(/[\\^$.*+?()[\]{}|]/g, "\\$&")).join("|")
  const numbers = new RegExp(`(?:${fields})\\s*:\\s*(\\d+)(?![\\d.eE])`, "g")
  for (const [, digits = ""] of text.matchAll(numbers)) if (String(Number(digits)) === rounded) return digits
  return undefined
}
