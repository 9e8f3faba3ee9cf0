import * as Effect from "effect/Effect"
import type { ModelRequest, ModelResponse } from "../../ConnectionsModel.js"
import { serverMillis } from "./serverClock.js"

/** What handles requests, whichever platform it is. @internal */
export interface FakeServer {
  /**
   * Receives a request at this time, in milliseconds, and gives the rest of the work: an `Exit` when nothing is left to
   * do. Call it only within an effect that runs what it gives at once.
   */
  readonly receive: (request: ModelRequest, now: number) => Effect.Effect<ModelResponse>
}

/** The response to a request, which the server receives when the effect runs. @internal */
export const handleWith =
  (server: FakeServer) =>
  (request: ModelRequest): Effect.Effect<ModelResponse> =>
    Effect.clockWith((clock) => server.receive(request, serverMillis(clock)))
