import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import type { CreateClientOptions, CreatedClient, Operations } from "../../Clients.js"
import { InvalidRequest, type Issue } from "../../InvalidRequest.js"
import { headerIssue, headerIssues } from "../http/headers.js"
import type { Decode } from "../http/response.js"
import type { RequestPipeline } from "../http/call.js"
import { common } from "./dialects.js"
import { blankIssue, booleanIn, dataOf, textIn } from "./decoders.js"

const path = /^(?:\/[A-Za-z0-9._~!$&'()*+,;=:@-]+)+\/?$/

const isFolded = (segment: string): boolean => segment === "." || segment === ".."

/**
 * What is wrong with the option `createClient`.
 *
 * @internal
 */
export const optionIssues = (option: CreateClientOptions | undefined): ReadonlyArray<Issue> => {
  if (option === undefined) return []
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

const created: Decode<CreatedClient> = dataOf((data, missing) => ({
  id: missing.text(data, "id"),
  name: textIn(data, "name"),
  apiKey: missing.secret(data, "api_key"),
  isActive: booleanIn(data, "is_active")
}))

const operation = common.createClient

const unset = new InvalidRequest({
  operation: operation.name,
  issues: [
    {
      path: ["createClient"],
      message: "is not set, so it is not known where clients are created",
      fix: "give the option `createClient: { path, header }` to BosaApi.layer; the platform's owner knows both"
    }
  ]
})

/** @internal */
export const make = (pipeline: RequestPipeline, option: CreateClientOptions | undefined): Operations => ({
  create: (name, masterKey) =>
    Effect.suspend(() => {
      if (option === undefined) return Effect.fail(unset)
      const key = Redacted.value(masterKey)
      const keyIssue = headerIssue(["masterKey"], option.header, key)
      const issues = blankIssue("name", name, "give the client a name")
      return pipeline.call(
        operation,
        {
          segments: [],
          body: { name },
          added: { [option.header.toLowerCase()]: key },
          target: { url: pipeline.base + option.path, query: "" },
          issues: keyIssue === undefined ? issues : [...issues, keyIssue]
        },
        created
      )
    })
})
