/** A shorter match at the end of a text may be chance; in characters. */
const minPrefix = 4

const prefixAtEnd = (text: string, value: string): number => {
  for (let length = Math.min(value.length, text.length); length >= minPrefix; length--) {
    if (text.endsWith(value.slice(0, length))) return length
  }
  return 0
}

/** How many characters at the end of a text, which may have been cut off, start one of the values. @internal */
export const longestPrefixAtEnd = (text: string, values: Iterable<string>): number => {
  let longest = 0
  for (const value of values) longest = Math.max(longest, prefixAtEnd(text, value))
  return longest
}
