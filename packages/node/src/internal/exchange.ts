/**
 * One request and its response on the wire, seen from undici's dispatcher.
 */
import * as Transport from "@effect-connectors/core/Transport"
import type * as HttpClientError from "@effect/platform/HttpClientError"
import type * as HttpClientRequest from "@effect/platform/HttpClientRequest"
import type { Dispatcher } from "undici/index.js"
import { codeInPhase, codeOf, isPermanent, REQUEST_BODY_FAILED } from "./errorCodes.js"
import { Timed } from "./deadlines.js"
import type { Queued } from "./origins.js"
import type { RawHeaders } from "./rawHeaders.js"
import type { WireRequest } from "./requestBody.js"
import type { Target } from "./targets.js"

/** What every exchange of one client shares. */
export interface Wire {
  readonly dispatcher: Pick<Dispatcher, "dispatch">
  /** A dispatcher that adds headers to the object it is given gets a copy. */
  readonly copyHeaders: boolean
}

/** The connection that an exchange waits for. */
export interface Connecting {
  readonly abandon: (exchange: Exchange) => void
  readonly started: () => void
}

/** The two waits undici itself keeps, in milliseconds; 0 for none, `null` for those of the dispatcher. */
export interface Waits {
  readonly headersTimeout: number | null
  readonly bodyTimeout: number | null
}

/**
 * The handler that undici calls. `onConnect` comes right before the first byte is written: without it nothing was sent.
 *
 * The callbacks have their raw form, which spares a controller and a parsed header object per request.
 */
export abstract class Exchange extends Timed implements Queued, Dispatcher.DispatchHandler {
  queuedPrevious: Queued | undefined = undefined
  queuedNext: Queued | undefined = undefined
  isQueued = false
  protected phase: Transport.Phase = "connect"
  protected status: number | undefined = undefined
  /** The caller has its response; whatever comes from the socket now does not count. */
  protected settled = false
  /** The connection it was given to; set by a dispatcher of ours. */
  connection: Connecting | undefined = undefined
  private isDispatched = false
  private released = false
  private abortSocket: (() => void) | undefined = undefined

  constructor(
    private readonly wire: Wire,
    protected readonly request: HttpClientRequest.HttpClientRequest,
    private readonly target: Target,
    private readonly wireRequest: WireRequest,
    private readonly waits: Waits
  ) {
    super()
  }

  /** The head of the response; informational heads are left out. */
  protected abstract head(status: number, raw: RawHeaders, resume: () => void): boolean
  protected abstract data(chunk: Buffer): boolean
  protected abstract end(): void
  protected abstract fail(evidence: Transport.Evidence): void

  submit(): void {
    this.target.origin.submit(this)
  }

  begin(): void {
    this.isDispatched = true
    const { body, headers } = this.wireRequest
    // a dispatcher of the user may throw instead of calling its handler
    try {
      this.wire.dispatcher.dispatch(
        {
          origin: this.target.origin.origin,
          path: this.target.path,
          method: this.request.method,
          headers: this.wire.copyHeaders ? { ...headers } : headers,
          body,
          headersTimeout: this.waits.headersTimeout,
          bodyTimeout: this.waits.bodyTimeout
        },
        this
      )
    } catch (error) {
      this.onError(error)
    }
  }

  /** Nobody waits for its response any more. */
  get isGivenUp(): boolean {
    return this.settled
  }

  /** Lets go of the connection: withdrawn when it waits for its turn, closed when it has one or one is made for it. */
  drop(): void {
    if (this.released) return
    if (!this.isDispatched) {
      this.target.origin.withdraw(this)
      this.released = true
    } else if (this.abortSocket === undefined) this.connection?.abandon(this)
    else this.abortSocket()
  }

  protected evidence(code: string, timedOut = false): Transport.Evidence {
    return {
      sent: this.phase !== "connect",
      phase: this.phase,
      code,
      permanent: isPermanent(code),
      timedOut,
      status: this.status
    }
  }

  protected failure(evidence: Transport.Evidence): HttpClientError.RequestError {
    return Transport.failure(this.request, evidence)
  }

  onConnect(abort: () => void): void {
    // Given up while it waited for the connection: aborting here is before the first byte.
    this.connection?.started()
    if (this.settled) return abort()
    this.phase = "request"
    this.abortSocket = abort
  }

  onResponseStarted(): void {
    this.phase = "response"
  }

  onHeaders(status: number, raw: RawHeaders, resume: () => void): boolean {
    if (status < 200) {
      this.phase = "request"
      return true
    }
    this.phase = "body"
    this.status = status
    return this.head(status, raw, resume)
  }

  onData(chunk: Buffer): boolean {
    return this.data(chunk)
  }

  onComplete(): void {
    this.release()
    this.end()
  }

  onError(error: unknown): void {
    this.release()
    const code = this.wireRequest.failed?.() === true ? REQUEST_BODY_FAILED : codeInPhase(codeOf(error), this.phase)
    this.fail(this.evidence(code, isTimeout(code)))
  }

  private release(): void {
    if (this.released) return
    this.released = true
    this.abortSocket = undefined
    this.connection = undefined
    this.target.origin.release()
  }
}

// The limits undici keeps for us are limits of the attempt too.
const isTimeout = (code: string): boolean => code === "UND_ERR_HEADERS_TIMEOUT" || code === "UND_ERR_BODY_TIMEOUT"
