/** The list with a value in place of the same one, or at the end. @internal */
export const upsert = <A>(list: ReadonlyArray<A> = [], value: A, isSame: (other: A) => boolean): ReadonlyArray<A> => {
  const at = list.findIndex(isSame)
  return at < 0 ? [...list, value] : list.map((other, index) => (index === at ? value : other))
}

/** The list with each of the other values in place of the same one, or at the end. @internal */
export const upsertAll = <A>(
  list: ReadonlyArray<A> = [],
  others: ReadonlyArray<A> = [],
  isSame: (a: A, b: A) => boolean
): ReadonlyArray<A> => others.reduce((all, value) => upsert(all, value, (other) => isSame(other, value)), list)
