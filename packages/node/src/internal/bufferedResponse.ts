/**
 * A response whose body was read to its end.
 */
import * as Transport from "@effect-connectors/core/Transport"
import type * as HttpClientRequest from "@effect/platform/HttpClientRequest"
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import { RawResponse } from "./rawResponse.js"
import type { RawHeaders } from "./rawHeaders.js"

/** Carries the body as {@link Transport.BufferedBody} for core, and as any other response for the rest. */
export class BufferedResponse extends RawResponse {
  readonly [Transport.BufferedBodyTypeId]: Transport.BufferedBody

  constructor(
    request: HttpClientRequest.HttpClientRequest,
    status: number,
    raw: RawHeaders,
    private readonly bytes: Buffer,
    byteLength: number,
    truncated: boolean
  ) {
    super(request, status, raw)
    this[Transport.BufferedBodyTypeId] = new Body(bytes, byteLength, truncated)
  }

  get text(): Effect.Effect<string> {
    return Effect.succeed(this[Transport.BufferedBodyTypeId].text)
  }

  get arrayBuffer(): Effect.Effect<ArrayBuffer> {
    return Effect.sync(() => new Uint8Array(this.bytes).buffer)
  }

  get stream(): Stream.Stream<Uint8Array> {
    return this.bytes.length === 0 ? Stream.empty : Stream.make(new Uint8Array(this.bytes))
  }
}

/** Its text is made on first use: a file has none. */
class Body implements Transport.BufferedBody {
  private decoded: string | undefined = undefined

  constructor(
    readonly bytes: Buffer,
    readonly byteLength: number,
    readonly truncated: boolean
  ) {}

  get text(): string {
    return (this.decoded ??= toText(this.bytes))
  }
}

const toText = (bytes: Buffer): string => {
  const hasByteOrderMark = bytes.length >= 3 && bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf
  return hasByteOrderMark ? bytes.toString("utf8", 3) : bytes.toString("utf8")
}
