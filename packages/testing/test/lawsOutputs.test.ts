import * as HttpClientError from "@effect/platform/HttpClientError"
import * as HttpClientRequest from "@effect/platform/HttpClientRequest"
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import { inspect } from "node:util"
import { captureOutputs, CapturedOutputs } from "../src/internal/laws/outputs.ts"
import { renderings } from "../src/internal/laws/renderings.ts"

const shows = (value: unknown): boolean => renderings(value).some((text) => text.includes("CANARY"))

const request = HttpClientRequest.setHeader(HttpClientRequest.get("http://localhost/"), "x-token", "CANARY")

class Shown {
  toString() {
    return "CANARY"
  }
}

class AsJson {
  toJSON() {
    return { deep: ["CANARY"] }
  }
}

class Inspected {
  [inspect.custom]() {
    return "CANARY"
  }
}

const loop: Record<string, unknown> = { a: 1 }
loop["self"] = loop
loop["late"] = [new Map([["k", { v: "CANARY" }]])]

describe("renderings", () => {
  const leaky: Readonly<Record<string, unknown>> = {
    text: "CANARY",
    "a message": new Error("CANARY"),
    "a cause": new Error("x", { cause: new Error("y", { cause: { token: "CANARY" } }) }),
    "a property": { a: [{ b: "CANARY" }] },
    "a key": { CANARY: 1 },
    "a symbol's property": { [Symbol("s")]: "CANARY" },
    "its toString": new Shown(),
    "its toJSON": new AsJson(),
    "its inspection": new Inspected(),
    "a map": new Map([["CANARY", 1]]),
    "a set": new Set([{ a: "CANARY" }]),
    "an object that holds itself": loop,
    bytes: new TextEncoder().encode("CANARY"),
    "a platform error": new HttpClientError.RequestError({ request, reason: "Transport", cause: "x" })
  }
  for (const [name, value] of Object.entries(leaky)) {
    it(`show a secret in ${name}`, () => assert.isTrue(shows(value)))
  }

  const hidden = Object.defineProperty({ a: 1 }, "token", { value: "CANARY", enumerable: false })
  const quiet: Readonly<Record<string, unknown>> = {
    "a redacted value": { token: Redacted.make("CANARY"), list: [Redacted.make("CANARY")] },
    "a property that is not enumerable": hidden,
    "a value whose toString throws": Object.create(null),
    nothing: [null, undefined, 0, 1n, Symbol("s"), () => 1]
  }
  for (const [name, value] of Object.entries(quiet)) {
    it(`do not show a secret in ${name}`, () => assert.isFalse(shows(value)))
  }
})

describe("captureOutputs", () => {
  const captured = <A, E>(program: Effect.Effect<A, E>) =>
    Effect.runPromise(
      captureOutputs(
        Effect.zipRight(
          Effect.exit(program),
          Effect.map(CapturedOutputs, (outputs) => (outputs ?? []).filter(({ value }) => shows(value)))
        )
      )
    )

  const sources: Readonly<Record<string, readonly [place: string, program: Effect.Effect<unknown, unknown>]>> = {
    "a line at any level": ["a log line", Effect.logTrace("CANARY")],
    "an annotation": ["a log line", Effect.annotateLogs(Effect.logInfo("x"), "token", "CANARY")],
    "a log span": ["a log line", Effect.withLogSpan(Effect.logInfo("x"), "CANARY")],
    "a logged cause": [
      "a log line",
      Effect.catchAllCause(Effect.die(new Error("CANARY")), (cause) => Effect.logError("x", cause))
    ],
    "a span's name": ["a span", Effect.withSpan(Effect.void, "CANARY")],
    "an attribute": ["a span", Effect.withSpan(Effect.void, "x", { attributes: { token: "CANARY" } })],
    "how a span ends": ["a span", Effect.withSpan(Effect.die(new Error("CANARY")), "x")],
    "a log line as a span's event": ["a span", Effect.withSpan(Effect.logInfo("CANARY"), "x")]
  }
  for (const [name, [place, program]] of Object.entries(sources)) {
    it(`captures ${name}`, async () => {
      const found = await captured(program)
      assert.include(
        found.map((output) => output.place),
        place
      )
    })
  }

  it("captures no secret from a program without one", async () => {
    assert.deepStrictEqual(await captured(Effect.withSpan(Effect.logInfo("x"), "y")), [])
  })
})
