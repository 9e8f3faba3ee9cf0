import { Worker } from "@temporalio/worker"
import { fileURLToPath } from "node:url"
import * as activities from "./activities.js"

const worker = await Worker.create({
  workflowsPath: fileURLToPath(new URL("./workflows.js", import.meta.url)),
  activities,
  taskQueue: "orders"
})

await worker.run()
