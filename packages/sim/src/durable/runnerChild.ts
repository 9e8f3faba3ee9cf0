/**
 * A runner that is killed: `runnerChild.js URL NAME`, with the address of the database in `DURABLE_DATABASE`.
 */
import { DurableJobs } from "@effect-connectors/durable/DurableJobs"
import * as Effect from "effect/Effect"
import { database, report, runChild } from "./child.js"

const [url = "", name = ""] = process.argv.slice(2)

runChild(
  Effect.flatMap(DurableJobs, () => Effect.zipRight(report({ _tag: "Ready" }), Effect.never)),
  DurableJobs.layerPg({ database }),
  { url, name }
)
