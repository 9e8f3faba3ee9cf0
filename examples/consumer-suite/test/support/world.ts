import * as Answer from "@effect-connectors/testing/Answer"
import * as Job from "@effect-connectors/testing/Job"
import * as World from "@effect-connectors/testing/World"
import * as Redacted from "effect/Redacted"
import * as Schema from "effect/Schema"
import { Deal } from "../../src/Deal.ts"
import { apiKey, serviceToken } from "./credentials.ts"

const deals: ReadonlyArray<Deal> = [
  { id: 7, name: "Harbour lights", amount: 1200 },
  { id: 8, name: "Old mill", amount: 300 }
]

/** A CRM without faults. */
export const crm = World.connection("crm")
  .action(
    "fetch-deal",
    // the handler gets decoded input, and its result is encoded
    Answer.typed(
      { input: Schema.Struct({ id: Schema.Number }), output: Deal },
      ({ id }) => deals.find((deal) => deal.id === id) ?? Answer.fails(`no deal ${id}`, { status: 404 })
    )
  )
  .action("send-invoice", Answer.echo)
  .action("sync", Job.script(["queued", "running", 40, "done"], { result: { synced: 2 } }))

const pullRequest = (number: number) => ({ number, title: `Change ${number}`, draft: number % 2 === 0 })

/** GitHub with five pull requests, two on a page. */
export const github = World.connector("github").action(
  "list_pull_requests",
  Answer.pages([1, 2, 3, 4, 5].map(pullRequest), { perPage: 2 }),
  { parameters: Schema.Struct({ owner: Schema.String, repo: Schema.String }) }
)

/** All servers of the program. A test states its differences: `World.make(world, crm.action(...))`. */
export const world = World.make(crm, github, {
  auth: { serviceTokens: [Redacted.value(serviceToken)] },
  bosa: { clients: [{ name: "sales", apiKey: Redacted.value(apiKey) }] }
})
