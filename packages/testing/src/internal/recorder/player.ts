import type { Exchange, RecordedRequest, Recording } from "../../Recording.js"
import { type Comparison, differences } from "./differences.js"
import type { Names } from "./names.js"
import { cutAt } from "./seal.js"
import type { Secrets } from "./secrets.js"
import { visitRequest } from "./redactExchange.js"

/** What does not count when requests are compared, beside what never does. */
interface Ignored {
  readonly headers?: ReadonlyArray<string> | undefined
  readonly query?: ReadonlyArray<string> | undefined
  readonly body?: ReadonlyArray<string> | undefined
}

/** @internal */
export interface PlayerOptions {
  readonly names: Names
  readonly secrets: Secrets
  readonly ignore: Ignored
  readonly repeatLast: boolean
}

/** An exchange of the recording, or why there is none. @internal */
export type Played =
  | { readonly _tag: "Found"; readonly exchange: Exchange }
  | { readonly _tag: "Missing"; readonly difference: string }

// of the connection, of one program or of one run: another run has others
const neverCompared = [
  "host",
  "connection",
  "keep-alive",
  "transfer-encoding",
  "content-length",
  "accept-encoding",
  "user-agent",
  "date",
  "traceparent",
  "tracestate",
  "baggage",
  "b3",
  "x-b3-traceid",
  "x-b3-spanid",
  "x-b3-parentspanid",
  "x-b3-sampled",
  "idempotency-key",
  "x-request-id"
]

const mostShown = 5

const called = ({ method, path }: RecordedRequest): string => `${method} ${path}`

const sharedSegments = (a: string, b: string): number => {
  const [left, right] = [a.split("/"), b.split("/")]
  return left.filter((segment, index) => segment === right[index]).length
}

const times = (count: number): string => (count === 1 ? "once" : `${count} times`)

/** Answers requests from a recording: the n-th of the same is given what the n-th got. @internal */
export class Player {
  private readonly played = new Set<number>()
  private readonly origins: ReadonlySet<string>
  private readonly isIgnored: (place: string) => boolean
  private readonly secretHeaders = new Map<string, Set<string>>()

  constructor(
    private readonly recording: Recording,
    private readonly options: PlayerOptions
  ) {
    const { body = [], headers = [], query = [] } = options.ignore
    const places = new Set([
      ...[...neverCompared, ...headers].map((name) => `the header ${name.toLowerCase()}`),
      ...query.map((name) => `the query ${name}`),
      ...body.map((place) => (place === "" ? "body" : `body.${place}`))
    ])
    this.isIgnored = (place) => places.has(place)
    this.origins = new Set(recording.exchanges.map(({ request }) => request.origin))
    for (const { request } of recording.exchanges) {
      for (const [name, value] of Object.entries(request.headers)) {
        if (cutAt(value).placeholders.length === 0) continue
        this.secretHeaders.set(name, (this.secretHeaders.get(name) ?? new Set()).add(value))
      }
    }
  }

  get unused(): ReadonlyArray<Exchange> {
    return this.recording.exchanges.filter((_, index) => !this.played.has(index))
  }

  play(request: RecordedRequest): Played {
    this.learn(request)
    const by = this.comparison(request)
    let last: Exchange | undefined
    let count = 0
    for (const [index, exchange] of this.recording.exchanges.entries()) {
      if (differences(by, exchange.request, request).next().done !== true) continue
      if (!this.played.has(index)) {
        this.played.add(index)
        return { _tag: "Found", exchange }
      }
      last = exchange
      count++
    }
    if (last === undefined) return { _tag: "Missing", difference: this.explain(by, request) }
    if (this.options.repeatLast) return { _tag: "Found", exchange: last }
    const difference = `${called(request)} was recorded ${times(count)} and is asked for once more`
    return { _tag: "Missing", difference: `${difference}. Record again, or let its last answer repeat: \`repeatLast\`` }
  }

  // a header is a secret and nothing else: where secrets stand in a text side by side, one must know them to tell them apart
  private learn({ headers }: RecordedRequest): void {
    for (const [name, values] of this.secretHeaders) {
      const actual = headers[name]
      if (actual !== undefined) for (const value of values) this.options.secrets.fits(value, actual)
    }
  }

  // a platform that has moved, as an emulator does to another port, is the same; one of several is not another
  private comparison({ origin }: RecordedRequest): Comparison {
    const { names, secrets } = this.options
    return { secrets, names, isIgnored: this.isIgnored, sameOrigin: this.origins.has(origin) }
  }

  private explain(by: Comparison, request: RecordedRequest): string {
    const asked = `${called(request)} was not recorded`
    const nearest = this.nearest(by, request)
    if (nearest === undefined) return `${asked}: the recording is empty. Record it first`
    const { exchange, found, index } = nearest
    const more = found.length > mostShown ? ` and ${found.length - mostShown} more` : ""
    const list = found.slice(0, mostShown).join("; ")
    const near = `the nearest, number ${index + 1} (${called(exchange.request)}), is not the same: ${list}${more}`
    return this.withoutSecrets(`${asked}; ${near}. Record again, or correct the request`, request)
  }

  private nearest(by: Comparison, request: RecordedRequest) {
    const { exchanges } = this.recording
    const far = ({ method, path }: RecordedRequest): number =>
      (method === request.method ? 1 : 0) + 2 * sharedSegments(path, request.path)
    const closest = Math.max(...exchanges.map((exchange) => far(exchange.request)))
    return exchanges
      .map((exchange, index) => ({ exchange, index }))
      .filter(({ exchange }) => far(exchange.request) === closest)
      .map((one) => ({ ...one, found: [...differences(by, one.exchange.request, request)] }))
      .sort((a, b) => a.found.length - b.found.length)[0]
  }

  // what is told of the request must not tell what a wrong secret is
  private withoutSecrets(text: string, request: RecordedRequest): string {
    const secrets = new Set<string>()
    visitRequest(
      {
        names: this.options.names,
        isShort: () => false,
        text: (text) => text,
        secret: (written) => {
          if (written !== "") secrets.add(written)
          return written
        }
      },
      request
    )
    return [...secrets].reduce((hidden, secret) => hidden.replaceAll(secret, "<secret>"), text)
  }
}
