/**
 * Where the program called `at`, as lines of a stack.
 *
 * @internal
 */
export const callerOf = (at: Function): string => {
  const holder: { stack?: string } = {}
  Error.captureStackTrace(holder, at)
  return holder.stack?.split("\n").slice(1).join("\n") ?? ""
}

// an error that several calls share shows the first of them
const shown = new WeakSet<Error>()

/**
 * The same promise. The stack of its error goes on where the program called.
 *
 * @internal
 */
export const shownIn = <A>(promise: Promise<A>, caller: string): Promise<A> =>
  promise.catch((error: unknown) => {
    if (error instanceof Error && !shown.has(error)) {
      shown.add(error)
      const stack = error.stack ?? String(error)
      if (stack.includes(caller)) throw error
      Object.defineProperty(error, "stack", { value: `${stack}\n${caller}`, configurable: true, writable: true })
    }
    throw error
  })
