import * as Effect from "effect/Effect"
import * as Mailbox from "effect/Mailbox"
import type * as Scope from "effect/Scope"

/** What has changed. The current value is read when the event is sent. @internal */
export type InspectorChange =
  | { readonly _tag: "Request"; readonly id: number }
  | { readonly _tag: "Faults" }
  /** Everything that was shown so far is out of date. */
  | { readonly _tag: "Cleared" }

/** @internal */
export interface InspectorEvent {
  readonly id: string
  readonly change: InspectorChange
}

/** The events for one subscriber. @internal */
export interface Subscription {
  /** Events were missed and are no longer kept: the subscriber has to read everything again. */
  readonly missed: boolean
  readonly events: Mailbox.ReadonlyMailbox<InspectorEvent>
}

interface Subscriber {
  readonly mailbox: Mailbox.Mailbox<InspectorEvent>
  readonly drop: () => void
}

/** @internal */
export interface EventsOptions {
  /** Identifies this run of the emulator. */
  readonly run: string
  /** How many events are kept for subscribers that reconnect, and may wait for a slow one; 1,000 unless given. */
  readonly limit?: number
  /** How many subscribers are allowed; 64 unless given. */
  readonly subscribers?: number
}

/** Publishes changes to subscribers without waiting for them: one that is too slow is dropped. @internal */
export class Events {
  private kept: Array<InspectorEvent> = []
  private count = 0
  private readonly subscribers = new Set<Subscriber>()
  private readonly limit: number

  constructor(private readonly options: EventsOptions) {
    this.limit = options.limit ?? 1_000
  }

  /** The id of the newest event. */
  get last(): string {
    return `${this.options.run}.${this.count}`
  }

  get size(): number {
    return this.subscribers.size
  }

  get isFull(): boolean {
    return this.subscribers.size >= (this.options.subscribers ?? 64)
  }

  publish(change: InspectorChange): void {
    this.count++
    const event: InspectorEvent = { id: this.last, change }
    this.kept.push(event)
    if (this.kept.length >= 2 * this.limit) this.kept = this.kept.slice(-this.limit)
    for (const subscriber of this.subscribers) {
      if (subscriber.mailbox.unsafeOffer(event)) continue
      this.subscribers.delete(subscriber)
      subscriber.drop()
    }
  }

  /** Events from now on, and those after the one with the id `after`; `drop` is called when the subscriber is too slow. */
  readonly subscribe = (after: string | undefined, drop: () => void): Effect.Effect<Subscription, never, Scope.Scope> =>
    Effect.flatMap(Mailbox.make<InspectorEvent>({ capacity: this.limit, strategy: "dropping" }), (mailbox) => {
      const subscriber: Subscriber = { mailbox, drop }
      return Effect.acquireRelease(
        Effect.sync((): Subscription => {
          const past = after === undefined ? [] : this.since(after)
          mailbox.unsafeOfferAll(past ?? [])
          this.subscribers.add(subscriber)
          return { missed: past === undefined, events: mailbox }
        }),
        () => Effect.sync(() => this.subscribers.delete(subscriber))
      )
    })

  /** The events after an id; `undefined` when they are not known or too many. */
  private since(id: string): ReadonlyArray<InspectorEvent> | undefined {
    const [run, text = ""] = id.split(".")
    if (run !== this.options.run || !/^\d{1,15}$/.test(text)) return undefined
    const missing = this.count - Number(text)
    if (missing < 0 || missing > Math.min(this.kept.length, this.limit)) return undefined
    return missing === 0 ? [] : this.kept.slice(-missing)
  }
}
