import type { ApiError } from "@effect-connectors/core/ApiError"
import type { ConnectionsApi } from "@effect-connectors/core/ConnectionsApi"
import * as Call from "@effect-connectors/core/Call"
import * as Retry from "@effect-connectors/core/Retry"
import * as Transport from "@effect-connectors/core/Transport"
import { VirtualClock } from "@effect-connectors/testing/VirtualClock"
import * as HttpClient from "@effect/platform/HttpClient"
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Schedule from "effect/Schedule"
import * as Outcome from "../../src/internal/http/outcome.js"
import { apiOver, calls, goodBody } from "../support/api.js"
import { bosaFake, bosaOver, quick, rows } from "../support/bosaKit.js"
import { answer, hang, lost, type Reply } from "../support/fakeClient.js"

const longest = 4

/** Every sequence of some of the values up to a length, the empty one too. */
const sequences = <A>(values: ReadonlyArray<A>, length: number): ReadonlyArray<ReadonlyArray<A>> =>
  length === 0
    ? [[]]
    : [[], ...values.flatMap((value) => sequences(values, length - 1).map((rest) => [value, ...rest]))]

describe("the states of a call", () => {
  // what each end of an attempt leaves possible at the server: written here again, as an oracle
  const leavesDoubt = { notSent: false, refused: false, lost: true, unproven: true, unreadable: true } as const
  const ends = ["notSent", "refused", "lost", "unproven", "unreadable"] as const

  it(`all ${sequences(ends, longest).length} sequences of ends: a doubt stays, and without one there is none`, () => {
    for (const sequence of sequences(ends, longest)) {
      const call: { outcome: Outcome.State } = { outcome: "clear" }
      let isDoubtful = false
      const check = (isOut: boolean) => {
        const what = `${sequence.join(", ")}: ${call.outcome}`
        const mayHaveHappened = isDoubtful || isOut
        assert.strictEqual(Outcome.lostWrite(call.outcome), mayHaveHappened ? "OutcomeUnknown" : "NotSent", what)
        assert.strictEqual(Outcome.lateWrite(call.outcome), mayHaveHappened ? "OutcomeUnknown" : "DeadlineExceeded")
        assert.strictEqual(Outcome.earlierMayHaveHappened(call.outcome), isDoubtful && isOut, what)
      }
      check(false)
      for (const end of sequence) {
        Outcome.record(call, "sent")
        check(true)
        Outcome.record(call, end)
        isDoubtful ||= leavesDoubt[end]
        check(false)
      }
    }
  })

  it("an event that cannot occur changes nothing", () => {
    for (const end of [...ends, "answered"] as const) {
      assert.strictEqual(Outcome.next("clear", end), "clear")
      assert.strictEqual(Outcome.next("doubtful", end), "doubtful")
      assert.strictEqual(Outcome.next("answered", end), "answered")
    }
    for (const state of ["sending", "resending", "answered"] as const) {
      assert.strictEqual(Outcome.next(state, "sent"), state)
    }
  })
})

interface Fault {
  readonly name: string
  readonly reply: Reply
  /** Whether a server that replies so may have done the work. */
  readonly mayHaveHappened: boolean
  /** The error of the status, where it has one. */
  readonly status?: ApiError["_tag"]
  /** The server says that the call may be repeated. */
  readonly mayRepeat?: boolean
}

const repeatable = (status: number) => quick({ error: { recovery: { retryable: true } } }, status)

const faults: ReadonlyArray<Fault> = [
  { name: "not sent", reply: lost({ sent: false, phase: "connect", code: "ECONNREFUSED" }), mayHaveHappened: false },
  { name: "reset", reply: lost({ code: "ECONNRESET" }), mayHaveHappened: true },
  { name: "body cut", reply: lost({ code: "ECONNRESET", phase: "body", status: 200 }), mayHaveHappened: true },
  { name: "unreadable", reply: answer(200, { text: "<html>" }), mayHaveHappened: true },
  { name: "503", reply: quick({}, 503), mayHaveHappened: true, status: "ServerFailed" },
  {
    name: "503 to be repeated",
    reply: repeatable(503),
    mayHaveHappened: true,
    status: "ServerFailed",
    mayRepeat: true
  },
  {
    name: "409 to be repeated",
    reply: repeatable(409),
    mayHaveHappened: false,
    status: "ApiRejected",
    mayRepeat: true
  },
  { name: "deadline", reply: hang, mayHaveHappened: true }
]

interface Ended {
  readonly sends: number
  readonly result: Either.Either<unknown, ApiError>
}

/** Makes one call against faults in turn, after which all is well. */
type Run = (replies: readonly [Reply, ...Array<Reply>]) => Effect.Effect<Ended>

const scripted = (replies: ReadonlyArray<Reply>) => {
  let sends = 0
  const send: Transport.SendAttempt = (request) => {
    const reply = replies[sends++] ?? replies.at(-1) ?? hang
    return reply(request, { at: 0, method: request.method, url: request.url, headers: {}, body: "" })
  }
  return {
    client: Transport.keepsAttempt(
      HttpClient.make((request) => send(request, limits)),
      send
    ),
    sends: () => sends
  }
}
const limits: Transport.Attempt = { timeoutMillis: 1, idleMillis: 1, maxBodyBytes: 1, maxErrorBodyBytes: 1 }

const atOnce = Schedule.recurs(longest + 1)

const connections =
  (call: (api: ConnectionsApi.Service) => Effect.Effect<unknown, ApiError>, retry: Retry.Retry): Run =>
  (replies) => {
    const { client, sends } = scripted(replies)
    return apiOver(client, { retry }).pipe(
      Effect.flatMap((api) => Effect.either<unknown, ApiError, never>(Call.withDeadline(call(api), "1 hour"))),
      Effect.map((result) => ({ sends: sends(), result })),
      Effect.scoped,
      Effect.orDie
    )
  }

const bosa: Run = (replies) => {
  const fake = bosaFake(rows, ...replies)
  const options = { maxAttempts: longest + 2, replayUnsafe: true }
  return bosaOver(fake.swift).pipe(
    Effect.flatMap((api) => Effect.either(Call.withDeadline(api.execute("demo", "act", {}, options), "1 hour"))),
    Effect.map((result): Ended => ({ sends: fake.actions.length, result })),
    Effect.orDie
  )
}

interface Kind {
  readonly run: Run
  readonly isRead?: boolean
  readonly isUnsafe?: boolean
  /** The most faults of a sequence. */
  readonly most: number
}

const kinds: Record<string, Kind> = {
  "a read": { run: connections(calls.safe, Retry.make(atOnce)), isRead: true, most: longest },
  "an idempotent call": { run: connections(calls.idempotent, Retry.make(atOnce)), most: longest },
  "an unsafe call": { run: connections(calls.unsafe, Retry.make(atOnce)), isUnsafe: true, most: longest },
  "an unsafe call, declared idempotent": { run: connections(calls.unsafe, Retry.idempotent(atOnce)), most: 3 },
  "an unsafe call, replayed whatever happened": { run: connections(calls.unsafe, Retry.replayUnsafe(atOnce)), most: 3 },
  "a BOSA action with replayUnsafe": { run: bosa, most: 3 }
}

const expectedOfWrite = (last: Fault, earlier: boolean): ApiError["_tag"] => {
  if (last.status !== undefined) return last.status
  return earlier || last.mayHaveHappened ? "OutcomeUnknown" : "NotSent"
}

const expectedOfRead = (last: Fault): ApiError["_tag"] => {
  if (last.status !== undefined) return last.status
  if (last.name === "deadline") return "DeadlineExceeded"
  return last.name === "unreadable" || last.name === "body cut" ? "UnexpectedBody" : "Unreachable"
}

const checkError = (what: string, error: ApiError, seen: ReadonlyArray<Fault>, isRead: boolean) => {
  const last = seen.at(-1)
  if (last === undefined) throw new Error(`${what}: failed without an attempt`)
  const earlier = seen.slice(0, -1).some(({ mayHaveHappened }) => mayHaveHappened)
  assert.strictEqual(error._tag, isRead ? expectedOfRead(last) : expectedOfWrite(last, earlier), what)
  // a plain failure after a doubt says so
  const isMarked = "mayHaveHappened" in error && error.mayHaveHappened === true
  assert.strictEqual(isMarked, !isRead && earlier && last.status !== undefined, what)
}

describe("the error of a call", () => {
  for (const [name, { isRead = false, isUnsafe = false, most, run }] of Object.entries(kinds)) {
    it(`${name}: after any sequence of up to ${most} faults it says whether the work may have happened`, async () => {
      let checked = 0
      // a sequence that the call does not use up ends as its start does: only the others are made longer
      const checkFrom = (sequence: ReadonlyArray<Fault>): Effect.Effect<void> =>
        Effect.gen(function* () {
          const good = name.startsWith("a BOSA") ? quick({ data: 1, meta: null }) : quick(goodBody)
          const [first = good, ...rest] = [...sequence.map(({ reply }) => reply), good]
          const { result, sends } = yield* run([first, ...rest])
          const seen = sequence.slice(0, sends)
          const what = `${name}: ${sequence.map((fault) => fault.name).join(", ")}`
          checked++
          if (Either.isLeft(result)) checkError(what, result.left, seen, isRead)
          else assert.strictEqual(sends, sequence.length + 1, what)
          if (isUnsafe) {
            const replayed = sequence.slice(0, sends - 1)
            assert.isTrue(
              replayed.every((fault) => !fault.mayHaveHappened || fault.mayRepeat === true),
              what
            )
          }
          if (sends > sequence.length && sequence.length < most) {
            yield* Effect.forEach(faults, (fault) => checkFrom([...sequence, fault]), { discard: true })
          }
        })
      await Effect.runPromise(VirtualClock.run(checkFrom([])))
      console.log(`${name}: ${checked} sequences`)
      assert.isAbove(checked, 100)
    })
  }
})
