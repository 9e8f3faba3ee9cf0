import * as Call from "@effect-connectors/core/Call"
import type { ConnectionsApi } from "@effect-connectors/core/ConnectionsApi"
import * as JobProtocol from "@effect-connectors/core/JobProtocol"
import { assert, describe } from "@effect/vitest"
import * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import * as FastCheck from "effect/FastCheck"
import * as Schema from "effect/Schema"
import { apiOver, virtual } from "../support/api.js"
import { bosaFake, quickText } from "../support/bosaKit.js"
import { platform } from "../support/connectionsKit.js"
import { answer, json as jsonAnswer } from "../support/fakeClient.js"
import { json } from "../support/jsonTexts.js"
import { printed } from "../support/sinks.js"

const first = "1234567890123456001"
const second = "1234567890123456002"

const subscription = { targetUrl: "https://a.example/", service: "s" }

/** A client that is answered with the last text that was set. */
const scripted = Effect.gen(function* () {
  let text = "{}"
  const fake = bosaFake({}, (request, sent) => quickText(text)(request, sent))
  const api = yield* apiOver(fake.swift)
  const reply = (next: string): void => {
    text = next
  }
  return { api, reply }
})

const jobIn = (text: string, protocol?: JobProtocol.JobProtocol) =>
  Effect.gen(function* () {
    const { api } = yield* platform([answer(200, { text })], protocol === undefined ? {} : { jobs: { protocol } })
    const execution = yield* api.actions.execute("c", "a", {}, { async: true })
    return execution._tag === "Accepted" ? execution.job.jobId : execution._tag
  })

describe("a number that names something is read at its place", () => {
  virtual("the id of a subscriber, and not that of its webhook", () =>
    Effect.gen(function* () {
      const text = `{"subscriber":{"webhook_id":${first},"id":${second}}}`
      const nested = `{"subscriber":{"webhook":{"id":${first}},"id":${second},"history":[{"id":${first}}]}}`
      for (const given of [text, nested]) {
        const { api, lines } = yield* platform([answer(200, { text: given })])
        const { id } = yield* api.triggers.subscribe("c", "t", subscription)
        assert.strictEqual(id, second)
        yield* api.subscribers.remove(id ?? "")
        assert.strictEqual(lines()[1]?.line, `DELETE /api/v1/subscribers/${second}`)
      }
    })
  )

  virtual("the id of a subscriber that was removed, and not that of the webhook before it", () =>
    Effect.gen(function* () {
      const { api } = yield* platform([
        answer(200, { text: `{"webhook":{"id":${first}},"id":${second},"deleted":true}` })
      ])
      assert.strictEqual((yield* api.subscribers.remove(5)).id, second)
    })
  )

  virtual("the id of a job, and not that of its parent", () =>
    Effect.gen(function* () {
      assert.strictEqual(yield* jobIn(`{"parent":{"job_id":${first}},"job_id":${second}}`), second)
      assert.strictEqual(
        yield* jobIn(
          `{"history":[{"job_id":${first}}],"job":{"parent":{"job_id":${first}},"job_id":${second},"status":"queued"}}`
        ),
        second
      )
    })
  )

  virtual("the id of a job by the names and containers of a protocol of one's own", () =>
    Effect.gen(function* () {
      const protocol = JobProtocol.make({ jobId: ["run", "id"], containers: ["task"] })
      const text = `{"parent":{"run":${first},"id":${first}},"id":${second}}`
      assert.strictEqual(yield* jobIn(text, protocol), second)
      const inside = `{"run_of":{"id":${first}},"task":{"parent":{"id":${first}},"id":${second},"state":"running"}}`
      assert.strictEqual(yield* jobIn(inside, protocol), second)
    })
  )

  virtual("the ids of a connection's relay and template, in each element of a list", () =>
    Effect.gen(function* () {
      const element = (relay: string, template: string) =>
        `{"slug":"s","owner":{"relay_id":1},"relay_id":${relay},"template_id":${template}}`
      const list = `{"connections":[${element(first, second)},${element(second, "7")}]}`
      const byKey = `{"data":{"connections":{"a":${element(first, second)},"b":${element(second, "7")}}}}`
      for (const text of [list, byKey]) {
        const { api } = yield* platform([answer(200, { text })])
        assert.deepStrictEqual(
          (yield* api.list()).map(({ relayId, templateId }) => [relayId, templateId]),
          [
            [first, second],
            [second, 7]
          ]
        )
      }
      const { api } = yield* platform([answer(200, { text: `{"data":{"connection":${element(second, first)}}}` })])
      const { relayId, templateId } = yield* api.get("s")
      assert.deepStrictEqual([relayId, templateId], [second, first])
    })
  )

  virtual("of two fields with one name the last counts, as it does in JSON.parse", () =>
    Effect.gen(function* () {
      assert.strictEqual(yield* jobIn(`{"job_id":${first},"job_id":${second}}`), second)
    })
  )

  virtual("any two ids next to each other: each is read with its own digits", () =>
    Effect.gen(function* () {
      const { api, reply } = yield* scripted
      const ids = FastCheck.sample(FastCheck.bigInt({ min: 2n ** 53n, max: 2n ** 70n }), 200)
      for (const id of ids) {
        reply(`{"parent":{"job_id":${id - 1n}},"job_id":${id},"child":{"job_id":${id + 1n}}}`)
        const execution = yield* api.actions.execute("c", "a")
        assert.strictEqual(execution._tag === "Accepted" && execution.job.jobId, String(id))
      }
    })
  )
})

describe("a bigint in an input", () => {
  const digits = 1234567890123456789n

  const written: Readonly<
    Record<string, readonly [(api: ConnectionsApi.Service) => Effect.Effect<unknown, unknown>, string]>
  > = {
    "an action's input": [
      (api) => api.actions.execute("c", "a", { input: { id: digits, list: [digits, "1", { deep: -digits }] } }),
      `{"input":{"id":${digits},"list":[${digits},"1",{"deep":-${digits}}]}}`
    ],
    "execution options": [
      (api) => api.actions.execute("c", "a", { input: {} }, { execution: { run: digits } }),
      `{"input":{},"options":{"run":${digits}}}`
    ],
    "a body of http": [
      (api) => api.http.post("c", { path: "/x", query: { after: digits }, body: { id: digits, small: 5n } }),
      `{"path":"/x","query":{"after":${digits}},"body":{"id":${digits},"small":5}}`
    ],
    "a read": [(api) => api.sql.select("c", { where: { id: digits } }), `{"where":{"id":${digits}}}`],
    "a subscription": [
      (api) =>
        api.triggers.subscribe("c", "t", { ...subscription, userId: digits, accountId: digits, inputs: { x: digits } }),
      `{"target_url":"https://a.example/","service":"s","user_id":${digits},"account_id":${digits},"inputs":{"x":${digits}}}`
    ],
    "what toJSON gives": [
      (api) => api.http.put("c", { body: { a: { toJSON: () => digits } } }),
      `{"body":{"a":${digits}}}`
    ],
    "next to text that looks like it": [
      (api) =>
        api.http.put("c", {
          body: { a: [digits, String(digits), `\0${digits}`, '"\0', { [`\0${digits}`]: digits }] }
        }),
      `{"body":{"a":[${digits},"${digits}","\\u0000${digits}","\\"\\u0000",{"\\u0000${digits}":${digits}}]}}`
    ]
  }
  for (const [name, [call, body]] of Object.entries(written)) {
    virtual(`${name}: written with all its digits`, () =>
      Effect.gen(function* () {
        const { api, lines } = yield* platform([jsonAnswer({ created: true, subscriber: {} })])
        yield* call(api)
        assert.deepStrictEqual(
          lines().map((line) => line.body),
          [body]
        )
      })
    )
  }

  virtual("as the id of a subscriber", () =>
    Effect.gen(function* () {
      const { api, lines } = yield* platform([jsonAnswer({ deleted: true })])
      yield* api.subscribers.remove(digits)
      assert.strictEqual(lines()[0]?.line, `DELETE /api/v1/subscribers/${digits}`)
    })
  )

  virtual("an id that was rounded before is refused, and nothing is sent", () =>
    Effect.gen(function* () {
      const { api, lines } = yield* platform([jsonAnswer({})])
      const error = yield* Effect.flip(
        api.triggers.subscribe("c", "t", { ...subscription, userId: 2 ** 60, accountId: 1.5 })
      )
      assert.deepStrictEqual(error._tag === "InvalidRequest" && error.issues.map(({ path }) => path.join(".")), [
        "userId",
        "accountId"
      ])
      assert.deepStrictEqual(lines(), [])
    })
  )
})

const text = `{"result":{"id":${first},"small":9007199254740991,"over":-9007199254740993,"part":1.5,"big":1e20,"text":"${first}"}}`

const rounded: unknown = JSON.parse(text)

const exact = {
  result: { id: BigInt(first), small: 9007199254740991, over: -9007199254740993n, part: 1.5, big: 1e20, text: first }
}

const valueOf = (api: ConnectionsApi.Service, integers?: "number" | "bigint") =>
  Effect.map(api.actions.execute("c", "a", {}, { integers }), (execution) =>
    execution._tag === "Completed" ? execution.value : execution._tag
  )

describe("how whole numbers outside of +-(2^53 - 1) are read", () => {
  virtual("they are rounded unless the layer or the call says otherwise; the call goes before the layer", () =>
    Effect.gen(function* () {
      const { api } = yield* platform([answer(200, { text })])
      assert.deepStrictEqual(yield* valueOf(api), rounded)
      assert.deepStrictEqual(yield* valueOf(api, "bigint"), exact)
      assert.deepStrictEqual(yield* Call.withIntegers(valueOf(api), "bigint"), exact)
      assert.deepStrictEqual(yield* Call.withIntegers(valueOf(api, "number"), "bigint"), rounded)
      const bigints = (yield* platform([answer(200, { text })], { integers: "bigint" })).api
      assert.deepStrictEqual(yield* valueOf(bigints), exact)
      assert.deepStrictEqual(yield* valueOf(bigints).pipe(Call.withIntegers("number")), rounded)
    })
  )

  virtual("in a result that is decoded, and in a job's", () =>
    Effect.gen(function* () {
      const output = Schema.Struct({ id: Schema.BigIntFromSelf, small: Schema.Number })
      const bodies = [`{"job_id":${first},"status":"queued"}`, `{"status":"completed",${text.slice(1)}`]
      const replies = [text, ...bodies].map((body) => answer(200, { text: body }))
      const [done, accepted, ended] = replies
      assert.isDefined(done)
      const { api } = yield* platform([done ?? jsonAnswer({})], { integers: "bigint" })
      const wanted = { id: BigInt(first), small: 9007199254740991 }
      assert.deepStrictEqual(yield* api.jobs.result(api.actions.execute("c", "a", {}), { output }), wanted)
      const { api: jobs, lines } = yield* platform([accepted ?? jsonAnswer({}), ended ?? jsonAnswer({})], {
        integers: "bigint"
      })
      assert.deepStrictEqual(yield* jobs.jobs.result(jobs.actions.execute("c", "a", {}), { output }), wanted)
      assert.strictEqual(lines()[1]?.line, `GET /api/v1/jobs/${first}`)
    })
  )

  virtual("in `raw` of a record, whose ids are text in both", () =>
    Effect.gen(function* () {
      const body = `{"subscriber":{"id":${first}}}`
      for (const integers of ["number", "bigint"] as const) {
        const { api } = yield* platform([answer(200, { text: body })], { integers })
        const { id, subscriber } = yield* api.triggers.subscribe("c", "t", subscription)
        assert.strictEqual(id, first)
        assert.deepStrictEqual(subscriber, { id: integers === "bigint" ? BigInt(first) : Number(first) })
      }
    })
  )

  virtual("in the body of an error", () =>
    Effect.gen(function* () {
      const { api } = yield* platform([answer(422, { text })], { integers: "bigint" })
      const error = yield* Effect.flip(api.actions.execute("c", "a"))
      assert.deepStrictEqual(error._tag === "ApiRejected" && error.body, exact)
    })
  )

  virtual("any other choice is refused", () =>
    Effect.gen(function* () {
      const choice: { integers?: "bigint" } = {}
      Object.assign(choice, { integers: "exact" })
      const { api, lines } = yield* platform([jsonAnswer({})])
      const execution = api.actions.execute("c", "a", {}, choice)
      assert.strictEqual((yield* Effect.flip(execution))._tag, "InvalidRequest")
      const list = api.list().pipe(Call.withIntegers(choice.integers ?? "number"))
      assert.strictEqual((yield* Effect.flip(list))._tag, "InvalidRequest")
      assert.strictEqual((yield* Effect.flip(platform([jsonAnswer({})], choice)))._tag, "InvalidRequest")
      assert.deepStrictEqual(lines(), [])
    })
  )

  virtual("a list in pages by a cursor of 19 digits: every item, each once", () =>
    Effect.gen(function* () {
      // two cursors that differ in their last digit are one number to JavaScript
      const start = 1234567890123456000n
      const { api } = yield* platform([
        (request, sent) => {
          const cursor = /"cursor":(\d+)/.exec(sent.body)?.[1]
          const at = cursor === undefined ? 0 : Number(BigInt(cursor) - start)
          const next = at + 2 < 60 ? String(start + BigInt(at + 2)) : "null"
          return answer(200, { text: `{"result":{"items":[${at},${at + 1}],"next_cursor":${next}}}` })(request, sent)
        }
      ])
      const output = Schema.Struct({
        items: Schema.Array(Schema.Number),
        next_cursor: Schema.NullOr(Schema.BigIntFromSelf)
      })
      const items: Array<number> = []
      let cursor: bigint | undefined
      do {
        const input = cursor === undefined ? {} : { cursor }
        const page = yield* api.jobs.result(api.actions.execute("c", "list", { input }, { integers: "bigint" }), {
          output
        })
        items.push(...page.items)
        cursor = page.next_cursor ?? undefined
      } while (cursor !== undefined)
      assert.deepStrictEqual(
        items,
        Array.from({ length: 60 }, (_, index) => index)
      )
    })
  )

  const withoutProto = (body: string): unknown =>
    JSON.parse(body, (name, value: unknown) => (name === "__proto__" ? undefined : value))

  virtual("any body: as JSON.parse reads it unless bigints are asked for", () =>
    Effect.gen(function* () {
      const { api, reply } = yield* scripted
      for (const body of FastCheck.sample(json, 1_000)) {
        // an id at the top would make it a job
        const whole = `{"result":[${body}]}`
        reply(whole)
        const value = yield* valueOf(api)
        assert.deepStrictEqual(value, withoutProto(whole), whole)
        const bigints = yield* valueOf(api, "bigint")
        const toNumber = (_: string, part: unknown) => (typeof part === "bigint" ? Number(part) : part)
        assert.strictEqual(JSON.stringify(bigints, toNumber), JSON.stringify(value), whole)
      }
    })
  )
})

describe("a number that is none", () => {
  for (const number of ["1e400", "-1e309", "12345e1000", `1${"0".repeat(400)}`]) {
    const shown = number.slice(0, 12)
    for (const body of [`{"result":${number}}`, `{"data":[{"a":[1,${number}]}]}`, number]) {
      virtual(`${shown} in ${body.slice(0, 24)}: a read is UnexpectedBody, a write OutcomeUnknown`, () =>
        Effect.gen(function* () {
          for (const type of ["application/json", "text/plain"]) {
            const { api } = yield* platform([answer(200, { text: body, headers: { "content-type": type } })])
            const read = yield* Effect.flip(api.sql.select("c", {}))
            assert.deepStrictEqual(read._tag === "UnexpectedBody" && [read.reason, read.body], ["invalid", body])
            const list = yield* Effect.flip(api.list())
            assert.strictEqual(list._tag, "UnexpectedBody")
            const write = yield* Effect.flip(api.actions.execute("c", "a"))
            assert.deepStrictEqual(write._tag === "OutcomeUnknown" && [write.code, write.body], ["INVALID_BODY", body])
          }
        })
      )
    }
  }

  virtual("1e400 is none as a bigint too; a whole number of 400 digits is one there", () =>
    Effect.gen(function* () {
      const { api } = yield* platform([answer(200, { text: `{"result":[1e400]}` })], { integers: "bigint" })
      assert.strictEqual((yield* Effect.flip(api.sql.select("c", {})))._tag, "UnexpectedBody")
      const long = "7".repeat(400)
      const { api: whole } = yield* platform([answer(200, { text: `[${long}]` })], { integers: "bigint" })
      assert.deepStrictEqual(yield* valueOf(whole), [BigInt(long)])
      const { api: longer } = yield* platform([answer(200, { text: `[${"7".repeat(4301)}]` })], { integers: "bigint" })
      assert.strictEqual((yield* Effect.flip(valueOf(longer)))._tag, "OutcomeUnknown")
    })
  )

  virtual("in a string it is text, and the largest number is one", () =>
    Effect.gen(function* () {
      const value = { a: "1e400", b: '"1e400', c: Number.MAX_VALUE, d: 5e-324, e: "x1e400".repeat(99) }
      const { api } = yield* platform([jsonAnswer(value)])
      assert.deepStrictEqual(yield* valueOf(api), value)
    })
  )

  virtual("in the body of a refusal, that is kept as its text", () =>
    Effect.gen(function* () {
      const { api } = yield* platform([answer(422, { text: `{"a":1e400}` })])
      const error = yield* Effect.flip(api.actions.execute("c", "a"))
      assert.deepStrictEqual(error._tag === "ApiRejected" && error.body, `{"a":1e400}`)
    })
  )
})

describe("an error that holds bigints", () => {
  const bodies: Readonly<Record<string, readonly [status: number, text: string]>> = {
    refused: [422, `{"error":{"code":"E","id":${first}}}`],
    failed: [500, `{"error":{"id":${first}}}`],
    unfit: [200, `{"connections":${first}}`],
    "failed job": [200, `{"job_id":${first},"status":"failed","error":{"id":${first}}}`]
  }
  for (const [name, [status, body]] of Object.entries(bodies)) {
    virtual(`${name}: is printed in every form`, () =>
      Effect.gen(function* () {
        const { api } = yield* platform([answer(status, { text: body })], { integers: "bigint" })
        const call = name === "failed job" ? api.jobs.result(api.actions.execute("c", "a")) : api.list()
        const error = yield* Effect.flip(Effect.asVoid(call))
        const texts = yield* Effect.promise(() => printed(error, Cause.fail(error)))
        assert.isNotEmpty(texts["error.json"])
      })
    )
  }
})
