/** The program for workerd, as a Worker whose test it runs. */
import { fetchTransports, runPlan } from "./program.js"

export default {
  test: (_controller: unknown, bindings: { readonly PLAN: string }): Promise<void> =>
    runPlan(JSON.parse(bindings.PLAN), fetchTransports)
}
