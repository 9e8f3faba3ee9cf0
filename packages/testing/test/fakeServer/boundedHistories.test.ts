import { assert, describe, it } from "@effect/vitest"
import type { ModelRequest } from "../../src/ConnectionsModel.js"
import * as Faults from "../../src/Faults.js"
import { AnswerHistory } from "../../src/internal/fakeServer/answerHistory.js"
import { BoundedList } from "../../src/internal/fakeServer/boundedList.js"
import { FaultRules } from "../../src/internal/fakeServer/faultRules.js"
import { json } from "../../src/internal/fakeServer/response.js"
import { SecretMask } from "../../src/internal/inspector/secretMask.js"
import * as World from "../../src/World.js"

const read = (path: string) => ({ method: "GET", path, query: [], headers: {} })

const request = (path: string): ModelRequest => ({
  ...read(path),
  body: "",
  bytes: new Uint8Array(),
  origin: "http://localhost"
})

describe("histories are bounded", () => {
  it("the responses before a change: by their bytes, the oldest read is forgotten", () => {
    const history = new AnswerHistory()
    const text = "x".repeat(1024 * 1024)
    for (let n = 0; n < 20; n++) for (const part of [1, 2]) history.record(read(`/${n}`), json(200, { part, text }))
    const known = Array.from({ length: 20 }, (_, n) => history.previous(read(`/${n}`), 1) !== undefined)
    assert.deepStrictEqual(
      known.map((isKnown, n) => (isKnown ? n : -1)).filter((n) => n >= 0),
      [5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19]
    )
  })

  it("faults from a seed: a path keeps its numbers while others come", () => {
    const plan = Faults.seeded(7, { unavailable: 0.5 })
    const drawn = (between: number) => {
      const rules = new FaultRules(plan)
      const take = (path: string) => rules.take(request(path), {}) !== undefined
      return Array.from({ length: 20 }, (_, n) => {
        for (let other = 0; other < between; other++) take(`/${n}/${other}`)
        return take("/job")
      })
    }
    assert.deepStrictEqual(drawn(50), drawn(0))
  })

  it("the secrets that the page hides: by their length, the oldest is forgotten", () => {
    const mask = new SecretMask(World.make({ connections: [] }))
    const secret = (n: number) => `secret-${n}-`.padEnd(60_000, "x")
    for (let n = 0; n < 30; n++) mask.learn(secret(n))
    assert.strictEqual(mask.text(`the ${secret(29)}`), "the <hidden>")
    assert.strictEqual(mask.text(`the ${secret(0)}`), `the ${secret(0)}`)
  })

  it("a list drops bodies and entries once each, oldest first", () => {
    const dropped: Array<string> = []
    const list = new BoundedList<string>(
      { logLimit: 3, logBytes: 10 },
      { body: (entry, bytes) => dropped.push(`body ${entry} ${bytes}`), entry: (entry) => dropped.push(entry) }
    )
    for (const entry of ["a", "b", "c", "d"]) list.push(entry, 4)
    assert.deepStrictEqual(list.all, ["b", "c", "d"])
    assert.deepStrictEqual(dropped, ["body a 4", "body b 4", "a"])
    list.push("e", 11)
    assert.deepStrictEqual(dropped.slice(3), ["body c 4", "body d 4", "body e 11"])
    list.push("f", 0)
    list.push("g", 10)
    assert.deepStrictEqual(list.all, ["e", "f", "g"])
    assert.deepStrictEqual(dropped.slice(6), ["b", "c", "d"])
    list.clear()
    list.push("h", 10)
    assert.deepStrictEqual([list.all, dropped.length], [["h"], 9])
  })
})
