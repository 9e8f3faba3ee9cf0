import * as Effect from "effect/Effect"
import type { Unbound } from "../../ConnectionHandle.js"

/**
 * The unbound form of operations that are bound to a slug, made from the bound one.
 *
 * @internal
 */
export function unbound<Operations extends object>(bind: (slug: string) => Operations): Unbound<Operations>
export function unbound(bind: (slug: string) => Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  const entries = Object.entries(bind("")).map(([name, value]) => {
    if (Effect.isEffect(value)) return [name, (slug: string) => bind(slug)[name]]
    return [
      name,
      (slug: string, ...args: ReadonlyArray<unknown>) => {
        const operation = bind(slug)[name]
        return typeof operation === "function" ? operation(...args) : operation
      }
    ]
  })
  return Object.fromEntries(entries)
}
