import type * as Clock from "effect/Clock"
import * as FiberRef from "effect/FiberRef"
import type { Event } from "./history.js"

/** The call that a fiber works for; 0 for none, as in requests that several calls share. */
export const currentCall: FiberRef.FiberRef<number> = FiberRef.unsafeMake(0)

type Kind = Event["kind"]
type Detail<K extends Kind> = Extract<Event, { readonly kind: K }>["detail"]

/** Records the history. */
export class Recorder {
  readonly events: Array<Event> = []
  private calls = 0

  constructor(
    private readonly clock: Clock.Clock,
    private readonly startMillis: number
  ) {}

  /** The time of the servers: that of the clients' machine may be set. */
  get now(): number {
    return Number(this.clock.unsafeCurrentTimeNanos() / 1_000_000n)
  }

  call(): number {
    return ++this.calls
  }

  add<K extends Kind>(kind: K, client: string, call: number, op: string, detail: Detail<K>): void {
    // the signature ties the detail to the kind, which the union does not show
    this.events.push({ t: this.now - this.startMillis, client, call, op, kind, detail } as Event)
  }
}
