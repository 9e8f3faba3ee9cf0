/**
 * A runner that is killed: `runnerChild.js URL NAME`, with the address of the database in `DURABLE_DATABASE`.
 */
import { DurableJobs } from "@effect-connectors/durable/DurableJobs"
import * as Effect from "effect/Effect"
import { database, report, runChild } from "./child.js"

const [url = "", name = ""] = process.argv.slice(2)

runChild(
  Effect.gen(function* () {
    const jobs = yield* DurableJobs
    yield* report({ _tag: "Ready" })
    const owned = Effect.flatMap(jobs.stats, ({ buckets }) => report({ _tag: "Owns", buckets }))
    return yield* Effect.forever(Effect.zipRight(Effect.ignore(owned), Effect.sleep("300 millis")))
  }),
  DurableJobs.layerPg({ database }),
  { url, name }
)
