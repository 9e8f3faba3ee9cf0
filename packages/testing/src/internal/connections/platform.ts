import type { ConnectionsModel } from "../../ConnectionsModel.js"
import { isText, tooLargeText } from "../fakeServer/requestBody.js"
import { json } from "../fakeServer/response.js"
import type { Platform } from "../platform.js"
import { ConnectionsWorldBuilder } from "../recorder/connectionsWorldBuilder.js"
import { make } from "./model.js"

const refusal = (status: number, code: string, message: string) =>
  json(status, { message, code }, { connection: "close" })

const notText = refusal(400, "BAD_REQUEST", "the body is not UTF-8 text")

/** The Connections platform. @internal */
export const connections: Platform<"connections", ConnectionsModel> = {
  name: "connections",
  title: "Connections",
  targetTitle: "Connection",
  ownsRequest: (path) => path === "/api/v1" || path.startsWith("/api/v1/"),
  make: (world, { executorFor, lenient, limits, listener: onRequest, rules }) =>
    make(
      world,
      { ...limits, lenient: lenient === true, ...(executorFor !== undefined && { executorFor }) },
      rules,
      onRequest
    ),
  refuseBody: (bytes, limit) => {
    if (bytes === undefined) return refusal(413, "BODY_TOO_LARGE", tooLargeText(limit))
    return isText(bytes) ? undefined : notText
  },
  recorderView: () => new ConnectionsWorldBuilder()
}
