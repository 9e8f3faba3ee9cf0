import type { JobRef } from "../../../JobRef.js"
import type { Metrics } from "../../http/metrics.js"
import { interrupt } from "../../runtime/interruption.js"
import { Entry } from "./entry.js"
import { Heap } from "./heap.js"

/**
 * The jobs that are watched: by their id, by when they are to be polled, and by when the next deadline of their watchers is.
 *
 * @internal
 */
export class WatchedJobs {
  /** None of a poll in flight. */
  readonly due = new Heap<Entry>(
    (entry) => entry.duePlace,
    (entry, place) => {
      entry.duePlace = place
    }
  )
  readonly ends = new Heap<Entry>(
    (entry) => entry.endPlace,
    (entry, place) => {
      entry.endPlace = place
    }
  )
  private readonly entries = new Map<string, Entry>()

  constructor(private readonly metrics: Metrics | undefined) {}

  get size(): number {
    return this.entries.size
  }

  get all(): ReadonlyArray<Entry> {
    return [...this.entries.values()]
  }

  get(jobId: string): Entry | undefined {
    return this.entries.get(jobId)
  }

  /** The entry of a job, new unless it is watched. */
  open(ref: JobRef): Entry {
    const known = this.entries.get(ref.jobId)
    if (known !== undefined) return known
    const entry = new Entry(ref)
    this.entries.set(ref.jobId, entry)
    this.metrics?.watched(this.entries.size)
    return entry
  }

  /** Closes jobs; their polls are interrupted. */
  close(entries: ReadonlyArray<Entry>): void {
    const live = entries.filter((entry) => entry.live)
    const fibers = live.map(({ fiber }) => fiber)
    for (const entry of live) {
      entry.live = false
      entry.fiber = undefined
      this.entries.delete(entry.ref.jobId)
    }
    if (live.length > 0) this.metrics?.watched(this.entries.size)
    for (const heap of [this.due, this.ends]) {
      if (live.length > 1 && live.length > heap.size / 16) heap.retain((entry) => entry.live)
      else for (const entry of live) heap.remove(entry)
    }
    for (const fiber of fibers) if (fiber !== undefined) interrupt(fiber)
  }
}
