import { jsonText } from "../data/jsonText.js"
import * as HttpServerResponse from "@effect/platform/HttpServerResponse"
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import type { DroppedBody } from "../../Calls.js"
import type { Inspector } from "./inspector.js"
import { commonHeaders } from "./responses.js"

/** What the executions of every platform have in common. */
interface AnyExecution {
  readonly index: number
  readonly dropped?: DroppedBody
}

/** The executions of one platform from an index on. */
interface Page {
  readonly executions: ReadonlyArray<AnyExecution>
  /** All so far. */
  readonly count: number
  /** How many from the index on are no longer kept. */
  readonly dropped: number
  /** The index of the next page. */
  readonly next: number
  readonly more: boolean
}

const pageOf = (
  log: ReadonlyArray<AnyExecution>,
  count: number,
  { after, limit }: { readonly after: number; readonly limit: number }
): Page => {
  // after a reset the executions are counted from the start
  const from = after > count ? 0 : after
  const oldest = log[0]?.index ?? count
  const start = Math.max(from, oldest)
  const executions = log.slice(start - oldest, start - oldest + limit)
  const next = start + executions.length
  return { executions, count, dropped: start - from, next, more: next < count }
}

const pieceLength = 64 * 1024

/** Joins texts, so that not every one is a write of its own. */
const joined = function* (texts: Iterable<string>): Generator<string> {
  let piece = ""
  for (const text of texts) {
    piece += text
    if (piece.length < pieceLength) continue
    yield piece
    piece = ""
  }
  yield piece
}

type Pages = Readonly<Record<"connections" | "bosa", Page>>

type Show = (execution: AnyExecution) => unknown

const listText = function* ({ executions }: Page, show: Show): Generator<string> {
  for (const [index, execution] of executions.entries()) {
    yield `${index === 0 ? "" : ","}\n    ${jsonText(show(execution))}`
  }
  if (executions.length > 0) yield "\n  "
}

const textOf = function* ({ bosa, connections }: Pages, show: Show): Generator<string> {
  yield '{\n  "connections": ['
  yield* listText(connections, show)
  yield '],\n  "bosa": ['
  yield* listText(bosa, show)
  yield "],\n"
  const each = (value: (page: Page) => number): string =>
    `{ "connections": ${value(connections)}, "bosa": ${value(bosa)} }`
  yield `  "counts": ${each(({ count }) => count)},\n`
  yield `  "dropped": ${each(({ dropped }) => dropped)},\n`
  yield `  "next": "${connections.next}.${bosa.next}",\n`
  yield `  "more": ${connections.more || bosa.more}\n}\n`
}

/** The indexes in a cursor; those of the start when it is not one. */
const cursorOf = (text: string | undefined): Readonly<Record<"connections" | "bosa", number>> => {
  const [, connections = "0", bosa = "0"] = /^(\d{1,15})\.(\d{1,15})$/.exec(text ?? "") ?? []
  return { connections: Number(connections), bosa: Number(bosa) }
}

/**
 * The executions of the platforms, without secrets: those after a cursor, and of each platform up to the limit. The text
 * is made while it is sent, so that a long list takes no memory and holds up no other request.
 *
 * @internal
 */
export const executions = (
  { mask, platforms: { bosa, connections } }: Inspector,
  cursor: string | undefined,
  limit = Infinity
): Effect.Effect<HttpServerResponse.HttpServerResponse> =>
  Effect.map(
    Effect.all([
      Effect.zip(connections.executionLog, connections.executionCount),
      Effect.zip(bosa.executionLog, bosa.executionCount)
    ]),
    ([ofConnections, ofBosa]) => {
      const after = cursorOf(cursor)
      const pages = {
        connections: pageOf(...ofConnections, { after: after.connections, limit }),
        bosa: pageOf(...ofBosa, { after: after.bosa, limit })
      }
      const pieces = Stream.suspend(() =>
        Stream.fromIteratorSucceed(joined(textOf(pages, (execution) => mask.json(execution))), 1)
      )
      return HttpServerResponse.stream(Stream.encodeText(pieces), {
        headers: commonHeaders,
        contentType: "application/json"
      })
    }
  )
