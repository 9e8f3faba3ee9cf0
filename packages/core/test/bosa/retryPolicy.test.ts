import type { ActionError } from "@effect-connectors/core/Action"
import * as Call from "@effect-connectors/core/Call"
import * as ConnectorFile from "@effect-connectors/core/ConnectorFile"
import * as Retry from "@effect-connectors/core/Retry"
import { assert, describe } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Schedule from "effect/Schedule"
import * as Stream from "effect/Stream"
import { timed, virtual } from "../support/api.js"
import { bosaFake, bosaOver, dialects, gaps, ok, optional, quick, row, rows, text } from "../support/bosaKit.js"
import { answer, cut, hang, json, lost, type Reply } from "../support/fakeClient.js"

const failing = json({}, 503)
const notSent = lost({ sent: false, phase: "connect", code: "ECONNREFUSED" })
const recovery = (fields: object): object => ({ error: { code: "X_Y", recovery: fields } })
const again = json(recovery({ retryable: true }), 503)

const field = (error: ActionError, name: string): unknown => Object.entries(error).find(([key]) => key === name)?.[1]

describe("maxAttempts", () => {
  for (const dialect of dialects) {
    const busy = dialect === "gl" ? again : failing
    for (const seed of [1, 2, 3]) {
      virtual(
        `${dialect}: 11 sends, with waits of 1, 2, 4 ... 64 seconds and up to one more each (seed ${seed})`,
        () =>
          Effect.gen(function* () {
            const fake = bosaFake(rows, busy)
            const bosa = yield* bosaOver(fake.client, { dialect })
            const error = yield* Effect.flip(bosa.execute("demo", "act", {}, { maxAttempts: 11 }))
            assert.deepStrictEqual([error._tag, field(error, "attempts")], ["ServerFailed", 11])
            const waits = gaps(fake.actions)
            const least = [1, 2, 4, 8, 16, 32, 64, 64, 64, 64]
            assert.strictEqual(waits.length, 10)
            waits.forEach((wait, index) => {
              const from = (least[index] ?? 0) * 1000
              assert.isTrue(wait >= from && wait < from + 1000, `wait ${index} of ${wait} ms`)
            })
            assert.isAbove(new Set(waits.map((wait) => wait % 1000)).size, 5, "the rest is random")
            assert.strictEqual(fake.discoveries.length, 1)
          }),
        seed
      )
    }

    virtual(`${dialect}: n sends for a server that is always busy, and for n = 1 no wait`, () =>
      Effect.gen(function* () {
        for (const n of [undefined, 1, 2, 3, 5, 11]) {
          const fake = bosaFake(rows, busy)
          const bosa = yield* bosaOver(fake.client, { dialect })
          const { millis, result } = yield* timed(bosa.execute("demo", "act", {}, { maxAttempts: n }))
          assert.deepStrictEqual(
            [result._tag, fake.actions.length, millis === 0],
            ["Left", n ?? 1, (n ?? 1) === 1],
            `n = ${n}`
          )
        }
      })
    )

    for (const n of [0, -1, 1.5, 12, NaN, Infinity]) {
      virtual(`${dialect}: ${n} is refused before anything but discovery is sent`, () =>
        Effect.gen(function* () {
          const fake = bosaFake(rows, busy)
          const bosa = yield* bosaOver(fake.client, { dialect })
          const error = yield* Effect.flip(bosa.execute("demo", "act", {}, { maxAttempts: n }))
          if (error._tag !== "InvalidRequest") throw new Error(error._tag)
          assert.deepStrictEqual([error.issues.map(({ path }) => path), fake.actions.length], [[["maxAttempts"]], 0])
        })
      )
    }
  }

  for (const dialect of ["bosa", "bosa-0.3"] as const) {
    for (const status of [429, 500, 501, 502, 503, 505, 520, 599]) {
      virtual(`${dialect}: ${status} is tried again, and the server's own wait is not read`, () =>
        Effect.gen(function* () {
          const busy = answer(status, { json: recovery({ retryable: false }), headers: { "retry-after": "40" } })
          const fake = bosaFake(rows, busy, ok)
          const bosa = yield* bosaOver(fake.client, { dialect })
          assert.strictEqual((yield* bosa.execute("demo", "act", {}, { maxAttempts: 2 })).status, 200)
          const [wait = 0] = gaps(fake.actions)
          assert.isTrue(wait >= 1_000 && wait < 2_000, `${wait}`)
        })
      )
    }
    for (const status of [302, 400, 401, 403, 404, 408, 409, 422, 425]) {
      virtual(`${dialect}: ${status} is not, whatever the server says`, () =>
        Effect.gen(function* () {
          const fake = bosaFake(rows, json(recovery({ retryable: true }), status), ok)
          const bosa = yield* bosaOver(fake.client, { dialect })
          yield* Effect.flip(bosa.execute("demo", "act", {}, { maxAttempts: 11 }))
          assert.strictEqual(fake.actions.length, 1)
        })
      )
    }
  }

  for (const [name, body, status, sends] of [
    ["retryable: true, 503", recovery({ retryable: true }), 503, 3],
    ["retryable: true, 400", recovery({ retryable: true }), 400, 3],
    ["retryable: true, 404", recovery({ retryable: true }), 404, 3],
    ["retryable: true, 200", recovery({ retryable: true }), 200, 1],
    ["retryable: false", recovery({ retryable: false }), 503, 1],
    ['retryable: "true"', recovery({ retryable: "true" }), 503, 1],
    ["retryable: 1", recovery({ retryable: 1 }), 503, 1],
    ["retryable outside of the error", { recovery: { retryable: true } }, 503, 1],
    ["no word of it", {}, 503, 1],
    ["429 alone", {}, 429, 1],
    ["a list", [], 503, 1]
  ] as const) {
    virtual(`gl: ${name}: ${sends} sends`, () =>
      Effect.gen(function* () {
        const fake = bosaFake(rows, json(body, status))
        const bosa = yield* bosaOver(fake.client, { dialect: "gl" })
        yield* Effect.either(bosa.execute("demo", "act", {}, { maxAttempts: 3 }))
        assert.strictEqual(fake.actions.length, sends)
      })
    )
  }

  const date = (seconds: number): string => new Date(1_700_000_000_000 + seconds * 1000).toUTCString()
  const waits: ReadonlyArray<
    readonly [name: string, seconds: unknown, header: string | undefined, from: number | undefined, below?: number]
  > = [
    ["its seconds", 3, undefined, 3_000],
    ["no wait", 0, undefined, 0],
    ["its seconds before the header", 3, "7", 3_000],
    ["64 seconds", 64, undefined, 64_000],
    ["65 seconds: gives up", 65, undefined, undefined],
    ["the header", undefined, "7", 7_000],
    ["a header of 64", undefined, "64", 64_000],
    ["a header of 65: gives up", undefined, "65", undefined],
    ["a date", undefined, date(9), 9_000],
    ["a date that is over", undefined, date(-9), 0],
    ["a date over 64 seconds away: gives up", undefined, date(65), undefined],
    ["a negative number, then the header", -1, "7", 7_000],
    ["a fraction, then the header", 1.5, "7", 7_000],
    ["text, then the header", "3", "7", 7_000],
    ["true, then our own", true, undefined, 1_000, 2_000],
    ["a header that is none, then our own", undefined, "soon", 1_000, 2_000],
    ["nothing, then our own", undefined, undefined, 1_000, 2_000]
  ]
  for (const [name, seconds, header, from, below] of waits) {
    virtual(`gl: waits as the server says: ${name}`, () =>
      Effect.gen(function* () {
        const fields = seconds === undefined ? {} : { retry_after_seconds: seconds }
        const headers = header === undefined ? {} : { "retry-after": header }
        const busy = answer(429, { json: recovery({ retryable: true, ...fields }), headers })
        const fake = bosaFake(rows, busy, ok)
        const bosa = yield* bosaOver(fake.client, { dialect: "gl" })
        const { millis, result } = yield* timed(bosa.execute("demo", "act", {}, { maxAttempts: 2 }))
        if (from === undefined) {
          assert.deepStrictEqual([result._tag, fake.actions.length, millis], ["Left", 1, 0])
        } else {
          const [wait = -1] = gaps(fake.actions)
          assert.strictEqual(result._tag, "Right")
          assert.isTrue(below === undefined ? wait === from : wait >= from && wait < below, `${wait} ms`)
        }
      })
    )
  }
})

describe("what may have happened", () => {
  const unclear: ReadonlyArray<readonly [name: string, reply: Reply]> = [
    ["200 with bad JSON", answer(200, { text: '{"a":' })],
    ["200 without a body", answer(200, { text: "" })],
    ["200 with a cut body", cut(200, "{")],
    ["a reset before the answer", lost({ code: "ECONNRESET" })],
    ["no answer in time", hang]
  ]
  for (const [name, reply] of unclear) {
    for (const dialect of dialects) {
      virtual(`${dialect}: ${name}: OutcomeUnknown after 1 send, whatever maxAttempts says`, () =>
        Effect.gen(function* () {
          for (const maxAttempts of [undefined, 1, 3, 11]) {
            const fake = bosaFake(rows, reply, ok)
            const bosa = yield* bosaOver(fake.client, { dialect })
            const error = yield* Effect.flip(bosa.execute("demo", "act", {}, { maxAttempts }))
            assert.deepStrictEqual([error._tag, fake.actions.length], ["OutcomeUnknown", 1])
          }
        })
      )

      virtual(`${dialect}: ${name}: replayUnsafe tries again, as often as maxAttempts allows`, () =>
        Effect.gen(function* () {
          const healed = bosaFake(rows, reply, ok)
          const options = { maxAttempts: 3, replayUnsafe: true }
          yield* (yield* bosaOver(healed.client, { dialect })).execute("demo", "act", {}, options)
          assert.strictEqual(healed.actions.length, 2)
          const [wait = 0] = gaps(healed.actions)
          const lostMillis = reply === hang ? 30_000 : 0
          assert.isTrue(wait >= lostMillis + 1_000 && wait < lostMillis + 2_000, `${wait}`)
          for (const [max, sends] of [
            [undefined, 1],
            [3, 3]
          ] as const) {
            const fake = bosaFake(rows, reply)
            const bosa = yield* bosaOver(fake.client, { dialect })
            const error = yield* Effect.flip(bosa.execute("demo", "act", {}, { maxAttempts: max, replayUnsafe: true }))
            assert.deepStrictEqual([error._tag, fake.actions.length], ["OutcomeUnknown", sends])
          }
        })
      )
    }
  }

  virtual("gl, replayUnsafe: statuses are tried again too, with our own waits and without the server's word", () =>
    Effect.gen(function* () {
      const busy = answer(503, { json: recovery({ retryable: false }), headers: { "retry-after": "40" } })
      const fake = bosaFake(rows, busy, ok)
      const bosa = yield* bosaOver(fake.client, { dialect: "gl" })
      yield* bosa.execute("demo", "act", {}, { maxAttempts: 2, replayUnsafe: true })
      const [wait = 0] = gaps(fake.actions)
      assert.isTrue(wait >= 1_000 && wait < 2_000, `${wait}`)
    })
  )

  virtual("a try that failed for sure after one that did not says so", () =>
    Effect.gen(function* () {
      const after = (second: Reply, replayUnsafe: boolean, first: Reply = failing) =>
        Effect.flatMap(bosaOver(bosaFake(rows, first, second).client), (bosa) =>
          Effect.flip(bosa.execute("demo", "act", {}, { maxAttempts: 2, replayUnsafe }))
        )
      const rejected = yield* after(json({}, 400), false)
      assert.deepStrictEqual([rejected._tag, field(rejected, "mayHaveHappened")], ["ApiRejected", true])
      const refused = yield* after(notSent, false)
      assert.strictEqual(refused._tag, "OutcomeUnknown")
      const conflict = yield* after(json({}, 409), true, lost({ code: "ECONNRESET" }))
      assert.deepStrictEqual([conflict._tag, field(conflict, "mayHaveHappened")], ["ApiRejected", true])
      const never = yield* after(json({}, 400), false, notSent)
      assert.deepStrictEqual([never._tag, field(never, "mayHaveHappened")], ["ApiRejected", undefined])
    })
  )
})

describe("what was not sent", () => {
  for (const dialect of dialects) {
    virtual(`${dialect}: it is tried again without a word of the caller's, and counted`, () =>
      Effect.gen(function* () {
        for (const [maxAttempts, sends] of [
          [undefined, 3],
          [1, 3],
          [2, 3],
          [5, 5]
        ] as const) {
          const fake = bosaFake(rows, notSent)
          const bosa = yield* bosaOver(fake.client, { dialect })
          const error = yield* Effect.flip(bosa.execute("demo", "act", {}, { maxAttempts }))
          assert.deepStrictEqual(
            [error._tag, fake.actions.length, field(error, "attempts")],
            ["NotSent", sends, sends],
            `${maxAttempts}`
          )
        }
        const healed = bosaFake(rows, notSent, ok)
        const { millis } = yield* timed((yield* bosaOver(healed.client, { dialect })).execute("demo", "act"))
        assert.isAtMost(millis, 100)
      })
    )
  }

  virtual("the layer's policy is for it: none", () =>
    Effect.gen(function* () {
      const fake = bosaFake(rows, notSent)
      const bosa = yield* bosaOver(fake.client, { retry: "none" })
      yield* Effect.flip(bosa.execute("demo", "act"))
      assert.strictEqual(fake.actions.length, 1)
    })
  )

  virtual("the layer's policy is for it: a schedule", () =>
    Effect.gen(function* () {
      const fake = bosaFake(rows, notSent)
      const bosa = yield* bosaOver(fake.client, { retry: Schedule.recurs(4) })
      yield* Effect.flip(bosa.execute("demo", "act"))
      assert.strictEqual(fake.actions.length, 5)
    })
  )

  virtual("a call's own policy goes before its number of attempts", () =>
    Effect.gen(function* () {
      for (const [policy, reply, sends] of [
        [Retry.none, failing, 1],
        [Retry.none, notSent, 1],
        [Schedule.recurs(4), notSent, 5],
        [Schedule.recurs(4), failing, 1]
      ] as const) {
        const fake = bosaFake(rows, reply)
        const bosa = yield* bosaOver(fake.client)
        yield* Effect.flip(bosa.execute("demo", "act", {}, { maxAttempts: 3 }).pipe(Call.withRetry(policy)))
        assert.strictEqual(fake.actions.length, sends)
      }
    })
  )
})

describe("bounds over the attempts", () => {
  virtual("a wait that would end after the deadline is not started", () =>
    Effect.gen(function* () {
      const fake = bosaFake(rows, failing)
      const bosa = yield* bosaOver(fake.client)
      const { millis, result } = yield* timed(
        bosa.execute("demo", "act", {}, { maxAttempts: 11 }).pipe(Call.withDeadline("10 seconds"))
      )
      assert.strictEqual(result._tag === "Left" && result.left._tag, "ServerFailed")
      assert.strictEqual(fake.actions.length, 4)
      assert.isBelow(millis, 10_000)
    })
  )

  virtual("an attempt that is under way at the deadline is OutcomeUnknown", () =>
    Effect.gen(function* () {
      const fake = bosaFake(rows, failing, hang)
      const bosa = yield* bosaOver(fake.client, { deadline: "5 seconds" })
      const { millis, result } = yield* timed(bosa.execute("demo", "act", {}, { maxAttempts: 11 }))
      assert.deepStrictEqual([millis, result._tag === "Left" && result.left._tag], [5_000, "OutcomeUnknown"])
    })
  )

  virtual("300 executes that all fail: no more than 100 sends beyond one each", () =>
    Effect.gen(function* () {
      const fake = bosaFake(rows, quick({}, 503))
      const bosa = yield* bosaOver(fake.swift)
      const errors = yield* Effect.forEach(
        Array.from({ length: 300 }),
        () => Effect.flip(bosa.execute("demo", "act", {}, { maxAttempts: 11 })),
        { concurrency: 50 }
      )
      assert.strictEqual(fake.actions.length, 400)
      assert.isTrue(errors.every(({ _tag }) => _tag === "ServerFailed"))
      assert.isAtLeast(errors.filter((error) => field(error, "retryBudgetExhausted") === true).length, 200)
    })
  )
})

describe("files and attempts", () => {
  const upload = { act: row({ file: { type: "string", format: "binary" }, note: optional(text) }) }

  virtual("another attempt sends the same bytes, boundary and all", () =>
    Effect.gen(function* () {
      const fake = bosaFake(upload, failing, failing, ok)
      const bosa = yield* bosaOver(fake.client)
      const file = ConnectorFile.fromText("content", { filename: "a.txt" })
      yield* bosa.execute("demo", "act", { file, note: "n" }, { maxAttempts: 3 })
      const [first, ...rest] = fake.actions
      assert.strictEqual(rest.length, 2)
      assert.match(first?.headers["content-type"] ?? "", /^multipart\/form-data; boundary=.+/)
      for (const { body, headers } of rest) assert.deepStrictEqual([body, headers], [first?.body, first?.headers])
    })
  )

  const reading: (sent: Array<string>, then: Reply) => Reply = (sent, then) => (request, one) =>
    request.body._tag === "Stream"
      ? Stream.runFold(Stream.decodeText(Stream.orDie(request.body.stream)), "", (all, piece) => all + piece).pipe(
          Effect.tap((all) => sent.push(all)),
          Effect.zipRight(then(request, one))
        )
      : then(request, one)

  const source = Stream.make("co", "ntent").pipe(Stream.encodeText)

  virtual("so does a Stream that can be read again", () =>
    Effect.gen(function* () {
      const bodies: Array<string> = []
      const fake = bosaFake(upload, reading(bodies, failing), reading(bodies, ok))
      const file = ConnectorFile.fromStream(source, { filename: "a.txt", replayable: true })
      yield* (yield* bosaOver(fake.client)).execute("demo", "act", { file }, { maxAttempts: 3 })
      assert.strictEqual(bodies.length, 2)
      assert.strictEqual(bodies[1], bodies[0])
      assert.include(bodies[0], "content")
    })
  )

  for (const [name, reply] of [
    ["503", failing],
    ["a proof that nothing was sent", notSent],
    ["401", json({}, 401)],
    ["a lost answer", lost({ code: "ECONNRESET" })]
  ] as const) {
    virtual(`a Stream that is read once is sent once: ${name}`, () =>
      Effect.gen(function* () {
        const fake = bosaFake(upload, reading([], reply))
        const file = ConnectorFile.fromStream(source, { filename: "a.txt" })
        const bosa = yield* bosaOver(fake.client)
        yield* Effect.flip(bosa.execute("demo", "act", { file }, { maxAttempts: 11, replayUnsafe: true }))
        assert.strictEqual(fake.actions.length, 1)
      })
    )
  }
})
