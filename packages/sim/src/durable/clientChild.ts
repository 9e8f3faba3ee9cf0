/**
 * A program that submits and watches, and runs nothing: `clientChild.js URL`, with the address of the database in
 * `DURABLE_DATABASE`.
 */
import { DurableJobs } from "@effect-connectors/durable/DurableJobs"
import { database, runChild } from "./child.js"
import { serve } from "./submitting.js"

const [url = ""] = process.argv.slice(2)

runChild(serve, DurableJobs.layerClient({ database }), { url, name: "client" })
