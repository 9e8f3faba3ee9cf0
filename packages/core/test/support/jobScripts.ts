import type { Scripted } from "@effect-connectors/testing/ConnectionsModel"
import * as FastCheck from "effect/FastCheck"

/** A response to a poll, and what a client has to make of it. Hints in milliseconds. */
export type Step = { readonly response: Scripted; readonly hint: number } & (
  | { readonly kind: "good"; readonly word: string; readonly progress: number | undefined }
  | { readonly kind: "end"; readonly tag: "ok" | "JobFailed" | "JobCancelled"; readonly value: unknown }
  | { readonly kind: "failed"; readonly tag: string; readonly hangs?: boolean }
  | { readonly kind: "final"; readonly tag: string }
  | { readonly kind: "limited" }
  | { readonly kind: "missing" }
)

const running =
  "queued pending accepted created scheduled waiting running in_progress processing started retrying paused canceling"
const unknown = [
  "archiving",
  "not completed",
  "succeeded!",
  "constructor",
  "__proto__",
  "toString",
  "done?",
  "0",
  "éteint"
]
const succeeded = "succeeded success completed complete done finished"
const failed = "failed failure error errored rejected timed_out timeout expired incomplete crashed"
const cancelled = "cancelled canceled aborted killed terminated revoked skipped"

const constant = <A>(...values: ReadonlyArray<A>) => FastCheck.constantFrom(...values)

const dressed = (words: string): FastCheck.Arbitrary<string> =>
  FastCheck.tuple(
    constant(...words.split(" ")),
    constant(
      (word: string) => word,
      (word: string) => word.toUpperCase(),
      (word: string) => word.charAt(0).toUpperCase() + word.slice(1),
      (word: string) => word.replace(/(?:^|_)(.)/g, (_, first: string) => first.toUpperCase()),
      (word: string) => word.replaceAll("_", "-"),
      (word: string) => ` ${word.replaceAll("_", " ")} `
    )
  ).map(([word, dress]) => dress(word))

interface Progress {
  readonly fields: Record<string, unknown>
  readonly shown: number | undefined
}

const progress: FastCheck.Arbitrary<Progress> = constant<Progress>(
  { fields: {}, shown: undefined },
  { fields: { progress: 0.25 }, shown: 0.25 },
  { fields: { progress: 40 }, shown: 0.4 },
  { fields: { progress: { done: 3, total: 4 } }, shown: 0.75 },
  { fields: { percent_complete: 1 }, shown: 0.01 },
  { fields: { percentage: 250 }, shown: 1 },
  { fields: { progress: { done: 1, total: 0 } }, shown: undefined },
  { fields: { progress: "half" }, shown: undefined },
  { fields: { progress: null }, shown: undefined },
  { fields: { progress: -1 }, shown: undefined }
)

type Fields = Record<string, unknown>

const place: FastCheck.Arbitrary<(fields: Fields) => unknown> = constant(
  (fields: Fields) => fields,
  (fields: Fields) => ({ job: fields }),
  (fields: Fields) => ({ data: fields }),
  (fields: Fields) => ({ status: "ok", job: { ...fields, job_id: "job-1" } }),
  (fields: Fields) => ({ ...fields, job_id: 1, extra: [null] })
)

const stateName = constant("status", "state")

const hints: ReadonlyArray<readonly [header: Record<string, string>, millis: number]> = [
  [{}, 0],
  [{}, 0],
  [{}, 0],
  [{ "retry-after": "3" }, 3_000],
  [{ "retry-after-ms": "1500" }, 1_500],
  [{ "retry-after": "0" }, 0],
  [{ "retry-after": "-1" }, 0],
  [{ "retry-after": "soon" }, 0],
  [{ "retry-after": "9999999999" }, 64_000],
  [{ "retry-after": "Fri, 31 Dec 9999 23:59:59 GMT" }, 64_000]
]
const hint = constant(...hints)

const good: FastCheck.Arbitrary<Step> = FastCheck.tuple(
  FastCheck.oneof({ weight: 4, arbitrary: dressed(running) }, { weight: 1, arbitrary: constant(...unknown) }),
  progress,
  place,
  stateName,
  hint
).map(([word, { fields, shown }, put, name, [headers, millis]]) => ({
  kind: "good",
  word,
  progress: shown,
  hint: millis,
  response: { json: put({ [name]: word, ...fields }), headers }
}))

const ok: FastCheck.Arbitrary<Step> = FastCheck.tuple(
  dressed(succeeded),
  constant<readonly [Fields, unknown]>(
    [{ result: { n: 42 } }, { n: 42 }],
    [{ output: [1, 2] }, [1, 2]],
    [{ response: "text", result: null }, "text"],
    [{ result: null }, null],
    [{ result: 0, error: "none" }, 0]
  ),
  place,
  stateName
).map(([word, [fields, value], put, name]) => ({
  kind: "end",
  tag: "ok",
  value,
  hint: 0,
  response: { json: put({ [name]: word, ...fields }) }
}))

const bad = (words: string, tag: "JobFailed" | "JobCancelled"): FastCheck.Arbitrary<Step> =>
  FastCheck.tuple(dressed(words), place, stateName).map(([word, put, name]) => ({
    kind: "end",
    tag,
    value: undefined,
    hint: 0,
    response: { json: put({ [name]: word, error: { code: "E" }, result: { n: 1 } }) }
  }))

const fault = (
  tag: string,
  response: Scripted,
  more: { readonly hint?: number; readonly hangs?: boolean } = {}
): Step => ({
  kind: "failed",
  tag,
  response,
  hint: 0,
  ...more
})

const faults: ReadonlyArray<Step> = [
  fault("Unreachable", { _tag: "Reset" }),
  fault("Unreachable", { _tag: "Refused" }),
  fault("Unreachable", { _tag: "Hang" }, { hangs: true }),
  fault("UnexpectedBody", { _tag: "CutBody", json: { status: "completed", result: { n: 666 } } }),
  fault("ServerFailed", { status: 500, json: { status: "completed", result: 666 } }),
  fault("ServerFailed", { status: 502, text: "<html>bad gateway</html>" }),
  fault("ServerFailed", { status: 503, headers: { "retry-after": "5" } }, { hint: 5_000 }),
  fault("ApiRejected", { status: 400, json: { status: "failed" } }),
  fault("ApiRejected", { status: 408, text: "" }),
  fault("UnexpectedRedirect", { status: 302, headers: { location: "https://trap.example/" } }),
  fault("UnexpectedBody", { text: "<html>completed</html>", headers: { "content-type": "text/html" } }),
  fault("UnexpectedBody", { text: "" }),
  fault("UnexpectedBody", { status: 204, text: "" }),
  fault("UnexpectedBody", { text: '{"status": "completed"', headers: { "content-type": "application/json" } }),
  fault("UnexpectedBody", { json: ["completed"] }),
  fault("UnexpectedBody", { json: { status: null, state: 7, result: { n: 666 } } })
]

const limited: ReadonlyArray<Step> = [
  { kind: "limited", hint: 0, response: { status: 429 } },
  { kind: "limited", hint: 2_000, response: { status: 429, headers: { "retry-after": "2" } } },
  { kind: "limited", hint: 64_000, response: { status: 429, headers: { "retry-after": "86400" } } }
]

const missing: Step = { kind: "missing", hint: 0, response: { status: 404, json: { message: "no such job" } } }

const final: ReadonlyArray<Step> = [
  { kind: "final", tag: "Unauthorized", hint: 0, response: { status: 401 } },
  { kind: "final", tag: "Forbidden", hint: 0, response: { status: 403, json: { status: "completed" } } },
  { kind: "final", tag: "JobNotFound", hint: 0, response: { status: 410 } },
  {
    kind: "final",
    tag: "UnexpectedBody",
    hint: 0,
    response: { json: { status: "archived", finished_at: "2026-11-30T10:00:00Z", result: { n: 666 } } }
  }
]

const under: FastCheck.Arbitrary<Step> = FastCheck.oneof(
  { weight: 9, arbitrary: good },
  { weight: 4, arbitrary: constant(...faults) },
  { weight: 1, arbitrary: constant(...limited) },
  { weight: 2, arbitrary: FastCheck.constant(missing) }
)

const last: FastCheck.Arbitrary<ReadonlyArray<Step>> = FastCheck.oneof(
  { weight: 4, arbitrary: ok.map((step) => [step]) },
  { weight: 2, arbitrary: bad(failed, "JobFailed").map((step) => [step]) },
  { weight: 1, arbitrary: bad(cancelled, "JobCancelled").map((step) => [step]) },
  { weight: 2, arbitrary: constant(...final).map((step) => [step]) },
  { weight: 1, arbitrary: FastCheck.constant(Array.from({ length: 25 }, () => missing)) },
  { weight: 1, arbitrary: constant(...faults).map((step) => Array.from({ length: 25 }, () => step)) },
  { weight: 2, arbitrary: FastCheck.constant([]) }
)

/** The responses to polls one after the other; then the job runs on for ever. */
export const script: FastCheck.Arbitrary<ReadonlyArray<Step>> = FastCheck.tuple(
  FastCheck.array(under, { maxLength: 12 }),
  last
).map(([before, end]) => [...before, ...end])
