import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import type { CreateClientOptions, Operations } from "../../Clients.js"
import { InvalidRequest, type Issue } from "../../InvalidRequest.js"
import * as OptionNames from "../../OptionNames.js"
import { bind } from "../http/bind.js"
import { headerIssues } from "../http/headers.js"
import type { RequestPipeline } from "../http/call.js"
import { common } from "./endpoints.js"

const path = /^(?:\/[A-Za-z0-9._~!$&'()*+,;=:@-]+)+\/?$/

const isFolded = (segment: string): boolean => segment === "." || segment === ".."

const optionNames = OptionNames.make<CreateClientOptions>({ path: true, header: true })

/**
 * What is wrong with the option `createClient`.
 *
 * @internal
 */
export const optionIssues = (option: CreateClientOptions | undefined): ReadonlyArray<Issue> => {
  if (option === undefined) return []
  const wrongNames = OptionNames.issues(optionNames, option, ["createClient"])
  if (wrongNames.length > 0) return wrongNames
  const issues: Array<Issue> = [...headerIssues("createClient", { [option.header]: "key" })]
  if (!path.test(option.path) || option.path.split("/").some(isFolded)) {
    issues.push({
      path: ["createClient", "path"],
      message: "is not a path",
      fix: 'write it from its first slash on, as in "/clients/create-client"'
    })
  }
  return issues
}

const endpoint = common.createClient

const unset = new InvalidRequest({
  operation: endpoint.name,
  issues: [
    {
      path: ["createClient"],
      message: "is not set, so it is not known where clients are created",
      fix: "give the option `createClient: { path, header }` to BosaApi.layer; the platform's owner knows both"
    }
  ]
})

/** @internal */
export const make = (pipeline: RequestPipeline, option: CreateClientOptions | undefined): Operations => {
  const create = bind(pipeline, undefined, endpoint)
  return {
    create: (name, masterKey) =>
      Effect.suspend(() =>
        option === undefined
          ? Effect.fail(unset)
          : create(name, option.header, Redacted.value(masterKey), pipeline.base + option.path)
      )
  }
}
