import { InvalidRequest } from "@effect-connectors/core/InvalidRequest"
import * as Effect from "effect/Effect"
import { type StoreFailed, WorkNotFound, WorkNotUnknown } from "../../DurableError.js"
import type { DurableJob } from "../../DurableJob.js"
import type { Settlement } from "../../DurableJobs.js"
import { jobOf, writeFailure, writeRef } from "../engine/codec.js"
import type { Change, JobRow, JobStore } from "../store/jobStore.js"
import { checkKey, checkRef, checkValue } from "./checks.js"

const operation = "DurableJobs.settle"

const givenUp = new InvalidRequest({
  operation,
  issues: [{ path: ["key"], message: "nobody knows whether it was done, and it was given up" }]
})

const refused = (path: string, message: string, fix: string): InvalidRequest =>
  new InvalidRequest({ operation, issues: [{ path: [path], message, fix }] })

const changeOf = Effect.fnUntraced(function* (
  origin: string | undefined,
  row: JobRow,
  settlement: Settlement
): Effect.fn.Return<Change, InvalidRequest> {
  switch (settlement._tag) {
    case "Done":
      return { state: "succeeded", outcome: yield* checkValue(settlement.value) }
    case "Accepted": {
      const { ref } = yield* checkRef(operation, origin, settlement.job)
      // another job than the one of its send, so that a late follower of that one does not end it
      const intent = `settled-${row.version}`
      return { state: "accepted", intent, ref: writeRef(ref), outcome: null, progress: null }
    }
    case "NotDone":
      if (row.work === null) {
        return yield* refused(
          "settlement",
          "is NotDone, and there is no work to send: it was followed by its reference, or pruned",
          "submit it under another key"
        )
      }
      // without the intent the response of its old send is not taken any more
      return { state: "new", intent: null, attempts: 0, notBeforeIn: 0, ref: null, outcome: null, progress: null }
    case "GivenUp":
      return { state: "failed", outcome: row.outcome ?? writeFailure(givenUp) }
    default:
      return yield* refused("settlement", "is none", "give Done, Accepted, NotDone or GivenUp as its _tag")
  }
})

const isSettled = (row: JobRow, { _tag }: Settlement): boolean =>
  row.state === "unknown" || (row.state === "failed" && _tag === "NotDone")

/**
 * Writes what somebody says of work, see `DurableJobs.settle`.
 *
 * @internal
 */
export const settle = Effect.fnUntraced(function* (
  store: JobStore,
  origin: string | undefined,
  key: string,
  settlement: Settlement
): Effect.fn.Return<DurableJob, WorkNotFound | WorkNotUnknown | InvalidRequest | StoreFailed> {
  yield* checkKey(operation, key)
  // the row may change meanwhile: by a late response, or by a verifier
  for (let left = 5; ; left--) {
    const row = yield* store.read(key)
    if (row === undefined) return yield* new WorkNotFound({ key })
    if (left === 0 || !isSettled(row, settlement)) return yield* new WorkNotUnknown({ job: yield* jobOf(row) })
    const change = yield* changeOf(origin, row, settlement)
    const changed = yield* store.change(key, { states: [row.state], version: row.version }, change)
    if (changed !== undefined) return yield* jobOf(changed)
  }
})
