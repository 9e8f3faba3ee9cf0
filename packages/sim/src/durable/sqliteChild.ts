/**
 * A program that submits, runs and watches work in a SQLite file of its own: `sqliteChild.js URL NAME FILE`.
 */
import { DurableJobs } from "@effect-connectors/durable/DurableJobs"
import { runChild } from "./child.js"
import { serve } from "./submitting.js"

const [url = "", name = "", filename = ""] = process.argv.slice(2)

runChild(serve, DurableJobs.layerSqlite({ filename }), { url, name })
