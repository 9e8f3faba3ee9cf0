import * as Effect from "effect/Effect"
import * as Metric from "effect/Metric"
import * as MetricState from "effect/MetricState"

/** What a process holds at a moment. */
export interface Gauges {
  /** In mebibytes. */
  readonly rss: number
  /** Live objects, in mebibytes. */
  readonly heap: number
  readonly sockets: number
  readonly timers: number
  /** Of programs that count their fibers. */
  readonly fibers: number
}

const mebibyte = 1024 * 1024

const count = (names: ReadonlyArray<string>, name: string): number => names.filter((one) => one === name).length

const fibers = Effect.map(Metric.snapshot, (pairs) =>
  pairs.reduce(
    (sum, { metricKey, metricState }) =>
      metricKey.name === "effect_fiber_active" && MetricState.isCounterState(metricState)
        ? sum + Number(metricState.count)
        : sum,
    0
  )
)

/** With `collected`, garbage is collected first, where the process allows that. */
export const gauge = (collected: boolean): Effect.Effect<Gauges> =>
  Effect.map(fibers, (fibers) => {
    for (let pass = 0; collected && pass < 2; pass++) globalThis.gc?.()
    const { heapUsed, rss } = process.memoryUsage()
    const held = process.getActiveResourcesInfo()
    return {
      rss: rss / mebibyte,
      heap: heapUsed / mebibyte,
      sockets: count(held, "TCPSocketWrap") + count(held, "TCPSOCKETWRAP"),
      timers: count(held, "Timeout"),
      fibers
    }
  })

/** The most of each. */
export const most = (one: Gauges, other: Gauges): Gauges => ({
  rss: Math.max(one.rss, other.rss),
  heap: Math.max(one.heap, other.heap),
  sockets: Math.max(one.sockets, other.sockets),
  timers: Math.max(one.timers, other.timers),
  fibers: Math.max(one.fibers, other.fibers)
})
