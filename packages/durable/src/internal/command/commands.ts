import * as ExactJson from "@effect-connectors/core/ExactJson"
import { JobRef } from "@effect-connectors/core/JobRef"
import * as Clock from "effect/Clock"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import { createReadStream } from "node:fs"
import { WorkNotUnknown } from "../../DurableError.js"
import type { DurableJob } from "../../DurableJob.js"
import { DurableJobs, type Settlement } from "../../DurableJobs.js"
import type { CommandLine, List, Prune, Settle } from "./commandLine.js"
import { type CommandError, RowsUnreadable, UsageError } from "./exitCodes.js"
import { confirm, print, printable, readText, say } from "./terminal.js"
import { aligned, cellsOf, connectionOf, fieldsOf, heads, jsonOf, nameOf } from "./view.js"

type Done = Effect.Effect<void, CommandError, DurableJobs>

const largestPage = 200

const isWanted =
  ({ connection, olderThan }: List, now: number) =>
  (job: DurableJob): boolean =>
    (connection === undefined || connectionOf(job) === connection) &&
    (olderThan === undefined || job.updatedAt <= now - Duration.toMillis(olderThan))

/** One word for a shell. */
const word = (text = ""): string => `'${printable(text).replaceAll("'", "'\\''")}'`

const list = (command: List, asJson: boolean): Done =>
  Effect.gen(function* () {
    const jobs = yield* DurableJobs
    const wanted = isWanted(command, yield* Clock.currentTimeMillis)
    const isTable = !asJson && process.stdout.isTTY === true
    const rows: Array<ReadonlyArray<string>> = [heads]
    const show = (job: DurableJob) => {
      if (isTable) return Effect.sync(() => void rows.push(cellsOf(job)))
      return print(asJson ? jsonOf(job) : cellsOf(job).join("\t"))
    }
    let { cursor } = command
    let last: string | undefined
    let left = command.limit
    let hasMore = false
    const unreadable: Array<string> = []
    do {
      const page = yield* jobs.list({ states: command.states, cursor, limit: Math.min(left + 1, largestPage) })
      for (const job of page.jobs.filter(wanted)) {
        hasMore = left === 0
        if (hasMore) break
        yield* show(job)
        last = job.key
        left -= 1
      }
      unreadable.push(...page.unreadable.filter((key) => !hasMore || last === undefined || key < last))
      cursor = page.next
    } while (cursor !== undefined && !hasMore)
    if (isTable && rows.length > 1) yield* print(aligned(rows))
    if (hasMore) yield* say(`there is more: --cursor=${word(last)} goes on, --limit takes more`)
    if (unreadable.length === 0) return
    const keys = unreadable.map((key) => JSON.stringify(key)).join(", ")
    return yield* new RowsUnreadable({ message: `rows that something else wrote cannot be read: ${keys}` })
  })

const show = (key: string, asJson: boolean): Done =>
  Effect.gen(function* () {
    const jobs = yield* DurableJobs
    const job = yield* jobs.get(key)
    yield* print(asJson ? jsonOf(job) : fieldsOf(job))
  })

const textOf = (what: string, source: string): Effect.Effect<string, UsageError> => {
  if (source === "-") return readText(`${what}: stdin`, process.stdin)
  if (!source.startsWith("@")) return Effect.succeed(source)
  const path = source.slice(1)
  return Effect.suspend(() => readText(`${what}: ${path}`, createReadStream(path)))
}

const flawIn = (text: string): string => {
  try {
    JSON.parse(text)
    return ""
  } catch (error) {
    return error instanceof SyntaxError ? `: ${printable(error.message)}` : ""
  }
}

const jsonIn = (what: string, source: string): Effect.Effect<ExactJson.Value, UsageError> =>
  Effect.flatMap(textOf(what, source), (text) =>
    Effect.mapError(ExactJson.parse(text), () => new UsageError({ message: `${what} is not JSON${flawIn(text)}` }))
  )

const settlementOf = ({ outcome, source = "null" }: Settle): Effect.Effect<Settlement, CommandError> => {
  switch (outcome) {
    case "done":
      return Effect.map(jsonIn("--value", source), (value) => ({ _tag: "Done", value }))
    case "accepted":
      return Effect.map(Effect.flatMap(jsonIn("--job", source), JobRef.decode), (job) => ({ _tag: "Accepted", job }))
    case "not-done":
      return Effect.succeed({ _tag: "NotDone" })
    case "given-up":
      return Effect.succeed({ _tag: "GivenUp" })
  }
}

const consequences: Readonly<Record<Settle["outcome"], string>> = {
  done: "It is not sent again, and this is its value.",
  accepted: "The runners follow that job.",
  "not-done": "It is sent again.",
  "given-up": "It counts as failed."
}

const settle = (command: Settle, asJson: boolean): Done =>
  Effect.gen(function* () {
    const { isConfirmed, key, outcome } = command
    const jobs = yield* DurableJobs
    const settlement = yield* settlementOf(command)
    if (!isConfirmed) {
      const job = yield* jobs.get(key)
      if (job.state !== "unknown" && job.state !== "failed") return yield* new WorkNotUnknown({ job })
      yield* confirm(`${key} (${nameOf(job)}) is ${job.state}. Settle it as ${outcome}? ${consequences[outcome]}`)
    }
    const settled = yield* jobs.settle(key, settlement)
    yield* print(asJson ? jsonOf(settled) : fieldsOf(settled), true)
  })

const prune = ({ age, dryRun, isConfirmed, olderThan }: Prune, asJson: boolean): Done =>
  Effect.gen(function* () {
    const jobs = yield* DurableJobs
    const report = (count: number) =>
      print(asJson ? JSON.stringify({ count, dryRun }) : String(count), !dryRun && count > 0)
    if (dryRun) return yield* Effect.flatMap(jobs.prune(olderThan, { dryRun }), report)
    if (!isConfirmed) {
      const count = yield* jobs.prune(olderThan, { dryRun: true })
      if (count === 0) return yield* report(0)
      yield* confirm(`${count} rows ended more than ${age} ago. Delete their work, values and failures?`)
    }
    return yield* Effect.flatMap(jobs.prune(olderThan), report)
  })

/**
 * Does what a command line asks for.
 *
 * @internal
 */
export const run = ({ asJson, command }: CommandLine): Done => {
  switch (command._tag) {
    case "list":
      return list(command, asJson)
    case "show":
      return show(command.key, asJson)
    case "settle":
      return settle(command, asJson)
    case "prune":
      return prune(command, asJson)
  }
}
