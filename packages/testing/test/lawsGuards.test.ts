import * as Laws from "@effect-connectors/testing/Laws"
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { guards } from "./support/lawGuards.ts"

describe("a law says what is wrong", () => {
  for (const { bug, law, layer, says, target } of guards) {
    it(`${law.name}: ${bug}`, async () => {
      const verdict = await Effect.runPromise(Laws.judge(law, layer, { target }))
      if (verdict._tag !== "LawBroken") return assert.fail(`the law is not broken: ${verdict._tag}`)
      assert.include(verdict.reason, says)
    })
  }
})
