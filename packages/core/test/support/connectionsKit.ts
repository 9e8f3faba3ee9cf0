import type { ConnectionsApi } from "@effect-connectors/core/ConnectionsApi"
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import type { InvalidRequest } from "@effect-connectors/core/InvalidRequest"
import { apiOver, baseUrl, type Options } from "./api.js"
import { fakeClient, type Reply, type Sent } from "./fakeClient.js"

/** A request as one line and its body, word for word. */
interface Line {
  readonly line: string
  readonly body: string
  readonly contentType: string | undefined
}

const lineOf = (sent: Sent): Line => ({
  line: `${sent.method} ${sent.url.startsWith(baseUrl) ? sent.url.slice(baseUrl.length) : sent.url}`,
  body: sent.body,
  contentType: sent.headers["content-type"]
})

export interface Platform {
  readonly api: ConnectionsApi.Service
  readonly lines: () => ReadonlyArray<Line>
}

/** A client whose requests get these answers, and what it sent. */
export const platform = (
  replies: readonly [Reply, ...Array<Reply>],
  options: Options = {}
): Effect.Effect<Platform, InvalidRequest, Scope.Scope> => {
  const fake = fakeClient(...replies)
  return Effect.map(apiOver(fake.client, options), (api) => ({ api, lines: () => fake.sent.map(lineOf) }))
}
