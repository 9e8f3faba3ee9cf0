import { assert, describe, it } from "@effect/vitest"
import type { Event, History, Invoked, Replied, Sent, Truth } from "../src/simulator/history.js"
import { invariants } from "../src/simulator/invariants.js"
import { viewOf } from "../src/simulator/view.js"

const truth: Truth = { executions: {}, orders: {}, jobs: {}, openExchanges: 0, openBodies: 0, sleepers: 0 }

const client = "0.0"
const path = "/api/v1/connections"
const unsafe: Invoked = { class: "unsafe", policy: "default", maxSends: 3, marker: "k1", path }
const safe: Invoked = { class: "safe", policy: "default", maxSends: 3, path }
const watch: Invoked = { class: "safe", policy: "default", maxSends: 0, job: "job-1" }

const invoke = (t: number, detail: Invoked, op = "a.call", by = client): Event => ({
  t,
  client: by,
  call: 1,
  op,
  kind: "invoke",
  detail
})
const ok = (t: number, detail = {}): Event => ({ t, client, call: 1, op: "a.call", kind: "ok", detail })
const fail = (t: number, tag: string, more = {}): Event => ({
  t,
  client,
  call: 1,
  op: "a.call",
  kind: "fail",
  detail: { tag, ...more }
})
const unknown = (t: number, more = {}): Event => ({
  t,
  client,
  call: 1,
  op: "a.call",
  kind: "unknown",
  detail: { tag: "OutcomeUnknown", ...more }
})
const send = (t: number, exchange: number, more: Partial<Sent> = {}, call = 1, sort = "write"): Event => ({
  t,
  client,
  call,
  op: sort,
  kind: "send",
  detail: { exchange, request: "POST x", path, platform: "connections", fault: "", isWritten: true, ...more }
})
const reply = (t: number, exchange: number, more: Partial<Replied> = {}): Event => ({
  t,
  client,
  call: 1,
  op: "write",
  kind: "reply",
  detail: { exchange, reply: "success", status: 200, ...more }
})

const order = (state: "free" | "Intended" | "Accepted" | "Done", isVerified = false): Event => ({
  t: 0,
  client,
  call: 0,
  op: "an.order",
  kind: "order",
  detail: { key: "o1", isVerified, state, ...(state === "Accepted" ? { job: "job-1" } : {}) }
})

const brokenBy = (events: ReadonlyArray<Event>, more: Partial<Truth> = {}): ReadonlyArray<string> => {
  const history: History = { seed: 0, events, truth: { ...truth, ...more } }
  const view = viewOf(history)
  return invariants.flatMap(([name, check]) => (check(view).length > 0 ? [name.slice(0, name.indexOf(" "))] : []))
}

const done = { executions: { k1: 1 } }
const job = { "job-1": { end: "succeeded", gone: false, marker: "k1" } } as const

describe("invariants", () => {
  it("find nothing in a good history", () => {
    assert.deepStrictEqual(brokenBy([invoke(0, unsafe), send(1, 1), reply(5, 1), ok(5, { marker: "k1" })], done), [])
    assert.deepStrictEqual(
      brokenBy([invoke(0, safe), send(1, 1), reply(5, 1, { reply: "lost" }), send(9, 2), reply(12, 2), ok(12)]),
      []
    )
    const placed = { orders: { o1: ["job-1"] } }
    assert.deepStrictEqual(brokenBy([order("Accepted", true)], placed), [])
    assert.deepStrictEqual(brokenBy([order("Intended")], placed), [])
    assert.deepStrictEqual(brokenBy([order("free")]), [])
    // a failure that its program saw allows another one
    const failed = fail(1, "JobFailed", { job: "job-0" })
    const again = {
      orders: { o1: ["job-0", "job-1"] },
      jobs: { "job-0": { end: "failed", gone: false, marker: "k1" } }
    } as const
    assert.deepStrictEqual(
      brokenBy([invoke(0, { ...watch, job: "job-0", order: "o1" }), failed, order("Accepted")], again),
      []
    )
  })

  const cases: ReadonlyArray<readonly [string, string, ReadonlyArray<Event>, Partial<Truth>?]> = [
    ["a call that never ends", "0", [invoke(0, safe)]],
    ["a call that ends twice", "0", [invoke(0, safe), ok(1), ok(2)]],
    ["a defect", "0", [invoke(0, safe), fail(1, "Defect")]],
    ["a run that got stuck", "0", [], { stuck: "deadlock" }],
    [
      "work done twice",
      "1",
      [invoke(0, unsafe), send(1, 1), reply(2, 1), ok(2, { marker: "k1" })],
      { executions: { k1: 2 } }
    ],
    [
      "a success of work that was not executed",
      "1",
      [invoke(0, unsafe), send(1, 1), reply(2, 1), ok(2, { marker: "k1" })]
    ],
    [
      "an error that denies work that was executed",
      "1",
      [invoke(0, unsafe), send(1, 1), reply(2, 1), fail(2, "Forbidden")],
      done
    ],
    ["the response of another call", "1", [invoke(0, unsafe), send(1, 1), reply(2, 1), ok(2, { marker: "k7" })], done],
    [
      "an unknown outcome of what was not sent",
      "2",
      [
        invoke(0, unsafe),
        send(1, 1, { isWritten: false }),
        reply(2, 1, { reply: "not sent" }),
        unknown(2, { phase: "request", code: "ECONNRESET" })
      ]
    ],
    [
      "an unknown outcome without evidence",
      "2",
      [invoke(0, unsafe), send(1, 1), reply(2, 1, { reply: "lost" }), unknown(2)]
    ],
    ["an error without an exchange", "2", [invoke(0, safe), fail(1, "ServerFailed", { status: 503 })]],
    [
      "a lost attempt that counts as not sent",
      "2",
      [invoke(0, unsafe), send(1, 1), reply(2, 1, { reply: "lost" }), fail(2, "NotSent")]
    ],
    [
      "a job with another end than the server's",
      "3",
      [invoke(0, watch), fail(1, "JobFailed", { job: "job-1" })],
      { jobs: job }
    ],
    ["a result of another job", "3", [invoke(0, watch), ok(1, { end: true, marker: "k9" })], { jobs: job }],
    ["a failure without the job's reference", "3", [invoke(0, watch), fail(1, "JobDeadlineExceeded")], { jobs: job }],
    [
      "a reference that leads nowhere when there are no faults",
      "3",
      [invoke(0, watch, "jobs.result", "0.9"), fail(1, "JobDeadlineExceeded", { job: "job-1" })],
      { jobs: job }
    ],
    [
      "a poll after the end",
      "3",
      [
        invoke(0, watch),
        ok(1, { end: true, marker: "k1" }),
        send(5, 1, { request: "GET job", path: "/api/v1/jobs/job-1" }, 0, "poll"),
        reply(6, 1)
      ],
      { jobs: job }
    ],
    [
      "a job without a caller who got its reference",
      "3",
      [invoke(0, unsafe, "actions.execute"), send(1, 1), reply(2, 1), ok(2, { job: "job-1" })],
      { ...done, jobs: job }
    ],
    [
      "a replay without proof",
      "4",
      [
        invoke(0, unsafe),
        send(1, 1),
        reply(2, 1, { reply: "transient", status: 503 }),
        send(9, 2),
        reply(10, 2),
        ok(10, { marker: "k1" })
      ],
      done
    ],
    [
      "more attempts than promised",
      "4",
      [
        invoke(0, { ...safe, maxSends: 1 }),
        send(1, 1),
        reply(2, 1, { reply: "lost" }),
        send(9, 2),
        reply(10, 2),
        ok(10)
      ]
    ],
    ["a send after the end", "4", [invoke(0, safe), send(1, 1), reply(2, 1), ok(2), send(3, 2), reply(4, 2)]],
    ["an end after the deadline", "4", [invoke(0, { ...safe, deadline: 10 }), send(1, 1), reply(20, 1), ok(20)]],
    [
      "a send after a crash",
      "4",
      [{ t: 0, client, call: 0, op: "crash", kind: "crash", detail: {} }, send(1, 1, {}, 0), reply(2, 1)]
    ],
    [
      "a wait that is too short",
      "5",
      [
        invoke(0, safe),
        send(1, 1),
        reply(2, 1, { reply: "transient", status: 429, wait: 2000 }),
        send(1000, 2),
        reply(1001, 2),
        ok(1001)
      ]
    ],
    [
      "a wait that is too long",
      "5",
      [
        invoke(0, safe),
        send(1, 1),
        reply(2, 1, { reply: "transient", status: 429, wait: 3_600_000 }),
        send(3_600_002, 2),
        reply(3_600_003, 2),
        ok(3_600_003)
      ]
    ],
    [
      "a secret in a message",
      "6",
      [{ t: 0, client, call: 1, op: "a.call", kind: "leak", detail: { sink: "message" } }]
    ],
    ["a request to the forbidden origin", "6", [send(0, 1, { misdirected: true }, 0), reply(1, 1)]],
    ["a request to another path", "6", [invoke(0, safe), send(1, 1, { path: "/" }), reply(2, 1), ok(2)]],
    ["an exchange that is open", "7", [], { openExchanges: 1 }],
    ["a body that is open", "7", [], { openBodies: 1 }],
    ["a timer that is left", "7", [], { sleepers: 1 }],
    [
      "a job that is still followed",
      "7",
      [{ t: 0, client, call: 0, op: "rest", kind: "rest", detail: { watched: 1, inFlight: 0, timers: 1 } }]
    ],
    ["an order that is placed twice", "10", [order("Accepted")], { orders: { o1: ["job-1", "job-2"] } }],
    ["an order that is free, and was placed", "10", [order("free")], { orders: { o1: ["job-1"] } }],
    ["an order that is done, and was not placed", "10", [order("Done")]],
    ["an order with the job of another", "10", [order("Accepted")], { orders: { o1: ["job-2"] } }],
    [
      "an order of unknown outcome, where the server could be asked",
      "10",
      [order("Intended", true)],
      { orders: { o1: ["job-1"] } }
    ]
  ]
  for (const [what, number, events, more] of cases) {
    it(`${number} finds ${what}`, () => {
      assert.include(brokenBy(events, more), number)
    })
  }

  // 60 reads that all fail after three attempts each: more than the budget allows
  it("4 finds a retry budget that is not kept", () => {
    const events = Array.from({ length: 60 }, (_, index) => index + 1).flatMap((call): ReadonlyArray<Event> => [
      { ...invoke(0, safe), call },
      ...[1, 2, 3].flatMap((attempt) => [
        { ...send(attempt * 10, call * 10 + attempt), call },
        { ...reply(attempt * 10 + 1, call * 10 + attempt, { reply: "lost" }), call }
      ]),
      { ...fail(40, "Unreachable"), call }
    ])
    assert.include(brokenBy(events), "4")
  })

  it("4 finds a retry budget that is empty without a reason", () => {
    assert.include(
      brokenBy([
        invoke(0, safe),
        send(1, 1),
        reply(2, 1, { reply: "lost" }),
        fail(2, "Unreachable", { exhausted: true })
      ]),
      "4"
    )
  })
})
