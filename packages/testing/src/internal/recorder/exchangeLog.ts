import type { Exchange, Headers } from "../../Recording.js"
import { PendingExchange } from "./pendingExchange.js"

/** The exchanges since the recorder started, in the order in which they started. @internal */
export class ExchangeLog {
  private readonly pending: Array<PendingExchange> = []

  constructor(
    /** Milliseconds since the recorder started. */
    private readonly elapsed: () => number,
    private readonly limit: number
  ) {}

  begin(method: string, url: URL, headers: Headers): PendingExchange {
    const exchange = new PendingExchange(method, url, headers, this.elapsed, this.limit)
    this.pending.push(exchange)
    return exchange
  }

  get exchanges(): ReadonlyArray<Exchange> {
    return this.pending.map((exchange) => exchange.toExchange())
  }
}
