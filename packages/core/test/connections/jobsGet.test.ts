import * as JobProtocol from "@effect-connectors/core/JobProtocol"
import { afterAll, assert, beforeAll, describe, it } from "@effect/vitest"
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import { virtual } from "../support/api.js"
import { answer, json } from "../support/fakeClient.js"
import { platform } from "../support/connectionsKit.js"

const words: Readonly<Record<Exclude<JobProtocol.State, "unknown">, ReadonlyArray<string>>> = {
  queued: ["queued", "pending", "accepted", "created", "scheduled", "waiting"],
  running: ["running", "in_progress", "processing", "started", "retrying", "paused", "canceling", "cancelling"],
  succeeded: ["succeeded", "success", "completed", "complete", "done", "finished"],
  failed: [
    "failed",
    "failure",
    "error",
    "errored",
    "rejected",
    "timed_out",
    "timeout",
    "expired",
    "incomplete",
    "crashed"
  ],
  cancelled: ["cancelled", "canceled", "aborted", "killed", "terminated", "revoked", "skipped"]
}

const stateIn = (body: unknown, protocol = JobProtocol.defaultProtocol): JobProtocol.JobState | undefined =>
  JobProtocol.decode(protocol, "j", body)

describe("a state word", () => {
  for (const [state, list] of Object.entries(words)) {
    for (const word of list) {
      it(`${word} is ${state}, in any letter case, trimmed, with -, spaces or _`, () => {
        const forms = [word, word.toUpperCase(), ` ${word}\n`, word.replace("_", "-"), word.replace("_", " ")]
        for (const form of forms) {
          const seen = stateIn({ status: form })
          assert.deepStrictEqual([seen?.state, seen?.word], [state, form])
        }
      })
    }
  }

  it("in CamelCase is read in its parts", () => {
    const forms = ["TimedOut", "timedOut", "InProgress", "inProgress", "Succeeded", "TIMED_OUT", "Timed-Out", "Crashed"]
    assert.deepStrictEqual(
      forms.map((status) => stateIn({ status })?.state),
      ["failed", "failed", "running", "running", "succeeded", "failed", "failed", "failed"]
    )
    assert.deepStrictEqual(
      ["NotDone", "DoneNot", "HTTPFailed", "sUCCEEDED"].map((status) => stateIn({ status })?.state),
      ["unknown", "unknown", "unknown", "succeeded"]
    )
    const ours = JobProtocol.make({ words: { OnHold: "running", HTTPDone: "succeeded" } })
    for (const form of ["OnHold", "ONHOLD", "on_hold", "on-hold", "onHold"]) {
      assert.strictEqual(JobProtocol.stateOf(ours, form), "running", form)
    }
    for (const form of ["HTTPDone", "http_done", "httpdone"]) {
      assert.strictEqual(JobProtocol.stateOf(ours, form), "succeeded", form)
    }
  })

  it("is in no set that this page does not name", () => {
    const known = Object.values(words).flat()
    assert.sameMembers(Object.keys(JobProtocol.defaultProtocol.words), known)
  })

  it("is an end only where the work is over", () => {
    const ends = ["succeeded", "failed", "cancelled"]
    const states: ReadonlyArray<JobProtocol.State> = [
      "queued",
      "running",
      "succeeded",
      "failed",
      "cancelled",
      "unknown"
    ]
    assert.deepStrictEqual(states.filter(JobProtocol.isEnd), ends)
  })

  it("that is unknown is an end beside a time of ending, and at no other time", () => {
    const isOver = (fields: object) => {
      const state = stateIn({ status: "archived", ...fields })
      return state !== undefined && JobProtocol.isOver(state)
    }
    for (const name of JobProtocol.defaultProtocol.finishedAt) {
      assert.isTrue(isOver({ [name]: "2026-11-30T10:00:00Z" }), name)
      assert.isTrue(isOver({ [name]: 1_796_032_800 }), name)
    }
    const never = [null, "", "never", 0, false, "0001-01-01T00:00:00Z", "1970-01-01T00:00:00Z", {}]
    for (const time of never) assert.isFalse(isOver({ finished_at: time }), JSON.stringify(time))
    for (const fields of [{}, { started_at: 5 }, { updated_at: 5 }, { result: 1 }, { error: "e" }]) {
      assert.isFalse(isOver(fields), JSON.stringify(fields))
    }
    const known = (status: string) => stateIn({ status, finished_at: 5 })
    assert.deepStrictEqual(
      ["running", "done", "failed", "cancelled"].map((status) => {
        const state = known(status)
        return state !== undefined && JobProtocol.isOver(state)
      }),
      [false, true, true, true]
    )
    const own = stateIn({ status: "archived", finished_at: 5 }, JobProtocol.make({ finishedAt: [] }))
    assert.isFalse(own !== undefined && JobProtocol.isOver(own))
  })

  for (const word of [
    "half-baked",
    "completed_with_warnings",
    "not done",
    "doneish",
    "constructor",
    "__proto__",
    "toString"
  ]) {
    it(`${word} is unknown, and shown as it came`, () => {
      const seen = stateIn({ status: word, result: 1, error: 2 })
      assert.deepStrictEqual(
        [seen?.state, seen?.word, seen?.result, seen?.error],
        ["unknown", word, undefined, undefined]
      )
    })
  }
})

describe("a job in an answer", () => {
  const job = { job_id: "j", status: "RUNNING", progress: 0.5 }
  for (const [where, body] of Object.entries({ "the top": job, job: { job }, data: { data: job } })) {
    it(`is at ${where}, in status or in state`, () => {
      assert.deepInclude(stateIn(body), { state: "running", word: "RUNNING", progress: 0.5, raw: body })
    })
  }

  it("has its word in state too", () => {
    assert.strictEqual(stateIn({ state: "QUEUED" })?.state, "queued")
    assert.strictEqual(stateIn({ status: "  ", state: "QUEUED" })?.state, "queued")
    assert.strictEqual(stateIn({ status: 200, state: "QUEUED" })?.state, "queued")
  })

  it("is the object that names it, where its envelope has a status of its own", () => {
    assert.strictEqual(stateIn({ status: "success", data: { job_id: "j", status: "RUNNING" } })?.state, "running")
    assert.strictEqual(stateIn({ job_id: "j", status: "RUNNING", data: { status: "done" } })?.state, "running")
  })

  virtual("without a word is UnexpectedBody, and holds the answer", () =>
    Effect.gen(function* () {
      for (const body of [{}, { job_id: "j" }, { status: 5 }, { status: "" }, [], "done", null]) {
        const { api } = yield* platform([json(body)])
        const error = yield* Effect.flip(api.jobs.get("j"))
        assert.strictEqual(error._tag, "UnexpectedBody", JSON.stringify(body))
        assert.deepStrictEqual("body" in error && error.body, body)
      }
    })
  )

  virtual("is read by its id, encoded, and says when to poll again", () =>
    Effect.gen(function* () {
      const { api, lines } = yield* platform([answer(200, { json: job, headers: { "retry-after": "7" } })])
      const state = yield* api.jobs.get("a/b 1")
      assert.deepStrictEqual([state.jobId, state.pollAfterMillis], ["a/b 1", 7000])
      assert.strictEqual(lines()[0]?.line, "GET /api/v1/jobs/a%2Fb%201")
    })
  )
})

describe("a job's result", () => {
  const result = (fields: object) => stateIn({ status: "DONE", ...fields })?.result

  it("is the first of result, output, data and response that is there", () => {
    assert.strictEqual(result({ response: 4, data: 3, output: 2, result: 1 }), 1)
    assert.strictEqual(result({ response: 4, data: 3, output: 2 }), 2)
    assert.strictEqual(result({ response: 4, data: 3 }), 3)
    assert.strictEqual(result({ response: 4 }), 4)
    for (const falsy of [0, false, ""]) assert.strictEqual(result({ result: falsy, output: 1 }), falsy)
  })

  it("passes over null while there is another, and is the whole job without any", () => {
    assert.strictEqual(result({ result: null, response: 4 }), 4)
    assert.strictEqual(result({ result: null }), null)
    assert.deepStrictEqual(result({ rows: [1] }), { status: "DONE", rows: [1] })
  })

  it("is there when it succeeded alone, the error when it did not", () => {
    const ends = { result: 1, error: { message: "boom" } }
    const seen = ["RUNNING", "DONE", "FAILED", "CANCELED"].map((status) => stateIn({ status, ...ends }))
    assert.deepStrictEqual(
      seen.map((state) => [state?.result, state?.error]),
      [
        [undefined, undefined],
        [1, undefined],
        [undefined, { message: "boom" }],
        [undefined, { message: "boom" }]
      ]
    )
  })

  it("has its error in error, errors or message", () => {
    const error = (fields: object) => stateIn({ status: "FAILED", ...fields })?.error
    assert.strictEqual(error({ message: "m", errors: ["e"], error: "x" }), "x")
    assert.deepStrictEqual(error({ message: "m", errors: ["e"], error: null }), ["e"])
    assert.strictEqual(error({ message: "m" }), "m")
  })
})

describe("a job's progress", () => {
  const forms: ReadonlyArray<readonly [fields: object, progress: number | undefined]> = [
    [{ progress: 0 }, 0],
    [{ progress: 0.4 }, 0.4],
    [{ progress: 1 }, 1],
    [{ progress: 40 }, 0.4],
    [{ progress: 100 }, 1],
    [{ progress: 250 }, 1],
    [{ progress: { done: 4, total: 10 } }, 0.4],
    [{ progress: { done: 12, total: 10 } }, 1],
    [{ progress: { done: 1, total: 0 } }, undefined],
    [{ progress: { done: "1", total: 2 } }, undefined],
    [{ progress: -1 }, undefined],
    [{ progress: "half" }, undefined],
    [{ percent_complete: 40 }, 0.4],
    [{ percent_complete: 1 }, 0.01],
    [{ percentage: 0.5 }, 0.005],
    [{ progress: null, percentage: 25 }, 0.25],
    [{}, undefined]
  ]
  for (const [fields, progress] of forms) {
    it(`${JSON.stringify(fields)} is ${progress}`, () => {
      assert.strictEqual(stateIn({ status: "RUNNING", ...fields })?.progress, progress)
    })
  }
})

describe("a job's times", () => {
  // a machine that is not set to UTC
  const zone = process.env["TZ"]
  beforeAll(() => {
    process.env["TZ"] = "Asia/Kolkata"
  })
  afterAll(() => {
    if (zone === undefined) delete process.env["TZ"]
    else process.env["TZ"] = zone
  })

  const iso = "2024-05-01T10:00:00.000Z"
  const forms: ReadonlyArray<readonly [time: unknown, expected: string | undefined]> = [
    [iso, iso],
    ["2024-05-01T12:00:00+02:00", iso],
    ["2024-05-01T10:00:00", iso],
    [" 2024-05-01T10:00:00.000 ", iso],
    ["2024-05-01", "2024-05-01T00:00:00.000Z"],
    [1_714_557_600, iso],
    [1_714_557_600_000, iso],
    [0, "1970-01-01T00:00:00.000Z"],
    ["soon", undefined],
    [null, undefined],
    [1e300, undefined],
    [{}, undefined]
  ]
  for (const [time, expected] of forms) {
    it(`${JSON.stringify(time)} is ${expected}`, () => {
      const seen = stateIn({ status: "RUNNING", started_at: time })?.startedAt
      assert.strictEqual(seen === undefined ? undefined : DateTime.formatIso(seen), expected)
    })
  }

  it("each have their field", () => {
    const seen = stateIn({ status: "DONE", created_at: 1, started_at: 2, updated_at: 3, finished_at: 4 })
    const times = [seen?.createdAt, seen?.startedAt, seen?.updatedAt, seen?.finishedAt]
    assert.deepStrictEqual(
      times.map((time) => time?.epochMillis),
      [1000, 2000, 3000, 4000]
    )
    assert.strictEqual(stateIn({ status: "DONE", completed_at: 5 })?.finishedAt?.epochMillis, 5000)
  })
})

describe("a protocol of one's own", () => {
  it("finds only what the answer holds itself", () => {
    const odd = JobProtocol.make({ result: ["constructor", "value"], progress: ["valueOf", "done"] })
    const seen = stateIn({ status: "succeeded", value: 7, done: 0.5 }, odd)
    assert.deepStrictEqual([seen?.result, seen?.progress], [7, 0.5])
  })

  const protocol = JobProtocol.make({
    words: { "Half-Baked ": "succeeded", paused: "failed" },
    containers: ["task"],
    state: ["phase"],
    result: ["outcome"],
    error: ["fault"],
    progress: ["percent"],
    finishedAt: ["over"]
  })

  it("replaces the places of the fields, and leaves the others", () => {
    assert.deepInclude(stateIn({ task: { phase: "done", outcome: 5, over: 1 }, status: "failed" }, protocol), {
      state: "succeeded",
      word: "done",
      result: 5
    })
    assert.strictEqual(stateIn({ phase: "failed", fault: "f", error: "e" }, protocol)?.error, "f")
    assert.strictEqual(stateIn({ phase: "running", percent: 1 }, protocol)?.progress, 0.01)
    assert.strictEqual(stateIn({ phase: "running", started_at: 2 }, protocol)?.startedAt?.epochMillis, 2000)
    assert.strictEqual(stateIn({ status: "running" }, protocol), undefined)
  })

  it("adds words, in any form, and may change known ones", () => {
    for (const form of ["half_baked", "HALF BAKED", "half-baked"]) {
      assert.strictEqual(JobProtocol.stateOf(protocol, form), "succeeded")
    }
    assert.strictEqual(JobProtocol.stateOf(protocol, "paused"), "failed")
    assert.strictEqual(JobProtocol.stateOf(protocol, "running"), "running")
    assert.strictEqual(JobProtocol.stateOf(JobProtocol.defaultProtocol, "half-baked"), "unknown")
  })

  virtual("is the one that the client polls by", () =>
    Effect.gen(function* () {
      const { api } = yield* platform([json({ task: { phase: "half-baked", outcome: [1] } })], { jobs: { protocol } })
      const state = yield* api.jobs.get("j")
      assert.deepStrictEqual([state.state, state.word, state.result], ["succeeded", "half-baked", [1]])
    })
  )
})
