import * as Effect from "effect/Effect"

/** Sets variables of the environment until the scope closes; `undefined` takes one away. */
export const withEnvironment = (variables: Readonly<Record<string, string | undefined>>) => {
  const assign = (values: ReadonlyArray<readonly [string, string | undefined]>) => {
    for (const [name, value] of values) {
      if (value === undefined) delete process.env[name]
      else process.env[name] = value
    }
  }
  return Effect.acquireRelease(
    Effect.sync(() => {
      const before = Object.keys(variables).map((name) => [name, process.env[name]] as const)
      assign(Object.entries(variables))
      return before
    }),
    (before) => Effect.sync(() => assign(before))
  )
}
