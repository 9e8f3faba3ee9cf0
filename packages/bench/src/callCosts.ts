/** CPU of a call: the variants of `callVariants.ts`, each in processes of its own. */
import { fileURLToPath } from "node:url"
import type { CallName } from "./callVariants.js"
import type { RowOptions } from "./row.js"
import { forked, type Worker } from "./rounds.js"
import { type VariantCosts, variantCosts } from "./variants.js"

const worker = fileURLToPath(new URL("./callWorker.js", import.meta.url))

/** Starts one of them. */
export const startCall = (name: CallName, url: string, inFlight: number): Worker =>
  forked(worker, [name, url], inFlight)

export const callCosts = (
  names: ReadonlyArray<CallName>,
  options: RowOptions,
  inFlight = 16
): Promise<ReadonlyArray<VariantCosts>> =>
  variantCosts(names, (name) => startCall(name, options.url, inFlight), options)
