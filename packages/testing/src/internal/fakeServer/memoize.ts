/**
 * The same function, which remembers what it gave for the texts that were asked for last: a poll asks
 * for the same address thousands of times.
 *
 * @internal
 */
export const memoize = <A>(f: (text: string) => A, limit = 256): ((text: string) => A) => {
  const known = new Map<string, A>()
  let last: { readonly text: string; readonly made: A } | undefined
  return (text) => {
    // cheaper than the hash of a text that was just put together
    if (last?.text === text) return last.made
    let made = known.get(text)
    if (made === undefined) {
      made = f(text)
      if (known.size >= limit) known.clear()
      known.set(text, made)
    }
    last = { text, made }
    return made
  }
}
