/** The side of `rounds.ts` that runs in a process under measurement. */
import type { RoundCommand, RoundReply } from "./rounds.js"
import { cpuPerCall, type Round } from "./workload.js"

/** Makes the client, then replies to each message with the cost of its calls, until the benchmark disconnects. */
export const serve = (make: () => Promise<Round>): void => {
  const made = make()
  const reply = async ({ calls, inFlight }: RoundCommand): Promise<RoundReply> => {
    try {
      return { micros: await cpuPerCall(await made, calls, inFlight) }
    } catch (error) {
      return { failed: error instanceof Error ? (error.message.split("\n")[0] ?? "") : String(error) }
    }
  }
  // its reason is for the reply
  made.catch(() => undefined)
  process.on("message", (command: RoundCommand) => {
    void reply(command).then((message) => process.send?.(message))
  })
  process.on("disconnect", () => process.exit(0))
}
