// Loaded before a test process (`node --import`): a fiber that waits goes on within the call that resumes or interrupts
// it, as on Effect 4, where `resume`, `Deferred` and interruption evaluate the fiber at once.
//
// Fibers keep the scheduler that they have, the one of a virtual clock included; only the tasks of fibers that wait in an
// asynchronous step run at once. Starts of fibers and yields still come later, as on Effect 4: a scheduler that runs
// those at once as well makes the first poll of a job report within the subscribe that started it, which the tracker
// rules out by starting that poll through the scheduler.
//
// A resume inside a resume, and so on, nests. From a depth of 100 on the scheduler takes the task, so that a long chain
// of callbacks does not overflow the stack.
import * as Effect from "effect/Effect"
import { renameSync, writeFileSync } from "node:fs"

const mostDepth = 100
const counts = { inside: 0, tooDeep: 0 }
let depth = 0

const prototype = Object.getPrototypeOf(Effect.runFork(Effect.void))
const byScheduler = prototype.drainQueueLaterOnExecutor

prototype.drainQueueLaterOnExecutor = function () {
  if (this._asyncBlockingOn === null) return byScheduler.call(this)
  if (depth >= mostDepth) {
    counts.tooDeep++
    return byScheduler.call(this)
  }
  counts.inside++
  depth++
  try {
    this.run()
  } finally {
    depth--
  }
}

// vitest ends its processes without an exit event, and tests kill processes that inherit this: a process may end within
// any write, so the counts are renamed into place
const log = process.env.SYNC_RESUME_LOG
if (log !== undefined) {
  const write = () => {
    const part = `${log}-part.${process.pid}`
    writeFileSync(part, JSON.stringify(counts))
    renameSync(part, `${log}.${process.pid}`)
  }
  setInterval(write, 500).unref()
}
