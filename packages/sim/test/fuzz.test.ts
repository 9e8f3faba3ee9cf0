import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { emptyTally, fuzzBodies, isPolluted, operations, faultedOperation } from "../src/fuzz/bodies.js"
import { polluted } from "../src/fuzz/mutate.js"
import { fuzzHeaders, injectedBy, places } from "../src/fuzz/headers.js"
import { lawsHeld } from "../src/fuzz/laws.js"
import { escapeOf, fuzzNames } from "../src/fuzz/names.js"
import { operation, readTags } from "../src/fuzz/operation.js"

const planted = (run: () => Effect.Effect<unknown, unknown>) => ({
  ...operation({ name: "planted", tags: readTags, run: () => Effect.void, good: [{ a: 1 }] }),
  run
})

const kindsOf = async (run: () => Effect.Effect<unknown, unknown>) => {
  const { findings } = await fuzzBodies(1, 1, [planted(run)])
  return findings.map(({ kind }) => kind)
}

describe("mutated responses", () => {
  it("end every operation in a value or an error of its type", async () => {
    const tally = await fuzzBodies(1, 1_000)
    assert.deepStrictEqual(tally.findings, [])
    assert.strictEqual(tally.bodies, 1_000)
    assert.isAtLeast(tally.operations.size, operations.length - 2)
    assert.isAtLeast(Object.keys(tally.errors).length, 12)
    assert.isAtLeast(tally.values, 100)
  })

  it("are the same for the same seed, and so are their ends", async () => {
    assert.deepStrictEqual(faultedOperation(7, operations), faultedOperation(7, operations))
    assert.notDeepEqual(faultedOperation(7, operations)?.response.body, faultedOperation(8, operations)?.response.body)
    assert.deepStrictEqual(await fuzzBodies(500, 100), await fuzzBodies(500, 100))
  })

  it("a planted defect, hang, pollution or foreign error is found", async () => {
    assert.deepStrictEqual(await kindsOf(() => Effect.die(new Error("planted"))), ["defect"])
    assert.deepStrictEqual(
      await kindsOf(() => {
        throw new Error("planted")
      }),
      ["defect"]
    )
    assert.deepStrictEqual(await kindsOf(() => Effect.never), ["hang"])
    assert.deepStrictEqual(await kindsOf(() => Effect.forever(Effect.sleep("1 second"))), ["hang"])
    assert.deepStrictEqual(await kindsOf(() => Effect.fail({ _tag: "OutcomeUnknown" })), ["foreign error"])
    assert.deepStrictEqual(await kindsOf(() => Effect.fail("text")), ["foreign error"])
    const value: unknown = Object.create({ [polluted]: 1 })
    assert.deepStrictEqual(await kindsOf(() => Effect.succeed({ a: [value] })), ["pollution"])
    assert.deepStrictEqual(await kindsOf(() => Effect.succeed(1)), [])
    assert.isFalse(isPolluted(JSON.parse(`{"__proto__":{"${polluted}":1}}`)))
    assert.deepStrictEqual(emptyTally().findings, [])
  })
})

describe("hostile names", () => {
  it("never leave the path that they belong to", async () => {
    const names = await fuzzNames(1, 1_000)
    assert.deepStrictEqual(names.findings, [])
    assert.isAtLeast(names.sent, 300)
    assert.isAtLeast(names.refused, 200)
  })

  it("an escape would be found", () => {
    const at = (path: string) => escapeOf(`http://localhost:8081/below/here${path}`, ["jobs", "a"])
    assert.isUndefined(at("/jobs/a"))
    for (const path of [
      "/jobs/..",
      "/jobs/%2e%2e",
      "/jobs/a/b",
      "/jobs/a#x",
      "/../jobs/a",
      "/jobs/b",
      "/jobs\\a",
      " "
    ]) {
      assert.isDefined(at(path), path)
    }
    for (const url of [
      "http://elsewhere.example/below/here/jobs/a",
      "http://u@localhost:8081/below/here/jobs/a",
      "x"
    ]) {
      assert.isDefined(escapeOf(url, undefined), url)
    }
    assert.isDefined(escapeOf("http://localhost:8081/below/here/a/%2e%2e%2fb", undefined))
  })
})

describe("hostile header values", () => {
  it("are refused, or arrive once and as they were given", async () => {
    const headers = await fuzzHeaders(1, 200)
    assert.deepStrictEqual(headers.findings, [])
    assert.isAtLeast(headers.sent, 40)
    assert.strictEqual(headers.places.size, places.length)
    assert.isAtLeast(headers.refused, 40)
  })

  it("an injected header or request would be found", () => {
    const given = { url: "", name: "x-own", value: "v" }
    const expected = ["x-own", ["v"]] as const
    const arrived = (target: string, ...headers: ReadonlyArray<readonly [string, string]>) =>
      injectedBy(expected, [{ target, headers }])
    assert.isUndefined(arrived("/a", ["host", "h"], ["x-own", given.value]))
    assert.isDefined(arrived("/a", ["x-own", "v"], ["x-injected", "1"]))
    assert.isDefined(arrived("/injected", ["x-own", "v"]))
    assert.isDefined(arrived("/a", ["x-own", "v"], ["x-own", "v"]))
    assert.isDefined(arrived("/a", ["x-own", "v "]))
    assert.isDefined(arrived("/a", ["host", "h"]))
  })
})

describe("laws", () => {
  it("hold for any value", async () => {
    assert.deepStrictEqual(await lawsHeld(1, 50), { count: 3, findings: [] })
  })
})
