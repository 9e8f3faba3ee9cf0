/**
 * Where the program called, as lines of a stack. They are made when they are needed: that costs more than many a call.
 *
 * @internal
 */
export type Caller = () => string

/**
 * Where the program called `at`.
 *
 * @internal
 */
export const callerOf = (at: Function): Caller => {
  const holder: { stack?: unknown } = {}
  Error.captureStackTrace(holder, at)
  return () => {
    const { stack } = holder
    // a program may have its own form of stacks
    return typeof stack === "string" ? stack.split("\n").slice(1).join("\n") : ""
  }
}

// an error that several calls share shows the first of them
const shown = new WeakSet<Error>()

/**
 * The same promise. The stack of its error goes on where the program called.
 *
 * @internal
 */
export const shownIn = <A>(promise: Promise<A>, callerOfIt: Caller): Promise<A> =>
  promise.catch((error: unknown) => {
    if (error instanceof Error && !shown.has(error)) {
      shown.add(error)
      const caller = callerOfIt()
      const stack = error.stack ?? String(error)
      if (stack.includes(caller)) throw error
      // an error of the program may be frozen
      Reflect.defineProperty(error, "stack", { value: `${stack}\n${caller}`, configurable: true, writable: true })
    }
    throw error
  })
