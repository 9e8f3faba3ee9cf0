import { InvalidRequest, type Issue } from "@effect-connectors/core/InvalidRequest"
import * as OptionNames from "@effect-connectors/core/OptionNames"
import * as Effect from "effect/Effect"
import type { RunnerOptions } from "../../DurableJobs.js"
import type { EngineOptions } from "../engine/engineOptions.js"
import { millisOf } from "./checks.js"

/**
 * The names of what every layer that does work takes.
 *
 * @internal
 */
const runnerNames = {
  gate: true,
  drain: true,
  submitFor: true,
  pollInterval: true,
  verify: true,
  settleAfter: true
} as const satisfies OptionNames.Table<RunnerOptions>

const runnerOptions = OptionNames.make<RunnerOptions>(runnerNames)

/** @internal */
export const defaultDrain = "3 seconds"

const reconcileMillis = 60_000
const batch = 500

/** @internal */
export const checkOptions = (
  operation: string,
  options: RunnerOptions,
  names: OptionNames.OptionNames = runnerOptions
): Effect.Effect<EngineOptions, InvalidRequest> =>
  Effect.suspend(() => {
    const issues: Array<Issue> = [...OptionNames.issues(names, options)]
    const { drain = defaultDrain, gate = 8, pollInterval = "1 second", settleAfter, submitFor = "24 hours" } = options
    if (!Number.isSafeInteger(gate) || gate < 1 || gate > 64) {
      issues.push({ path: ["gate"], message: "is not a whole number from 1 to 64", fix: "give one, or leave it out" })
    }
    const { verify } = options
    if (verify !== undefined && typeof verify !== "function") {
      issues.push({
        path: ["verify"],
        message: "is not a function",
        fix: "give one that takes the job, and gives an Effect"
      })
    }
    const checked: EngineOptions = {
      gate,
      drainMillis: millisOf("drain", drain, issues),
      submitForMillis: millisOf("submitFor", submitFor, issues),
      pollMillis: millisOf("pollInterval", pollInterval, issues, 100),
      reconcileMillis,
      batch,
      settleAfterMillis: settleAfter === undefined ? undefined : millisOf("settleAfter", settleAfter, issues),
      verify
    }
    return issues.length > 0 ? Effect.fail(new InvalidRequest({ operation, issues })) : Effect.succeed(checked)
  })

const filenameIssue = (filename: unknown): Omit<Issue, "path"> | undefined => {
  if (filename === ":memory:") {
    return { message: "is a database in memory, which nothing outlives", fix: "use DurableJobs.layerMemory" }
  }
  return typeof filename === "string" && filename !== "" && !filename.includes("\u0000")
    ? undefined
    : { message: "is not the name of a file", fix: "give the path of the file" }
}

/**
 * Refuses what is no name of a file. The driver ends the process at a name with a zero character.
 *
 * @internal
 */
export const checkFilename = (operation: string, filename: unknown): Effect.Effect<void, InvalidRequest> => {
  const issue = filenameIssue(filename)
  return issue === undefined
    ? Effect.void
    : Effect.fail(new InvalidRequest({ operation, issues: [{ path: ["filename"], ...issue }] }))
}
