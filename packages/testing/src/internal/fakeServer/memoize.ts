/**
 * The same function with a cache of its results for the most recent texts: polls use the same address thousands of
 * times.
 *
 * @internal
 */
export const memoize = <A>(f: (text: string) => A, limit = 256): ((text: string) => A) => {
  const known = new Map<string, A>()
  let last: { readonly text: string; readonly value: A } | undefined
  return (text) => {
    // cheaper than the hash of a text that was just made
    if (last?.text === text) return last.value
    let value = known.get(text)
    if (value === undefined) {
      value = f(text)
      if (known.size >= limit) known.clear()
      known.set(text, value)
    }
    last = { text, value }
    return value
  }
}
