/** How much of a value has to stand at the end of a text for it to be the beginning of that value, in characters. */
const minBegun = 4

const begunAtEnd = (text: string, value: string): number => {
  for (let length = Math.min(value.length, text.length); length >= minBegun; length--) {
    if (text.endsWith(value.slice(0, length))) return length
  }
  return 0
}

/** How much of the end of a text, which may have been cut off, is the beginning of one of the values; in characters. @internal */
export const longestBegun = (text: string, values: Iterable<string>): number => {
  let longest = 0
  for (const value of values) longest = Math.max(longest, begunAtEnd(text, value))
  return longest
}
