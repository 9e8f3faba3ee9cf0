/** How often each name occurred. */
export type Counts = Record<string, number>

export const addCount = (counts: Counts, name: string, by = 1): void => {
  counts[name] = (counts[name] ?? 0) + by
}

/** Adds the second to the first. */
export const addCounts = (into: Counts, from: Readonly<Counts>): void => {
  for (const [name, count] of Object.entries(from)) addCount(into, name, count)
}

export const sumOfCounts = (counts: Readonly<Counts>): number =>
  Object.values(counts).reduce((sum, count) => sum + count, 0)

/** Such as `a 1, b 2`, by name. */
export const listOfCounts = (counts: Readonly<Counts>): string =>
  Object.entries(counts)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, count]) => `${name} ${count}`)
    .join(", ")
