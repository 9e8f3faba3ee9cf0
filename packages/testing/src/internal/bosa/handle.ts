import * as Effect from "effect/Effect"
import type { ModelRequest } from "../../ConnectionsModel.js"
import type { FakeResponse } from "../fakeServer/response.js"
import type { Actions } from "./actions.js"
import type { Catalog } from "./catalog.js"
import type { Connectors, LiveAction } from "./connectors.js"
import type { Directory } from "./directory.js"
import { type Call, refusal, refuse, tooLarge } from "./envelope.js"
import type { Integrations } from "./integrations.js"
import type { Match } from "./routes.js"
import type { Skills } from "./skills.js"
import { authenticate, createClient, createUser, me } from "./users.js"

/** The parts that a request may need. @internal */
export interface PlatformParts {
  readonly directory: Directory
  readonly connectors: Connectors
  readonly integrations: Integrations
  readonly actions: Actions
  readonly catalog: Catalog
  readonly skills: Skills
  /** The largest body of a request, in bytes. */
  readonly requestLimit: number
}

/** What a request is for. @internal */
export type Found = Match | { readonly _tag: "Action"; readonly action: LiveAction }

/** An action is found by its path; everything else by the routes of the platform. @internal */
export const find = (
  connectors: Connectors,
  match: (method: string, path: string) => Match,
  { method, path }: ModelRequest
): Found => {
  const action = connectors.action(path)
  if (action === undefined) return match(method, path)
  return method === "POST" ? { _tag: "Action", action } : { _tag: "WrongMethod", allow: "POST" }
}

const unknown = ({ connectors }: PlatformParts, call: Call): FakeResponse => {
  const [, connector = "", ...rest] = call.request.path.split("/")
  return rest.length > 0 && connectors.get(connector) !== undefined
    ? refusal(call, 404, "ACTION_NOT_FOUND", `${connector} has no action at ${call.request.path}`)
    : refusal(call, 404, "NOT_FOUND", `${call.request.path} does not exist`)
}

const runOperation = (parts: PlatformParts, call: Call): FakeResponse => {
  const { catalog, connectors, directory, integrations, skills } = parts
  switch (call.route.operation) {
    case "connectors.list":
      return call.request.path === "/connectors/names" ? connectors.names : connectors.discover(call)
    case "connectors.actions":
      return connectors.discover(call)
    case "clients.create":
      return createClient(directory, call)
    case "users.create":
      return createUser(directory, call)
    case "users.authenticate":
      return authenticate(directory, call)
    case "users.me":
      return me(directory, call)
    case "oauth.authorize":
      return integrations.authorize(call)
    case "catalog.tools":
    case "catalog.mcps":
    case "catalog.skills":
    case "catalog.search":
      return catalog.handle(call)
    case "skills.list":
    case "skills.get":
    case "skills.artifact":
      return skills.handle(call)
    default:
      return integrations.handle(call)
  }
}

/** The response of the platform to a request. @internal */
export const handle = (
  parts: PlatformParts,
  found: Found,
  call: Call,
  record: { executed: boolean }
): Effect.Effect<FakeResponse> => {
  const { requestLimit } = parts
  if (call.request.bytes.byteLength > requestLimit) return Effect.succeed(tooLarge(call.requestId, requestLimit))
  switch (found._tag) {
    case "Action":
      return parts.actions.execute(call, record, found.action)
    case "Found":
      return Effect.succeed(runOperation(parts, call))
    case "Unknown":
      return Effect.succeed(unknown(parts, call))
    case "Malformed":
      return Effect.succeed(refusal(call, 400, "BAD_REQUEST", "the path is not well encoded"))
    case "WrongMethod": {
      const { allow } = found
      return Effect.succeed(refuse(call.requestId, { status: 405, message: `use ${allow}`, headers: { allow } }))
    }
  }
}
