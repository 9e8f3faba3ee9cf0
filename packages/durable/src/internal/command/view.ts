import * as DateTime from "effect/DateTime"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import { DurableJob } from "../../DurableJob.js"
import { jsonText, printable } from "./terminal.js"

const encode = Schema.encodeSync(DurableJob)

/**
 * A piece of work as one line of JSON.
 *
 * @internal
 */
export const jsonOf = (job: DurableJob): string => jsonText(encode(job)) ?? "null"

const time = (millis: number): string =>
  Option.match(DateTime.make(millis), { onNone: () => String(millis), onSome: DateTime.formatIso })

/**
 * The connection, or the connector of BOSA, that work is for.
 *
 * @internal
 */
export const connectionOf = ({ ref, work }: DurableJob): string | undefined =>
  work === undefined ? ref?.connection : work.platform === "bosa" ? work.connector : work.connection

const operationOf = ({ ref, work }: DurableJob): string | undefined =>
  work === undefined
    ? ref?.operation
    : work.platform === "bosa"
      ? work.action
      : [work.operation, work.action].filter((word) => word !== undefined).join(" ")

/**
 * What work does, in words.
 *
 * @internal
 */
export const nameOf = (job: DurableJob): string =>
  [connectionOf(job), operationOf(job)].filter((word) => word !== undefined).join(" ")

const columns = {
  key: ({ key }: DurableJob) => key,
  state: ({ state }) => state,
  since: ({ updatedAt }) => time(updatedAt),
  work: nameOf,
  job: ({ ref }) => ref?.jobId ?? "",
  why: ({ failure }) => failure?._tag ?? ""
} satisfies Readonly<Record<string, (job: DurableJob) => string>>

/** @internal */
export const heads: ReadonlyArray<string> = Object.keys(columns)

/** @internal */
export const cellsOf = (job: DurableJob): ReadonlyArray<string> =>
  Object.values(columns).map((cell) => printable(cell(job)))

/**
 * A table for people.
 *
 * @internal
 */
export const aligned = (rows: ReadonlyArray<ReadonlyArray<string>>): string => {
  const widths = heads.map((_, index) => Math.max(...rows.map((row) => row[index]?.length ?? 0)))
  return rows
    .map((row) =>
      row
        .map((text, index) => text.padEnd(widths[index] ?? 0))
        .join("  ")
        .trimEnd()
    )
    .join("\n")
}

const json = (value: unknown): string => jsonText(value) ?? ""

/**
 * A piece of work, a line for each of its fields.
 *
 * @internal
 */
export const fieldsOf = (job: DurableJob): string => {
  const { createdAt, failure, key, progress, ref, state, updatedAt, work } = job
  const fields: ReadonlyArray<readonly [string, string | undefined]> = [
    ["key", key],
    ["state", state],
    ["since", time(updatedAt)],
    ["created", time(createdAt)],
    ["work", nameOf(job)],
    ["input", work === undefined ? undefined : json(work.input)],
    ["job", ref?.jobId],
    ["server", ref?.origin],
    [
      "progress",
      state !== "accepted" || progress?.progress === undefined ? undefined : `${Math.round(progress.progress * 100)} %`
    ],
    ["value", state === "succeeded" && job.value !== undefined ? json(job.value) : undefined],
    ["why", failure === undefined ? undefined : `${failure._tag}: ${failure.message}`]
  ]
  return fields
    .filter(([, text]) => text !== undefined && text !== "")
    .map(([name, text = ""]) => `${name}: ${printable(text)}`)
    .join("\n")
}
