import { execFileSync } from "node:child_process"
import { fileURLToPath } from "node:url"
import type { Row } from "../row.js"

const worker = fileURLToPath(new URL("./heapWorker.js", import.meta.url))

const heapOf = (what: "results" | "fibers"): number => {
  const measured: { readonly bytesPerJob: number } = JSON.parse(
    execFileSync(process.execPath, ["--expose-gc", worker, what], { encoding: "utf8" })
  )
  return measured.bytesPerJob
}

const measure = () => {
  const results = heapOf("results")
  const fibers = heapOf("fibers")
  return Promise.resolve({
    groups: [
      {
        title: "heap of a waiting job, 10,000 of them",
        unit: "bytes",
        variants: [
          { name: "jobs.results", value: results },
          { name: "a fiber per job", value: fibers, ratio: fibers / results }
        ]
      }
    ],
    figures: [{ name: "heap of a waiting job", value: results, unit: "bytes", atMost: 1000 }]
  })
}

export const heap: Row = { name: "heap", about: "heap of a waiting job", measure }
