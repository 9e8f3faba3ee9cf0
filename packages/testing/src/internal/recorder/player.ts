import type { Exchange, RecordedRequest, Recording } from "../../Recording.js"
import { type Comparison, requestDifferences } from "./requestDifferences.js"
import type { SecretNames } from "./secretNames.js"
import { splitAtPlaceholders } from "./placeholder.js"
import type { ReplaySecrets } from "./replaySecrets.js"
import { redactRequest } from "./redactExchange.js"
import { type EqualExchanges, RequestIndex } from "./requestIndex.js"

/** What to ignore when requests are compared, in addition to `neverCompared`. */
interface IgnoredPlaces {
  readonly headers?: ReadonlyArray<string> | undefined
  readonly query?: ReadonlyArray<string> | undefined
  readonly body?: ReadonlyArray<string> | undefined
}

/** @internal */
export interface PlayerOptions {
  readonly names: SecretNames
  readonly secrets: ReplaySecrets
  readonly ignore: IgnoredPlaces
  readonly repeatLast: boolean
}

/** The exchange for a request, or why there is none. @internal */
export type PlayerResult =
  | { readonly _tag: "Found"; readonly exchange: Exchange }
  | { readonly _tag: "Missing"; readonly difference: string }

// they belong to one connection, one program or one run, so another run has other values
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

const callLine = ({ method, path }: RecordedRequest): string => `${method} ${path}`

const sharedSegments = (a: string, b: string): number => {
  const [left, right] = [a.split("/"), b.split("/")]
  return left.filter((segment, index) => segment === right[index]).length
}

const times = (count: number): string => (count === 1 ? "once" : `${count} times`)

/** Finds the exchange for a request: the n-th of equal requests gets the n-th recorded exchange. @internal */
export class Player {
  /** How many recorded requests were compared so far to find matches. */
  comparisons = 0
  private readonly used = new Set<number>()
  private readonly index: RequestIndex
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
    this.index = new RequestIndex(recording.exchanges, this.isIgnored, (text) => options.secrets.isLiteral(text))
    this.origins = new Set(recording.exchanges.map(({ request }) => request.origin))
    for (const { request } of recording.exchanges) {
      for (const [name, value] of Object.entries(request.headers)) {
        if (splitAtPlaceholders(value).placeholders.length === 0) continue
        this.secretHeaders.set(name, (this.secretHeaders.get(name) ?? new Set()).add(value))
      }
    }
  }

  get unused(): ReadonlyArray<Exchange> {
    return this.recording.exchanges.filter((_, index) => !this.used.has(index))
  }

  play(request: RecordedRequest): PlayerResult {
    this.learnSecretHeaders(request)
    const by = this.comparison(request)
    const matching = this.index.candidates(request).filter((equal) => this.isMatch(by, equal.request, request))
    const index = this.takeFirstUnused(matching)
    const exchange = index === undefined ? undefined : this.recording.exchanges[index]
    if (exchange !== undefined) return { _tag: "Found", exchange }
    if (matching.length === 0) return { _tag: "Missing", difference: this.explain(by, request) }
    return this.usedUp(matching, request)
  }

  private isMatch(by: Comparison, recorded: RecordedRequest, request: RecordedRequest): boolean {
    this.comparisons++
    return requestDifferences(by, recorded, request).next().done === true
  }

  private takeFirstUnused(matching: ReadonlyArray<EqualExchanges>): number | undefined {
    let first: EqualExchanges | undefined
    for (const equal of matching) {
      if ((equal.indexes[equal.used] ?? Infinity) < (first?.indexes[first.used] ?? Infinity)) first = equal
    }
    const index = first?.indexes[first.used]
    if (first === undefined || index === undefined) return undefined
    first.used++
    this.used.add(index)
    return index
  }

  private usedUp(matching: ReadonlyArray<EqualExchanges>, request: RecordedRequest): PlayerResult {
    const last = this.recording.exchanges[Math.max(...matching.map(({ indexes }) => indexes.at(-1) ?? 0))]
    if (this.options.repeatLast && last !== undefined) return { _tag: "Found", exchange: last }
    const count = matching.reduce((sum, { indexes }) => sum + indexes.length, 0)
    const difference = `${callLine(request)} was recorded ${times(count)} and was sent once more`
    return {
      _tag: "Missing",
      difference: `${difference}. Record again, or set \`repeatLast\` to repeat its last response`
    }
  }

  // adjacent secrets in a text can only be separated when they are known: a header holds one secret alone
  private learnSecretHeaders({ headers }: RecordedRequest): void {
    for (const [name, values] of this.secretHeaders) {
      const actual = headers[name]
      if (actual !== undefined) for (const value of values) this.options.secrets.matches(value, actual)
    }
  }

  // an unknown origin is the recorded platform at a new address, such as an emulator on another port
  private comparison({ origin }: RecordedRequest): Comparison {
    const { names, secrets } = this.options
    return { secrets, names, isIgnored: this.isIgnored, sameOrigin: this.origins.has(origin) }
  }

  private explain(by: Comparison, request: RecordedRequest): string {
    const notFound = `${callLine(request)} was not recorded`
    const nearest = this.nearest(by, request)
    if (nearest === undefined) return `${notFound}: the recording is empty. Record it first`
    const { exchange, found, index } = nearest
    const more = found.length > mostShown ? ` and ${found.length - mostShown} more` : ""
    const list = found.slice(0, mostShown).join("; ")
    const near = `the nearest, number ${index + 1} (${callLine(exchange.request)}), is not the same: ${list}${more}`
    return this.withoutSecrets(`${notFound}; ${near}. Record again, or correct the request`, request)
  }

  private nearest(by: Comparison, request: RecordedRequest) {
    const { exchanges } = this.recording
    const similarity = ({ method, path }: RecordedRequest): number =>
      (method === request.method ? 1 : 0) + 2 * sharedSegments(path, request.path)
    const closest = Math.max(...exchanges.map((exchange) => similarity(exchange.request)))
    return exchanges
      .map((exchange, index) => ({ exchange, index }))
      .filter(({ exchange }) => similarity(exchange.request) === closest)
      .map((one) => ({ ...one, found: [...requestDifferences(by, one.exchange.request, request)] }))
      .sort((a, b) => a.found.length - b.found.length)[0]
  }

  // the message must not show the wrong secrets of the request
  private withoutSecrets(text: string, request: RecordedRequest): string {
    const secrets = new Set<string>()
    redactRequest(
      {
        names: this.options.names,
        isOnlyFoundByName: () => false,
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
