import * as Effect from "effect/Effect"
import type { BosaModel } from "../../BosaModel.js"
import type { Platform } from "../platform.js"
import { BosaWorldBuilder } from "../recorder/bosaWorldBuilder.js"
import { tooLarge } from "./envelope.js"
import { make } from "./model.js"

/** The BOSA / GL Connectors platform. @internal */
export const bosa: Platform<"bosa", BosaModel> = {
  name: "bosa",
  title: "BOSA / GL Connectors",
  targetTitle: "Connector",
  // an action may have any path: it takes what no other platform does
  ownsRequest: () => true,
  make: (world, { limits, listener: onRequest, requestLimit, rules }) =>
    Effect.sync(() =>
      make(world, { ...limits, ...(requestLimit !== undefined && { requestLimit }) }, rules, onRequest)
    ),
  refuseBody: (bytes, limit) => (bytes === undefined ? tooLarge("req-0", limit) : undefined),
  recorderView: () => new BosaWorldBuilder()
}
