import type { Event, Failed, History, Invoked, Reply, Returned } from "./history.js"

type Of<K extends Event["kind"]> = Extract<Event, { readonly kind: K }>

/** One request and its outcome. */
export interface Exchange {
  readonly client: string
  readonly call: number
  readonly requestKind: string
  readonly sent: Of<"send">["detail"]
  readonly t: number
  readonly at: number
  /** `undefined` until it ends. */
  reply: Reply | undefined
  status: number | undefined
  wait: number | undefined
  /** The client stopped waiting before it ended. */
  wasAbandoned: boolean
  endT: number
  endAt: number
}

/** One call of a client and how it ended. */
export interface CallView {
  readonly id: number
  readonly client: string
  readonly op: string
  readonly invoked: Invoked
  readonly t: number
  readonly at: number
  readonly exchanges: Array<Exchange>
  readonly jobEvents: Array<string>
  /** The job that it submitted, and stored. */
  stored: string | undefined
  ends: number
  endT: number
  endAt: number
  ok: Returned | undefined
  failed: Failed | undefined
  isUnknown: boolean
  interrupted: "user" | "crash" | undefined
}

/** A history, grouped by call and client. `at` is the index of an event. */
export interface View {
  readonly history: History
  readonly calls: ReadonlyMap<number, CallView>
  readonly exchanges: ReadonlyArray<Exchange>
  readonly byClient: ReadonlyMap<string, ReadonlyArray<Exchange>>
}

const callOf = (event: Of<"invoke">, at: number): CallView => ({
  id: event.call,
  client: event.client,
  op: event.op,
  invoked: event.detail,
  t: event.t,
  at,
  exchanges: [],
  jobEvents: [],
  stored: undefined,
  ends: 0,
  endT: Infinity,
  endAt: Infinity,
  ok: undefined,
  failed: undefined,
  isUnknown: false,
  interrupted: undefined
})

const exchangeOf = (event: Of<"send">, at: number): Exchange => ({
  client: event.client,
  call: event.call,
  requestKind: event.op,
  sent: event.detail,
  t: event.t,
  at,
  reply: undefined,
  status: undefined,
  wait: undefined,
  wasAbandoned: false,
  endT: Infinity,
  endAt: Infinity
})

export const viewOf = (history: History): View => {
  const calls = new Map<number, CallView>()
  const exchanges = new Map<number, Exchange>()
  const byClient = new Map<string, Array<Exchange>>()
  history.events.forEach((event, at) => {
    const call = calls.get(event.call)
    switch (event.kind) {
      case "invoke":
        calls.set(event.call, callOf(event, at))
        return
      case "send": {
        const exchange = exchangeOf(event, at)
        exchanges.set(event.detail.exchange, exchange)
        call?.exchanges.push(exchange)
        const list = byClient.get(event.client)
        if (list === undefined) byClient.set(event.client, [exchange])
        else list.push(exchange)
        return
      }
      case "reply":
      case "abandoned": {
        const exchange = exchanges.get(event.detail.exchange)
        if (exchange === undefined) return
        exchange.reply = event.kind === "reply" ? event.detail.reply : exchange.sent.isWritten ? "lost" : "not sent"
        exchange.status = event.kind === "reply" ? event.detail.status : undefined
        exchange.wait = event.kind === "reply" ? event.detail.wait : undefined
        exchange.wasAbandoned = event.kind === "abandoned"
        exchange.endT = event.t
        exchange.endAt = at
        return
      }
      case "stored":
        if (call !== undefined) call.stored = event.detail.job
        return
      case "event":
        call?.jobEvents.push(event.detail.event)
        return
      case "ok":
      case "fail":
      case "unknown":
      case "interrupted":
        if (call === undefined) return
        call.ends++
        call.endT = event.t
        call.endAt = at
        if (event.kind === "ok") call.ok = event.detail
        else if (event.kind === "interrupted") call.interrupted = event.detail.by
        else call.failed = event.detail
        call.isUnknown = event.kind === "unknown"
        return
      default:
        return
    }
  })
  return { history, calls, exchanges: Array.from(exchanges.values()), byClient }
}

/** The attempts of each request of a call, in order. */
export const attemptsOf = (call: CallView): ReadonlyArray<ReadonlyArray<Exchange>> => {
  if (call.exchanges.length < 2) return call.exchanges.length === 0 ? [] : [call.exchanges]
  const groups = new Map<string, Array<Exchange>>()
  for (const exchange of call.exchanges) {
    const group = groups.get(exchange.sent.request)
    if (group === undefined) groups.set(exchange.sent.request, [exchange])
    else group.push(exchange)
  }
  return Array.from(groups.values())
}

/** The job that a call followed. */
export const jobOf = (call: CallView): string | undefined =>
  call.invoked.job ?? (call.invoked.follows === true ? call.stored : undefined)
