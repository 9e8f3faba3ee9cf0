import * as Effect from "effect/Effect"
import { request as send } from "node:http"

export interface RequestOptions {
  readonly method?: string
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: string
}

export interface ReceivedResponse {
  readonly status: number
  readonly headers: Readonly<Record<string, string | ReadonlyArray<string> | undefined>>
  readonly text: string
  /** `undefined` when it is not JSON. */
  readonly json: unknown
}

const parsed = (text: string): unknown => {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

/** One request with exactly these headers: `fetch` does not allow `host` and `origin`. */
export const sendRequest = (
  url: string,
  { method = "GET", headers = {}, body }: RequestOptions = {}
): Effect.Effect<ReceivedResponse, Error> =>
  Effect.async((resume) => {
    const request = send(url, { method, headers, agent: false }, (response) => {
      let text = ""
      response.setEncoding("utf8")
      response.on("data", (chunk: string) => (text += chunk))
      response.on("error", (error) => resume(Effect.fail(error)))
      response.on("end", () =>
        resume(
          Effect.succeed({ status: response.statusCode ?? 0, headers: response.headers, text, json: parsed(text) })
        )
      )
    })
    request.on("error", (error) => resume(Effect.fail(error)))
    request.end(body)
    return Effect.sync(() => request.destroy())
  })

export const json = { "content-type": "application/json" }
