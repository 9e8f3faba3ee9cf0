import { InvalidRequest } from "@effect-connectors/core/InvalidRequest"
import * as Effect from "effect/Effect"
import * as Predicate from "effect/Predicate"
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

type ChangeOf = (row: JobRow) => Effect.Effect<Change, InvalidRequest>

/** Checks what is said, whatever the work is. */
const changeOf = Effect.fnUntraced(function* (
  origin: string | undefined,
  settlement: Settlement
): Effect.fn.Return<ChangeOf, InvalidRequest> {
  const none = refused("settlement", "is none", "give Done, Accepted, NotDone or GivenUp as its _tag")
  if (!Predicate.hasProperty(settlement, "_tag")) return yield* none
  switch (settlement._tag) {
    case "Done": {
      if (!Predicate.hasProperty(settlement, "value")) {
        return yield* refused("value", "is missing", "give what the work came to; null, if nothing")
      }
      const change: Change = { state: "succeeded", outcome: yield* checkValue(settlement.value) }
      return () => Effect.succeed(change)
    }
    case "Accepted": {
      if (!Predicate.hasProperty(settlement, "job")) {
        return yield* refused("job", "is missing", "give the reference of the job that it became")
      }
      const { ref } = yield* checkRef(operation, origin, settlement.job)
      // another job than the one of its send, so that a late follower of that one does not end it
      return ({ version }) =>
        Effect.succeed({
          state: "accepted",
          intent: `settled-${version}`,
          ref: writeRef(ref),
          outcome: null,
          progress: null
        })
    }
    case "NotDone":
      return ({ work }) =>
        work === null
          ? refused(
              "settlement",
              "is NotDone, and there is no work to send: it was followed by its reference, or pruned",
              "submit it under another key"
            )
          : // without the intent the response of its old send is not taken any more
            Effect.succeed({
              state: "new",
              intent: null,
              attempts: 0,
              notBeforeIn: 0,
              ref: null,
              outcome: null,
              progress: null
            })
    case "GivenUp":
      return ({ outcome }) => Effect.succeed({ state: "failed", outcome: outcome ?? writeFailure(givenUp) })
    default:
      return yield* none
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
  const changed = yield* changeOf(origin, settlement)
  // the row may change meanwhile: by a late response, or by a verifier
  for (let left = 5; ; left--) {
    const row = yield* store.read(key)
    if (row === undefined) return yield* new WorkNotFound({ key })
    if (left === 0 || !isSettled(row, settlement)) return yield* new WorkNotUnknown({ job: yield* jobOf(row) })
    const change = yield* changed(row)
    const written = yield* store.change(key, { states: [row.state], version: row.version }, change)
    if (written !== undefined) return yield* jobOf(written)
  }
})
