/** The key, and the job, whose row is copied. */
export const template = "job-template"

/** To a runner that is measured. */
export type CostsCommand =
  | { readonly _tag: "Submit"; readonly count: number }
  | { readonly _tag: "Follow" }
  /** Collect garbage and say what is left. */
  | { readonly _tag: "Collect" }

/** Of a runner that is measured. */
export type CostsMessage =
  | {
      readonly _tag: "Stats"
      readonly buckets: number
      readonly followed: number
      readonly ended: number
      /** Of the process since its start. */
      readonly cpuMillis: number
    }
  | { readonly _tag: "Heap"; readonly heapBytes: number; readonly rssBytes: number }
  | { readonly _tag: "Done" }
