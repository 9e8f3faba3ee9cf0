/**
 * The same function, which remembers what it gave for the texts that were asked for last: a poll asks
 * for the same address thousands of times.
 *
 * @internal
 */
export const remembered = <A>(f: (text: string) => A, limit = 256): ((text: string) => A) => {
  const known = new Map<string, A>()
  return (text) => {
    const found = known.get(text)
    if (found !== undefined) return found
    const made = f(text)
    if (known.size >= limit) known.clear()
    known.set(text, made)
    return made
  }
}
