export interface JobTrackerOptions {
  readonly concurrency?: number | undefined
  readonly budget?:
    | {
        readonly requests: number
        readonly perMillis: number
      }
    | "unlimited"
    | undefined
  readonly keepEnds?: number | undefined
}
export interface Stats {
  readonly watched: number
  readonly inFlight: number
  readonly timers: number
}
