import type { Executed, Row } from "./messages.js"

/** What became of the keys of a run. */
export interface Outcomes {
  readonly succeeded: number
  readonly unknownExecuted: number
  readonly unknownNotExecuted: number
  readonly breaks: ReadonlyArray<string>
}

/** What a run must keep. At most `mostUnknown` keys may be of unknown outcome. */
export const outcomesOf = (
  keys: ReadonlyArray<string>,
  rows: ReadonlyArray<Row>,
  executed: ReadonlyArray<Executed>,
  mostUnknown: number
): Outcomes => {
  const breaks: Array<string> = []
  const rowOf = new Map(rows.map((row) => [row.key, row]))
  const timesOf = new Map(executed.map(({ key, times }) => [key, times]))
  const counts = { succeeded: 0, unknownExecuted: 0, unknownNotExecuted: 0 }
  for (const key of keys) {
    const row = rowOf.get(key)
    const times = timesOf.get(key) ?? 0
    if (times > 1) breaks.push(`${key} was executed ${times} times`)
    if (row === undefined) breaks.push(`${key} is not in the table`)
    else if (row.state === "unknown") {
      if (times === 0) counts.unknownNotExecuted++
      else counts.unknownExecuted++
    } else if (row.state !== "succeeded") breaks.push(`${key} is ${row.state} (${row.failure ?? "no failure"})`)
    else if (times === 0) breaks.push(`${key} succeeded and was not executed`)
    else if (!row.isRight) breaks.push(`${key} has another value than the server gave`)
    else counts.succeeded++
  }
  const strangers = executed.filter(({ key }) => !keys.includes(key)).length
  if (strangers > 0) breaks.push(`${strangers} keys were executed that nobody submitted`)
  if (rows.length !== keys.length) breaks.push(`${rows.length} rows for ${keys.length} keys`)
  const unknown = counts.unknownExecuted + counts.unknownNotExecuted
  if (unknown > mostUnknown) breaks.push(`${unknown} keys of unknown outcome, at most ${mostUnknown} may be`)
  return { ...counts, breaks }
}

/** A run where no kill met such work says nothing of it. */
export const missing = ({ unknownExecuted, unknownNotExecuted }: Outcomes): ReadonlyArray<string> => [
  ...(unknownExecuted === 0 ? ["no work of unknown outcome was executed: the run proved nothing of it"] : []),
  ...(unknownNotExecuted === 0 ? ["no work of unknown outcome was not executed: the run proved nothing of it"] : [])
]
