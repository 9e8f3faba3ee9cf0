import * as Effect from "effect/Effect"
import { type ActionHandler, ExecutorFailure, type Json } from "../../Executor.js"

const deals: Readonly<Record<string, Json>> = {
  "7": { id: 7, name: "Harbour lights", stage: "won", amount: 42_000 },
  "8": { id: 8, name: "North wing", stage: "open", amount: 17_500 }
}

const fetchDeal: ActionHandler = (input) => {
  const id = typeof input === "object" && input !== null && "id" in input ? String(input["id"]) : ""
  const deal = deals[id]
  return deal === undefined
    ? Effect.fail(
        new ExecutorFailure({ status: 404, code: "DEAL_NOT_FOUND", message: `the deal ${id} does not exist` })
      )
    : Effect.succeed(deal)
}

/** The Connections part of `World.demo`. @internal */
export const demo = {
  connections: [
    {
      slug: "crm",
      displayName: "CRM",
      relayId: "r1",
      templateId: "crm",
      actions: [
        {
          slug: "fetch-deal",
          name: "Fetch a deal",
          inputs: [{ name: "id", type: "NUMBER", required: true }],
          outputs: [
            { name: "name", type: "STRING" },
            { name: "amount", type: "NUMBER" }
          ],
          handler: fetchDeal
        },
        { slug: "sync", name: "Synchronize all deals", takesMillis: 6000, progress: true, result: { synced: 2 } },
        {
          slug: "fails",
          name: "Fail after a while",
          takesMillis: 2000,
          fails: { code: "UPSTREAM_DOWN", message: "the CRM is down" }
        },
        { slug: "stuck", name: "Never end", stays: "running" },
        { slug: "echo", name: "Give the input back", echo: true }
      ],
      triggers: [
        { slug: "deal-won", name: "A deal is won", inputs: [{ name: "pipeline", type: "STRING" }] },
        { slug: "deal-lost", name: "A deal is lost; the provider refuses subscribers", refuses: true }
      ]
    },
    {
      slug: "files",
      displayName: "Shared folder",
      kind: "file",
      relayId: "r1",
      files: { "readme.txt": "Files of the demo world.\n", "reports/2026-01.csv": "region,amount\nnorth,10\n" }
    },
    {
      slug: "warehouse",
      displayName: "Warehouse",
      kind: "sql",
      relayId: "r2",
      tables: {
        orders: [
          { id: 1, region: "north", amount: 120 },
          { id: 2, region: "south", amount: 80 },
          { id: 3, region: "north", amount: 45 }
        ]
      }
    },
    {
      slug: "web",
      displayName: "Status page",
      kind: "http",
      relayId: "r2",
      answers: [{ method: "get", path: "/status", body: { up: true } }]
    },
    {
      slug: "old-crm",
      displayName: "Old CRM",
      templateId: "crm",
      active: false,
      authorized: false,
      actions: [{ slug: "echo", echo: true }]
    }
  ]
} as const
