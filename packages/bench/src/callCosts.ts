/** CPU of a call: the variants of `callVariants.ts`, each in processes of its own. */
import { fileURLToPath } from "node:url"
import type { CallName } from "./callVariants.js"
import type { RowOptions } from "./row.js"
import { forked } from "./rounds.js"
import { type VariantCosts, variantCosts } from "./variants.js"

const worker = fileURLToPath(new URL("./callWorker.js", import.meta.url))

export const callCosts = (
  names: ReadonlyArray<CallName>,
  options: RowOptions,
  inFlight = 16
): Promise<ReadonlyArray<VariantCosts>> =>
  variantCosts(names, (name) => forked(worker, [name, options.url], inFlight), options)
