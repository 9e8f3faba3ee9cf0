/** The program for browsers, on a page whose title is its plan. */
import { fetchTransports, runPlan } from "./program.js"

await runPlan(JSON.parse(document.title), fetchTransports)
