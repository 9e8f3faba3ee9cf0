import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import type { Issue } from "../../InvalidRequest.js"
import type { Operations } from "../../Users.js"
import { noIssues } from "../data/checks.js"
import { bind } from "../http/bind.js"
import type { RequestPipeline } from "../http/call.js"
import type { Table } from "./dialects.js"

const noKey: Issue = {
  path: ["Auth"],
  message: "holds no API key, and a user is created for a client",
  fix: "provide Auth.bosa with the client's key"
}

/** @internal */
export const make = (pipeline: RequestPipeline, { createsWithKey, users }: Table, hasKey: boolean): Operations => {
  const create = bind(pipeline, undefined, users.create)
  const authenticate = bind(pipeline, undefined, users.authenticate)
  const keyIssues = createsWithKey && !hasKey ? [noKey] : noIssues
  return {
    create: (identifier) => create(identifier, { issues: keyIssues }),
    authenticate: (identifier, secret) => Effect.suspend(() => authenticate(identifier, Redacted.value(secret))),
    me: bind(pipeline, undefined, users.me)
  }
}
