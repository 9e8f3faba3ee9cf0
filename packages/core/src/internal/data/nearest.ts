const maxLength = 64
const maxCandidates = 1000

const normalize = (name: string): string => name.toLowerCase().replace(/[_\-\s.]/g, "")

/**
 * Whether two names differ in nothing but letter case, `_`, `-`, `.` and spaces.
 *
 * @internal
 */
export const isAlike = (a: string, b: string): boolean => normalize(a) === normalize(b)

// optimal string alignment: a swap of two neighbors is one step
const distance = (a: string, b: string, limit: number): number => {
  let before: Array<number> = []
  let above = Array.from({ length: b.length + 1 }, (_, j) => j)
  for (let i = 1; i <= a.length; i++) {
    const row = [i]
    let best = i
    for (let j = 1; j <= b.length; j++) {
      const same = a[i - 1] === b[j - 1]
      let cost = Math.min((above[j] ?? 0) + 1, (row[j - 1] ?? 0) + 1, (above[j - 1] ?? 0) + (same ? 0 : 1))
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) {
        cost = Math.min(cost, (before[j - 2] ?? 0) + 1)
      }
      row.push(cost)
      if (cost < best) best = cost
    }
    if (best > limit) return best
    before = above
    above = row
  }
  return above[b.length] ?? 0
}

/**
 * The candidate that was probably meant, if one is near. The work is bounded for any names.
 *
 * @internal
 */
export const nearest = (name: string, candidates: ReadonlyArray<string>): string | undefined => {
  if (name.length > maxLength) return undefined
  const wanted = normalize(name)
  let limit = Math.max(1, Math.floor(wanted.length / 3))
  let found: string | undefined
  for (let i = 0; i < candidates.length && i < maxCandidates; i++) {
    const candidate = candidates[i]
    if (candidate === undefined || candidate.length > maxLength) continue
    const other = normalize(candidate)
    if (Math.abs(other.length - wanted.length) > limit || Math.min(other.length, wanted.length) <= limit) {
      if (other === wanted) return candidate
      continue
    }
    const steps = distance(wanted, other, limit)
    if (steps === 0) return candidate
    if (steps <= limit) {
      found = candidate
      limit = steps - 1
    }
  }
  return found
}
