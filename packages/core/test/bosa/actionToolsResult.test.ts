import type {
  ActionTool,
  OutputSchema,
  ToolAnnotations,
  ToolOptions,
  ToolResult,
  Truncated
} from "@effect-connectors/core/ActionTools"
import { BosaTest } from "@effect-connectors/testing/BosaTest"
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as FastCheck from "effect/FastCheck"
import { expectTypeOf } from "vitest"
import { annotationsOf } from "../../src/internal/bosa/toolAnnotations.js"
import { lost } from "../support/fakeClient.js"
import { bosaFake, bosaOver, optional, quick, quickText, row, text } from "../support/bosaKit.js"

const bytesOf = (result: unknown): number =>
  new TextEncoder().encode(
    JSON.stringify(result, (_, value: unknown) => (typeof value === "bigint" ? Number(value) : value))
  ).length

/** What the tool of an action gives for this response. */
const resultOf = Effect.fnUntraced(function* (
  body: unknown,
  options: ToolOptions,
  parameters: Parameters<typeof row>[0] = {}
) {
  const reply = typeof body === "string" ? quickText(body) : quick(body)
  const bosa = yield* bosaOver(bosaFake({ act: row(parameters) }, reply).client, { dialect: "gl" })
  const [tool = assert.fail("no tool")] = yield* bosa.tools("demo", options)
  return yield* tool.invoke({})
})

const demoTools = (options?: ToolOptions) =>
  Effect.gen(function* () {
    const test = yield* BosaTest.make()
    const bosa = yield* bosaOver(test.client, { dialect: "gl" })
    return yield* bosa.tools("demo", options)
  })

const isPrefix = (kept: unknown, of: unknown): boolean => {
  if (typeof kept === "string") return typeof of === "string" && of.startsWith(kept)
  if (Array.isArray(kept)) {
    return Array.isArray(of) && kept.length <= of.length && kept.every((element, index) => isPrefix(element, of[index]))
  }
  if (typeof kept !== "object" || kept === null || typeof of !== "object" || of === null) return Object.is(kept, of)
  const fields = Object.entries(of)
  return Object.entries(kept).every(
    ([name, value], index) => fields[index]?.[0] === name && isPrefix(value, fields[index][1])
  )
}

const at = (value: unknown, path: ReadonlyArray<string>): unknown =>
  path.reduce(
    (part: unknown, name) =>
      typeof part === "object" && part !== null ? Object.getOwnPropertyDescriptor(part, name)?.value : undefined,
    value
  )

const counted = (value: unknown): number => {
  if (typeof value === "string") return Array.from(value).length
  return typeof value === "object" && value !== null ? Object.keys(value).length : -1
}

describe("annotations of a tool", () => {
  const unsafe = { readOnlyHint: false, destructiveHint: true, idempotentHint: false, openWorldHint: true }

  it("come from the retry class", () => {
    assert.deepStrictEqual(annotationsOf("unsafe"), unsafe)
    assert.deepStrictEqual(annotationsOf("idempotent"), { ...unsafe, idempotentHint: true })
    assert.deepStrictEqual(annotationsOf("safe"), {
      readOnlyHint: true,
      destructiveHint: false,
      idempotentHint: true,
      openWorldHint: true
    })
  })

  it.effect("say of an action of unknown meaning that it may do harm", () =>
    Effect.gen(function* () {
      for (const { annotations } of yield* demoTools()) assert.deepStrictEqual(annotations, unsafe)
      expectTypeOf<ActionTool["annotations"]>().toEqualTypeOf<ToolAnnotations>()
      expectTypeOf<ActionTool["outputSchema"]>().toEqualTypeOf<OutputSchema>()
      expectTypeOf<ToolResult["truncated"]>().toEqualTypeOf<ReadonlyArray<Truncated> | undefined>()
      expectTypeOf<ReturnType<NonNullable<ToolOptions["annotations"]>>>().toEqualTypeOf<
        Partial<ToolAnnotations> | undefined
      >()
    })
  )

  it.effect("say what the caller knows of an action", () =>
    Effect.gen(function* () {
      const tools = yield* demoTools({
        annotations: ({ name }, connector) => {
          if (connector !== "demo") return { openWorldHint: false }
          if (name === "get_item") return { readOnlyHint: true }
          return name === "echo" ? { destructiveHint: false } : undefined
        }
      })
      const of = (name: string) => tools.find(({ action }) => action === name)?.annotations
      assert.deepStrictEqual(of("get_item"), annotationsOf("safe"))
      assert.deepStrictEqual(of("echo"), { ...unsafe, destructiveHint: false })
      assert.deepStrictEqual(of("list_items"), unsafe)
    })
  )

  it.effect("are refused with an unknown name or a value that is not a boolean", () =>
    Effect.gen(function* () {
      const misspelled = { readonlyHint: true }
      for (const [given, path, fix] of [
        [misspelled, ["annotations", "demo", "act", "readonlyHint"], 'the nearest is "readOnlyHint"'],
        [
          JSON.parse('{"readOnlyHint":"yes"}'),
          ["annotations", "demo", "act", "readOnlyHint"],
          "give one of them, or leave it out"
        ]
      ] as const) {
        const error = yield* Effect.flip(resultOf({}, { annotations: () => given }))
        if (error._tag !== "InvalidRequest") return assert.fail(error._tag)
        assert.deepStrictEqual(
          error.issues.map((issue) => [issue.path, issue.fix]),
          [[path, fix]]
        )
      }
    })
  )
})

describe("the output schema of a tool", () => {
  it.effect("names all that a result can have, and invents nothing of the data", () =>
    Effect.gen(function* () {
      for (const { outputSchema } of yield* demoTools()) {
        assert.strictEqual(outputSchema.type, "object")
        assert.deepStrictEqual(Object.keys(outputSchema.properties), ["data", "meta", "ignored", "truncated"])
        assert.deepStrictEqual(outputSchema.required, ["data"])
        assert.deepStrictEqual(Object.keys(Object(outputSchema.properties["data"])), ["description"])
      }
    })
  )
})

describe("the size budget of a result", () => {
  it.effect("is a whole number from 4096 up", () =>
    Effect.gen(function* () {
      for (const maxResultBytes of [0, 4095, 4096.5, NaN]) {
        const error = yield* Effect.flip(demoTools({ maxResultBytes }))
        assert.strictEqual(error._tag, "InvalidRequest")
      }
    })
  )

  it.effect("cuts an array between two elements, and says how to go on", () =>
    Effect.gen(function* () {
      const data = Array.from({ length: 1000 }, (_, id) => ({ id, name: `Item ${id}` }))
      const body = { data, meta: { next_cursor: "c2" } }
      const parameters = { per_page: optional({ type: "integer" }), response_fields: optional(text) }
      const result = yield* resultOf(
        body,
        { maxResultBytes: 4096, annotations: () => ({ readOnlyHint: true }) },
        parameters
      )
      const [mark, ...more] = result.truncated ?? []
      if (!Array.isArray(result.data) || mark === undefined) return assert.fail()
      const kept = result.data.length
      assert.deepStrictEqual(more, [])
      assert.deepStrictEqual(result.data, data.slice(0, kept))
      assert.deepStrictEqual(result.meta, body.meta)
      assert.deepStrictEqual(mark, {
        path: ["data"],
        unit: "elements",
        kept,
        of: 1000,
        next: `The elements from ${kept} on are cut; no later page has them. Ask again for less, with \`per_page\` or \`response_fields\`.`
      })
      assert.isAbove(bytesOf(result), 3900)
      assert.isAtMost(bytesOf(result), 4096)
      assert.deepStrictEqual(yield* resultOf(body, { maxResultBytes: bytesOf(body) }), body)
      assert.deepStrictEqual(yield* resultOf(body, {}), body)
      const unsure = yield* resultOf(body, { maxResultBytes: 4096 })
      assert.include(unsure.truncated?.[0]?.next, "If it changes something, it is done: do not repeat it")
    })
  )

  it.effect("cuts long texts between two characters, and keeps what is next to them", () =>
    Effect.gen(function* () {
      const data = { id: 7, body: "\u{1f600}".repeat(5000), notes: 'a"\n'.repeat(3000), last: [1, 2] }
      const result = yield* resultOf({ data }, { maxResultBytes: 4096 })
      assert.isAtMost(bytesOf(result), 4096)
      assert.deepStrictEqual(
        [at(result.data, ["id"]), at(result.data, ["last"]), Object.keys(Object(result.data))],
        [7, [1, 2], Object.keys(data)]
      )
      assert.match(String(at(result.data, ["body"])), /^\u{1f600}+$/u)
      assert.deepStrictEqual(
        result.truncated?.map(({ kept, of, path, unit }) => [path, unit, kept === counted(at(result, path)), of]),
        [
          [["data", "body"], "characters", true, 5000],
          [["data", "notes"], "characters", true, 9000]
        ]
      )
    })
  )

  it.effect("leaves a number out that is too long, and never shortens it", () =>
    Effect.gen(function* () {
      const digits = "9".repeat(4000)
      const result = yield* resultOf(`{"data":{"n":${digits},"id":7,"m":${digits}}}`, {
        maxResultBytes: 4096,
        integers: "bigint"
      })
      assert.deepStrictEqual(result.data, { n: null, id: 7, m: null })
      assert.deepStrictEqual(
        result.truncated?.map(({ kept, of, path }) => [path, kept, of]),
        [
          [["data", "n"], 0, 4000],
          [["data", "m"], 0, 4000]
        ]
      )
    })
  )

  it.effect("leaves out the content of a file that does not fit", () =>
    Effect.gen(function* () {
      const test = yield* BosaTest.make()
      const bosa = yield* bosaOver(test.client, { dialect: "gl" })
      const tool = (yield* bosa.tools("demo", { maxResultBytes: 4096 })).find(({ action }) => action === "download")
      const csv = "x".repeat(4000)
      yield* test.respondNext({ operation: "actions.execute" }, [
        { status: 200, bytes: new TextEncoder().encode(csv), headers: { "content-type": "text/csv" } }
      ])
      const result = yield* (tool ?? assert.fail()).invoke({})
      assert.deepStrictEqual(result, {
        data: { contentType: "text/csv", size: 4000 },
        truncated: [
          {
            path: ["data", "base64"],
            unit: "characters",
            kept: 0,
            of: 5336,
            next: "The content of this file is too large for a result and cannot be read with this tool."
          }
        ]
      })
    })
  )

  const withNames = (count: number) => Object.fromEntries(Array.from({ length: count }, (_, n) => [`unknown${n}`, n]))

  for (const maxResultBytes of [4096, 6000]) {
    it.effect(`${maxResultBytes}: holds for a failure too: the issues are cut, and marked`, () =>
      Effect.gen(function* () {
        const bosa = yield* bosaOver(bosaFake({ act: row({}) }, quick({})).client, { dialect: "gl" })
        const invoke = Effect.fnUntraced(function* (count: number) {
          const [tool = assert.fail("no tool")] = yield* bosa.tools("demo", { maxResultBytes, strict: true })
          const [whole = assert.fail("no tool")] = yield* bosa.tools("demo", { strict: true })
          const args = withNames(count)
          return [yield* tool.invokeSafely(args), yield* whole.invokeSafely(args)] as const
        })
        const small = yield* invoke(2)
        assert.deepStrictEqual(small[0], small[1])
        assert.notProperty(small[0], "truncated")
        const [cut, whole] = yield* invoke(1000)
        if (!("error" in cut && "error" in whole)) return assert.fail()
        assert.isAtMost(bytesOf(cut), maxResultBytes)
        assert.isAbove(bytesOf(cut), maxResultBytes * 0.8)
        // the smaller of the two is whole where it fits
        assert.strictEqual(cut.error.message, whole.error.message)
        assert.isTrue(isPrefix(cut.error.issues, whole.error.issues))
        assert.isNotEmpty(cut.error.issues)
        assert.deepInclude(cut.error, { code: "INVALID_REQUEST", retryable: false })
        assert.deepStrictEqual<unknown>(
          cut.truncated?.map(({ kept, of, path, unit }) => [path, unit, kept, of]),
          [[["error", "issues"], "elements", counted(cut.error.issues), counted(whole.error.issues)]]
        )
        for (const { kept, next, unit } of cut.truncated ?? []) {
          assert.strictEqual(next, `The ${unit} from ${kept} on are cut. Correct what is said here, then call again.`)
        }
      })
    )
  }

  it.effect("holds for an outcome that is not known", () =>
    Effect.gen(function* () {
      const baseUrl = `http://localhost/${"x".repeat(5000)}`
      const { client } = bosaFake({ act: row({}) }, lost({ sent: true }))
      const bosa = yield* bosaOver(client, { dialect: "gl", baseUrl })
      const [tool = assert.fail("no tool")] = yield* bosa.tools("demo", { maxResultBytes: 4096 })
      const value = yield* tool.invokeSafely({})
      if (!("outcome" in value)) return assert.fail(JSON.stringify(value).slice(0, 200))
      assert.isAtMost(bytesOf(value), 4096)
      const { message, truncated, ...rest } = value
      assert.strictEqual(
        rest.next,
        "It may have happened. Do not repeat it. Check first, with a tool that reads, whether it did."
      )
      assert.deepInclude(rest, { outcome: "unknown", mayHaveHappened: true, retryable: false, code: "OUTCOME_UNKNOWN" })
      assert.deepStrictEqual(
        truncated?.map(({ kept, next, path, unit }) => [path, unit, kept, next]),
        [[["message"], "characters", message.length, `The characters from ${message.length} on are cut.`]]
      )
    })
  )

  const long = FastCheck.string({ unit: "binary", minLength: 0, maxLength: 40 }).chain((part) =>
    FastCheck.integer({ min: 1, max: 60 }).map((times) => part.repeat(times))
  )
  const { json } = FastCheck.letrec((tie) => ({
    json: FastCheck.oneof(
      // deeper ones are a megabyte, and take longer to make than to cut
      { depthSize: "medium", maxDepth: 4, withCrossShrink: true },
      FastCheck.oneof(long, FastCheck.integer(), FastCheck.boolean(), FastCheck.constant(null)),
      FastCheck.array(tie("json"), { maxLength: 12 }),
      FastCheck.dictionary(FastCheck.oneof(FastCheck.string({ maxLength: 6 }), long), tie("json"), { maxKeys: 12 })
    )
  }))

  it.effect("holds for any result: what is kept is a prefix, and marked exactly where it was cut", () =>
    Effect.gen(function* () {
      // one client: discovery is read once
      let replied = quick({})
      const { client } = bosaFake({ act: row({}) }, (request, sent) => replied(request, sent))
      const bosa = yield* bosaOver(client, { dialect: "gl" })
      yield* Effect.promise(() =>
        FastCheck.assert(
          FastCheck.asyncProperty(
            json,
            json,
            FastCheck.integer({ min: 4096, max: 12_000 }),
            (data, more, maxResultBytes) =>
              Effect.gen(function* () {
                const body = { data, meta: { more } }
                const text = JSON.stringify(body)
                const whole: ToolResult = JSON.parse(text)
                replied = quickText(text)
                const [tool = assert.fail("no tool")] = yield* bosa.tools("demo", { maxResultBytes })
                const result = yield* tool.invoke({})
                assert.isAtMost(bytesOf(result), maxResultBytes)
                const { truncated = [], ...kept } = result
                if (bytesOf(whole) <= maxResultBytes) {
                  assert.deepStrictEqual(result, whole)
                  return
                }
                assert.isTrue(isPrefix(kept, whole))
                assert.isBelow(bytesOf(kept), bytesOf(whole))
                assert.isNotEmpty(truncated)
                assert.strictEqual(JSON.stringify(yield* tool.invoke({})), JSON.stringify(result))
                for (const mark of truncated) {
                  assert.isBelow(mark.kept, mark.of)
                  assert.strictEqual(counted(at(kept, mark.path)), mark.kept)
                  assert.strictEqual(counted(at(whole, mark.path)), mark.of)
                }
                // a part without a mark has all that it had
                const marked = new Set(truncated.map(({ path }) => path.join("\0")))
                const check = (part: unknown, of: unknown, path: ReadonlyArray<string>): void => {
                  if (!marked.has(path.join("\0"))) assert.strictEqual(counted(part), counted(of), path.join())
                  if (typeof part !== "object" || part === null) return
                  for (const name of Object.keys(part)) check(at(part, [name]), at(of, [name]), [...path, name])
                }
                check(kept, whole, [])
              }).pipe(Effect.runPromise)
          ),
          { numRuns: 100, seed: 15, endOnFailure: true }
        )
      )
    })
  )
})
