import type { ListFilter } from "@effect-connectors/core/ConnectionHandle"
import { assert, describe } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { virtual } from "../support/api.js"
import { json } from "../support/fakeClient.js"
import { platform } from "../support/connectionsKit.js"
import { forbidden, notFound, type Row, rowsTests } from "../support/endpointTable.js"

const connection = { slug: "crm", display_name: "CRM", relay_id: "r1", template_id: 7, active: true, authorized: false }
const connectionGiven = {
  slug: "crm",
  displayName: "CRM",
  description: undefined,
  active: true,
  authorized: false,
  relayId: "r1",
  templateId: 7,
  raw: connection
}
const action = { slug: "fetch-deal", name: "Fetch a deal", description: "One", connection_slug: "crm" }
const actionGiven = {
  slug: "fetch-deal",
  displayName: "Fetch a deal",
  description: "One",
  connection: "crm",
  raw: action
}
const field = { name: "id", type: "STRING", required: true }
const fieldGiven = { name: "id", type: "STRING", required: true, description: undefined, raw: field }
const trigger = {
  slug: "issues",
  display_name: "Issues",
  config: { inputs: [{ name: "repo" }] },
  subscriptions: [{ id: 1 }]
}
const triggerGiven = {
  slug: "issues",
  displayName: "Issues",
  description: undefined,
  inputs: [{ name: "repo" }],
  subscriptions: [{ id: 1 }],
  raw: trigger
}
const triggers = { triggers: [trigger], account: { slug: "a" } }
const oneTrigger = { trigger, account: null }

const reads: Readonly<Record<string, Row>> = {
  "job result": {
    request: "GET /api/v1/jobs/job-1",
    response: { job_id: "job-1", status: "RUNNING" },
    gives: {
      jobId: "job-1",
      state: "running",
      word: "RUNNING",
      progress: undefined,
      result: undefined,
      error: undefined,
      createdAt: undefined,
      startedAt: undefined,
      updatedAt: undefined,
      finishedAt: undefined,
      pollAfterMillis: undefined,
      raw: { job_id: "job-1", status: "RUNNING" }
    },
    refused: notFound,
    call: (api) => api.jobs.get("job-1")
  },
  "list connections": {
    request: "GET /api/v1/connections",
    response: { connections: [connection] },
    gives: [connectionGiven],
    refused: [401, "Unauthorized"],
    call: (api) => api.list()
  },
  "get connection": {
    request: "GET /api/v1/connections/crm",
    response: { connection },
    gives: connectionGiven,
    refused: notFound,
    call: (api) => api.get("crm"),
    bound: (crm) => crm.get
  },
  "tenant-wide action catalog": {
    request: "GET /api/v1/actions",
    response: { actions: [action] },
    gives: [actionGiven],
    refused: forbidden,
    call: (api) => api.catalog
  },
  "a connection's actions": {
    request: "GET /api/v1/connections/crm/actions",
    response: { actions: [action] },
    gives: [actionGiven],
    refused: notFound,
    call: (api) => api.actions.list("crm"),
    bound: (crm) => crm.actions.list
  },
  "one action": {
    request: "GET /api/v1/connections/crm/actions/fetch-deal",
    response: { action },
    gives: actionGiven,
    refused: notFound,
    call: (api) => api.actions.get("crm", "fetch-deal"),
    bound: (crm) => crm.actions.get("fetch-deal")
  },
  "an action's inputs": {
    request: "GET /api/v1/connections/crm/actions/fetch-deal/inputs",
    response: { inputs: [field] },
    gives: [fieldGiven],
    refused: notFound,
    call: (api) => api.actions.inputs("crm", "fetch-deal"),
    bound: (crm) => crm.actions.inputs("fetch-deal")
  },
  "an action's outputs": {
    request: "GET /api/v1/connections/crm/actions/fetch-deal/outputs",
    response: { outputs: [field] },
    gives: [fieldGiven],
    refused: notFound,
    call: (api) => api.actions.outputs("crm", "fetch-deal"),
    bound: (crm) => crm.actions.outputs("fetch-deal")
  },
  "list triggers": {
    request: "GET /api/v1/connections/crm/triggers",
    response: triggers,
    gives: { triggers: [triggerGiven], account: { slug: "a" }, raw: triggers },
    refused: notFound,
    call: (api) => api.triggers.list("crm"),
    bound: (crm) => crm.triggers.list()
  },
  "list triggers of an account": {
    request: "GET /api/v1/connections/crm/triggers?account_slug=acc%202",
    response: { triggers: [], account: null },
    gives: { triggers: [], account: null, raw: { triggers: [], account: null } },
    refused: notFound,
    call: (api) => api.triggers.list("crm", { accountSlug: "acc 2" }),
    bound: (crm) => crm.triggers.list({ accountSlug: "acc 2" })
  },
  "one trigger": {
    request: "GET /api/v1/connections/crm/triggers/issues",
    response: oneTrigger,
    gives: { trigger: triggerGiven, account: null, raw: oneTrigger },
    refused: notFound,
    call: (api) => api.triggers.get("crm", "issues"),
    bound: (crm) => crm.triggers.get("issues")
  },
  "one trigger of an account": {
    request: "GET /api/v1/connections/crm/triggers/issues?account_slug=acc%202",
    response: oneTrigger,
    gives: { trigger: triggerGiven, account: null, raw: oneTrigger },
    refused: notFound,
    call: (api) => api.triggers.get("crm", "issues", { accountSlug: "acc 2" }),
    bound: (crm) => crm.triggers.get("issues", { accountSlug: "acc 2" })
  }
}

rowsTests("that reads", reads)

describe("a list of connections", () => {
  const sends = (name: string, filter: ListFilter, query: string): void =>
    virtual(name, () =>
      Effect.gen(function* () {
        const { api, lines } = yield* platform([json({ connections: [] })])
        yield* api.list(filter)
        assert.deepStrictEqual(
          lines().map(({ line }) => line),
          [`GET /api/v1/connections${query}`]
        )
      })
    )
  sends(
    "takes all filters, in the wire's order",
    { templateId: "t", authorized: true, relayId: "r" },
    "?relay_id=r&authorized=true&template_id=t"
  )
  sends("takes the relay alone, encoded", { relayId: "r 1&x=ž" }, "?relay_id=r%201%26x%3D%C5%BE")
  sends("takes the template alone", { templateId: "t" }, "?template_id=t")
  sends("takes authorized alone", { authorized: true }, "?authorized=true")
  sends("leaves authorized out when it is false", { authorized: false }, "")
  sends("takes an empty filter", {}, "")

  virtual("refuses half of a surrogate pair before anything is sent", () =>
    Effect.gen(function* () {
      const { api, lines } = yield* platform([json([])])
      const error = yield* Effect.flip(api.list({ relayId: "\ud83d" }))
      assert.deepStrictEqual([error._tag, lines()], ["InvalidRequest", []])
    })
  )
})

describe("a name in a path", () => {
  virtual("is encoded, also where a URL parser would fold it", () =>
    Effect.gen(function* () {
      const { api, lines } = yield* platform([json({ action: {} })])
      yield* api.actions.get("a/b c", "ž?#%2e")
      assert.strictEqual(lines()[0]?.line, "GET /api/v1/connections/a%2Fb%20c/actions/%C5%BE%3F%23%252e")
    })
  )

  for (const slug of ["", ".", "..", "a\nb", "\ud83d", "x".repeat(513)]) {
    virtual(
      `${JSON.stringify(slug.slice(0, 8))} (${slug.length}) is refused, bound or not, before anything is sent`,
      () =>
        Effect.gen(function* () {
          const { api, lines } = yield* platform([json({})])
          const errors = yield* Effect.all([
            Effect.flip(api.get(slug)),
            Effect.flip(api.connection(slug).actions.execute("a"))
          ])
          assert.deepStrictEqual(
            errors.map((error) =>
              error._tag === "InvalidRequest" ? error.issues.map((issue) => issue.path) : error._tag
            ),
            [[["slug"]], [["slug"]]]
          )
          assert.deepStrictEqual(lines(), [])
        })
    )
  }
})
