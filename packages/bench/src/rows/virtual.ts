import { execFileSync } from "node:child_process"
import { fileURLToPath } from "node:url"
import type { Row } from "../row.js"

const worker = fileURLToPath(new URL("./virtualWorker.js", import.meta.url))

interface SixHours {
  readonly polls: number
  readonly firstMillis: number
  readonly medianMillis: number
  readonly leastMillis: number
}

const sixHours = (pace: "default" | "spaced"): SixHours =>
  JSON.parse(execFileSync(process.execPath, [worker, pace], { encoding: "utf8" }))

const groupOf = (title: string, { firstMillis, leastMillis, medianMillis, polls }: SixHours) => ({
  title: `${title}, ${polls} polls`,
  unit: "ms",
  variants: [
    { name: "median, once it is compiled", value: medianMillis },
    { name: "least", value: leastMillis },
    { name: "the first in its process", value: firstMillis }
  ]
})

const measure = () => {
  const own = sixHours("default")
  const spaced = sixHours("spaced")
  return Promise.resolve({
    groups: [
      groupOf("CPU of a test that follows a job of six hours on VirtualClock", own),
      groupOf("the same at the pace of a schedule", spaced)
    ],
    // what else a shared machine does only ever adds
    figures: [
      { name: "CPU of a six-hour job's test, least", value: own.leastMillis, unit: "ms", atMost: 50 },
      { name: "the same at the pace of a schedule", value: spaced.leastMillis, unit: "ms", atMost: 50 }
    ]
  })
}

export const virtual: Row = { name: "virtual", about: "CPU of a test that follows a job of six hours", measure }
