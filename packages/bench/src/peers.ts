/** The packages that rows are compared with: a project of their own in `packages/bench/peers`. */

/**
 * A module of the peers: `await peer<{ readonly default: Got }>("got")`. Their types are not installed: `A` is what the
 * caller uses of it. Rejects when it is not installed or does not load.
 */
export const peer = async <A>(name: string): Promise<A> => {
  const { load }: { readonly load: (name: string) => Promise<A> } = await import(
    new URL("../peers/load.mjs", import.meta.url).href
  )
  return load(name)
}
