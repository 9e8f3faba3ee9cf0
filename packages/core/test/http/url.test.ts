import { assert, describe, it } from "@effect/vitest"
import { baseUrl, isLoopback } from "../../src/internal/http/url.js"

const local = ["localhost", "127.0.0.1", "127.1.2.3", "[::1]"]
const remote = [
  "128.0.0.1",
  "128.127.0.1",
  "126.0.0.1",
  "27.0.0.1",
  "10.0.0.1",
  "127.evil.example",
  "localhost.evil.example"
]

describe("isLoopback", () => {
  for (const host of local) it(`${host} is this machine`, () => assert.isTrue(isLoopback(host)))
  for (const host of remote) it(`${host} is another machine`, () => assert.isFalse(isLoopback(host)))
})

describe("baseUrl", () => {
  for (const host of local) {
    it(`takes plain http to ${host}`, () =>
      assert.strictEqual(baseUrl(`http://${host}:81`, false, undefined)._tag, "Success"))
  }
  for (const host of remote) {
    it(`refuses plain http to ${host}, and takes it when that is allowed`, () => {
      assert.strictEqual(baseUrl(`http://${host}`, false, undefined)._tag, "Failure")
      assert.strictEqual(baseUrl(`http://${host}`, true, undefined)._tag, "Success")
    })
  }
})
