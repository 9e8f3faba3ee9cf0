/**
 * `JSON.parse` rounds a whole number over 2^53, and a rounded id is another thing's: the
 * text still has its digits. `undefined` for a number that is exact.
 *
 * @internal
 */
export const exactDigits = (value: number, text: string): string | undefined => {
  if (!Number.isInteger(value) || Number.isSafeInteger(value)) return undefined
  for (const [digits] of text.matchAll(/\d{16,}/g)) if (Number(digits) === value) return digits
  return undefined
}
