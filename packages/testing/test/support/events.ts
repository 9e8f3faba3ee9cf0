import * as Effect from "effect/Effect"
import * as Schedule from "effect/Schedule"
import { get, type IncomingMessage } from "node:http"

export interface ServerEvent {
  readonly id: string | undefined
  readonly event: string
  readonly data: unknown
}

const eventOf = (frame: string): ReadonlyArray<ServerEvent> => {
  const fields = new Map(frame.split("\n").map((line) => [line.split(": ", 1)[0] ?? "", line.replace(/^[a-z]+: /, "")]))
  const event = fields.get("event")
  const data: unknown = JSON.parse(fields.get("data") ?? "null")
  return event === undefined ? [] : [{ id: fields.get("id"), event, data }]
}

/** Repeats an effect until the condition holds, for up to five seconds of real time. */
export const eventually = <A, E, R>(effect: Effect.Effect<A, E, R>, holds: (value: A) => boolean) =>
  Effect.filterOrFail(effect, holds, (last) => `the condition did not become true: ${JSON.stringify(last)}`).pipe(
    Effect.retry(Schedule.intersect(Schedule.spaced("5 millis"), Schedule.recurs(1_000)))
  )

/** Listens to server-sent events until the scope ends; a paused one reads nothing. */
export const listen = (url: string, headers: Readonly<Record<string, string>> = {}, paused = false) =>
  Effect.map(
    Effect.acquireRelease(
      Effect.sync(() => {
        const heard: Array<ServerEvent> = []
        const state = { status: 0, bytes: 0, ended: false }
        let answer: IncomingMessage | undefined
        let text = ""
        const request = get(url, { headers, agent: false }, (response) => {
          state.status = response.statusCode ?? 0
          answer = response
          response.on("close", () => (state.ended = true))
          response.on("error", () => {})
          response.setEncoding("utf8").on("data", (chunk: string) => {
            state.bytes += chunk.length
            text += chunk
            const frames = text.split("\n\n")
            text = frames.pop() ?? ""
            heard.push(...frames.flatMap(eventOf))
          })
          if (paused) response.pause()
        })
        request.on("error", () => (state.ended = true))
        return { request, heard, state, response: () => answer }
      }),
      ({ request }) => Effect.sync(() => request.destroy())
    ),
    ({ heard, request, response, state }) => ({
      heard,
      request,
      response,
      state,
      /** Waits until the events so far satisfy the condition. */
      until: (holds: (events: ReadonlyArray<ServerEvent>) => boolean) =>
        eventually(
          Effect.sync(() => heard),
          holds
        )
    })
  )
