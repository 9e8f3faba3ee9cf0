import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import * as Transport from "@effect-connectors/core/Transport"
import * as NodeConnectors from "@effect-connectors/node/NodeConnectors"
import { VirtualClock } from "@effect-connectors/testing/VirtualClock"
import * as HttpClient from "@effect/platform/HttpClient"
import * as Cause from "effect/Cause"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Layer from "effect/Layer"
import type * as Scope from "effect/Scope"
import type { Expected } from "./expected.js"
import { dialectOf, type Outcome, type Step, type Vector } from "./format.js"
import { mismatch, type Mismatches } from "./matching.js"
import { operations } from "./operations.js"
import { type Ended, outcomeMismatches } from "./outcomes.js"
import { filledIn, type Placeholders } from "./placeholders.js"
import { requestsMismatches, waitMismatches } from "./requests.js"
import { type ScriptedResponse, answers, type ObservedRequest } from "./script.js"
import { clientOf, type SentRequest } from "./scriptedClient.js"
import { serve } from "./server.js"
import { type Session, unsaid } from "./session.js"

export const transports = ["in process", "over sockets"] as const

export type TransportName = (typeof transports)[number]

/** What the servers and the steps share. */
interface Stage {
  readonly places: Placeholders
  readonly client: HttpClient.HttpClient
  readonly seen: ReadonlyArray<ObservedRequest>
  readonly at: (step: number) => void
}

type Clock = VirtualClock.Service

/** What a replay saw. */
export interface Replayed {
  readonly places: Placeholders
  readonly seen: ReadonlyArray<ObservedRequest>
  readonly ended: ReadonlyArray<Ended>
}

const script = (vector: Vector, clock: Clock, places: () => Placeholders) => {
  const seen: Array<ObservedRequest> = []
  let step = 0
  let rules: ReadonlyArray<ReturnType<typeof answers>> | undefined
  return {
    seen,
    at: (now: number) => {
      step = now
    },
    answer: (sent: SentRequest): ScriptedResponse => {
      const { origin, ...request } = sent
      rules ??= [answers(vector.server_script, places()), answers(vector.other_server_script ?? [], places())]
      const isOther = origin === places()["other"]
      const atMillis = clock.clock.unsafeCurrentTimeMillis()
      seen.push({ ...request, server: isOther ? "other" : "base", atMillis, step })
      const next = rules[isOther ? 1 : 0]
      if (next === undefined) throw new Error("there are two servers")
      return next(sent.method, sent.path)
    }
  }
}

const inProcess = (vector: Vector, clock: Clock, tmp: string): Stage => {
  const places = { base: "http://127.0.0.1:9001", other: "http://127.0.0.1:9002", tmp }
  const { answer, at, seen } = script(vector, clock, () => places)
  return { places, at, seen, client: clientOf((sent) => Effect.sync(() => answer(sent))) }
}

// time stands while a request is under way, and passes at once where nothing is
const held = (client: HttpClient.HttpClient, clock: Clock, vector: Vector): HttpClient.HttpClient => {
  const wrapped = HttpClient.transform(client, (response) => clock.hold(response))
  const send = Transport.sendAttemptOf(client)
  // the client's own time limits are those of real time: where an answer is late, the caller's clock keeps them
  return send === undefined || hasDelay(vector)
    ? wrapped
    : Transport.keepsAttempt(wrapped, (request, limits) => clock.hold(send(request, limits)))
}

const hasDelay = (vector: Vector): boolean =>
  vector.server_script.some(({ responses }) => responses.some(({ delay }) => delay !== undefined))

const overSockets = Effect.fnUntraced(function* (
  vector: Vector,
  clock: Clock,
  tmp: string
): Effect.fn.Return<Stage, never, Scope.Scope> {
  let places: Placeholders = {}
  const { answer, at, seen } = script(vector, clock, () => places)
  const handler = () => ({ answer, passing: (millis: number) => Effect.runPromise(clock.adjust(millis)) })
  const base = yield* serve(handler)
  const other = yield* serve(handler)
  places = { base, other, tmp }
  const context = yield* Layer.build(NodeConnectors.layer)
  return { places, at, seen, client: held(Context.get(context, HttpClient.HttpClient), clock, vector) }
})

const perform = (session: Session, { args, op }: Step): Effect.Effect<Ended> => {
  const operation = operations[op]
  if (operation === undefined)
    return Effect.succeed({ _tag: "Odd", why: `there is no operation "${op}": name its call` })
  const called = operation(session, args)
  if (Either.isLeft(called)) return Effect.succeed({ _tag: "Odd", why: called.left })
  return Effect.matchCause(called.right, {
    onSuccess: (value): Ended => ({ _tag: "Returned", value }),
    onFailure: (cause): Ended =>
      Either.match(Cause.failureOrCause(cause), {
        onLeft: (error): Ended => ({ _tag: "Raised", error }),
        onRight: (defect): Ended => ({ _tag: "Odd", why: Cause.pretty(defect, { renderErrorCause: true }) })
      })
  })
}

const folder = Effect.acquireRelease(
  Effect.sync(() => mkdtempSync(join(tmpdir(), "bosa-"))),
  (path) => Effect.sync(() => rmSync(path, { recursive: true }))
)

const placedSteps = (steps: ReadonlyArray<Step>, places: Placeholders): ReadonlyArray<Step> =>
  steps.map(({ args = {}, op }) => ({
    op,
    args: Object.fromEntries(Object.entries(args).map(([name, value]) => [name, filledIn(value, places)]))
  }))

const played = Effect.fnUntraced(function* (
  vector: Vector,
  call: Vector["call"],
  version: string,
  transport: TransportName
) {
  const clock = yield* VirtualClock
  const tmp = yield* folder
  const stage = transport === "in process" ? inProcess(vector, clock, tmp) : yield* overSockets(vector, clock, tmp)
  const { at, client, places, seen } = stage
  const session: Session = {
    dialect: dialectOf(version),
    client,
    base: places["base"] ?? "",
    folder: tmp,
    hold: clock.hold,
    api: undefined,
    made: unsaid,
    ran: undefined,
    executed: undefined,
    callerHeaders: undefined,
    mcps: [],
    skills: [],
    detail: undefined
  }
  const ended: Array<Ended> = []
  for (const [index, step] of placedSteps(call, places).entries()) {
    at(index)
    ended.push(yield* perform(session, step))
  }
  return { places, seen: [...seen], ended }
}, Effect.scoped)

const start = Date.parse("2026-11-01T00:00:00Z")

/** Takes the steps of a vector as one of its clients, in virtual time. */
export const replay = (
  vector: Vector,
  call: Vector["call"],
  version: string,
  transport: TransportName
): Effect.Effect<Replayed> =>
  VirtualClock.run(played(vector, call, version, transport), {
    startMillis: start,
    seed: vector.id,
    // sockets and files are nothing the clock can see
    deadlockTurns: false
  })

/** What was not as expected. */
export const mismatches = (expected: Expected, { ended, places, seen }: Replayed): Mismatches => [
  ...requestsMismatches(expected.requests, seen),
  ...(expected.outcome.length === ended.length ? [] : mismatch("steps", expected.outcome.length, ended.length)),
  ...expected.outcome.flatMap((outcome, index) => {
    const end = ended[index]
    const at = `step ${index + 1} ${outcome.op}`
    return end === undefined ? [`${at} was not taken`] : outcomeMismatches(at, placed(outcome, places), end)
  }),
  ...(expected.waits_s === undefined ? [] : waitMismatches(expected.waits_s, seen))
]

const placed = (outcome: Outcome, places: Placeholders): Outcome =>
  "returns" in outcome ? { ...outcome, returns: filledIn(outcome.returns, places) } : outcome
