/**
 * What does not compile with the generated types. The compiler checks that each of these is an error.
 */
import { Action, type BosaApi, type ConnectionsApi } from "@effect-connectors/core"

export const wrong = (bosa: BosaApi.Service, connections: ConnectionsApi.Service) => [
  // @ts-expect-error "titel" is not a parameter
  bosa.connect("github").execute("create_issue", { owner: "effect-ts", repo: "effect", titel: "A bug" }),
  // @ts-expect-error "repo" is missing
  bosa.execute("github", "create_issue", { owner: "effect-ts", title: "A bug" }),
  // @ts-expect-error not one of the values
  bosa.run("demo", "types", { en: "c" }),
  bosa
    .connect("github")
    .action("list_pull_requests")
    // @ts-expect-error "ownr" is not a parameter
    .pipe(Action.params({ ownr: "effect-ts" })),
  // @ts-expect-error "id" is a number
  connections.connection("crm").actions.execute("fetch-deal", { input: { id: "7" } }),
  // @ts-expect-error the input needs an "id"
  connections.actions.execute("crm", "fetch-deal", { input: {} })
]
