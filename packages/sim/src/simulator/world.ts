import type { BosaAction } from "@effect-connectors/testing/BosaWorld"
import type { Json, Work } from "@effect-connectors/testing/Executor"
import * as World from "@effect-connectors/testing/World"
import * as Effect from "effect/Effect"
import { canary } from "../common/canary.js"

export const connectionsOrigin = "https://connections.example"
export const bosaOrigin = "https://bosa.example"
/** Where redirects lead: no request may arrive here. */
export const forbiddenOrigin = "https://forbidden.example"
/** Where files of skills are: requests come here, credentials may not. */
export const filesOrigin = "https://files.example"

/** A name that is another path when it is not encoded. */
export const awkward = "a/b?c#d%2Fe"

const echo = (work: Work): Effect.Effect<Json> => Effect.succeed(work.body)

const text = { type: "string" }
const optional = (schema: Json): Json => ({ anyOf: [schema, { type: "null" }] })
const integer = { type: "integer" }
const items = Array.from({ length: 7 }, (_, index) => ({ id: index + 1 }))

const marked = (more: Omit<BosaAction, "properties">, properties: Readonly<Record<string, Json>> = {}): BosaAction => ({
  ...more,
  properties: { marker: text, ...properties }
})

/** How each action's job ends. */
export const ends: Readonly<Record<string, "succeeded" | "failed" | "cancelled" | "never">> = {
  sync: "succeeded",
  long: "succeeded",
  forced: "succeeded",
  quick: "succeeded",
  broken: "failed",
  cancelled: "cancelled",
  stuck: "never"
}

/** One platform for all tenants of a run. Actions return their input, so that each response shows whose it is. */
export const world: World.World = World.make({
  connections: [
    {
      slug: "crm",
      actions: [
        { slug: "note", echo: true },
        { slug: "slow", echo: true, takesMillis: 1500 },
        { slug: "quick", echo: true, takesMillis: 300 },
        { slug: "sync", echo: true, takesMillis: 6000, queuedMillis: 1000, progress: true },
        { slug: "long", echo: true, takesMillis: 30_000, progress: true },
        { slug: "forced", echo: true, takesMillis: 2500, alwaysJob: true },
        { slug: "at-once", echo: true, atOnce: true },
        { slug: "broken", takesMillis: 3000, fails: { code: "BROKEN", message: "it broke" } },
        { slug: "cancelled", takesMillis: 2000, cancelled: true },
        { slug: "stuck", stays: "running" }
      ]
    },
    { slug: awkward, actions: [{ slug: awkward, echo: true }] },
    { slug: "warehouse", kind: "sql", executor: echo },
    { slug: "web", kind: "http", executor: echo },
    { slug: "files", kind: "file", executor: echo }
  ],
  bosa: {
    clients: ["0", "1", "2", "3"].map((tenant) => ({
      name: `tenant ${tenant}`,
      apiKey: `${canary}-key-${tenant}`,
      users: [{ identifier: `user-${tenant}`, secret: `${canary}-secret-${tenant}`, token: `${canary}-user-${tenant}` }]
    })),
    connectors: [
      {
        name: "demo",
        actions: [
          marked({ name: "note", echo: true }),
          marked({ name: "slow", echo: true, takesMillis: 1500 }),
          marked({ name: "list", pages: { items, perPage: 3 } }, { page: optional(integer) }),
          marked({ name: "events", pages: { items, by: "cursor", perPage: 2 } }, { cursor: optional(text) }),
          marked(
            { name: "endless", pages: { items, by: "cursor", perPage: 2, stuck: true } },
            { cursor: optional(text) }
          ),
          marked({ name: "upload", upload: true }, { file: { type: "string", format: "binary" } }),
          marked({ name: "download", file: { filename: "report.txt", contentType: "text/plain", text: "report" } })
        ]
      },
      { name: "other", actions: [marked({ name: "note", echo: true })] }
    ]
  }
})
