/** The program for Node, and for Bun and Deno, which run the same modules. */
import * as NodeConnectors from "@effect-connectors/node/NodeConnectors"
import { fetchTransports, runPlan } from "./program.js"

await runPlan(JSON.parse(process.argv[2] ?? ""), { ...fetchTransports, NodeConnectors: NodeConnectors.layer })
