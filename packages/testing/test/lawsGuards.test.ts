import * as Laws from "@effect-connectors/testing/Laws"
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { guards } from "./support/lawGuards.ts"

describe("Laws: the reason of a broken law", () => {
  for (const { bug, law, layer, reason, target } of guards) {
    it(`${law.name}: ${bug}`, async () => {
      const result = await Effect.runPromise(Laws.checkOne(law, layer, { target }))
      if (result._tag !== "LawBroken") return assert.fail(`the law is not broken: ${result._tag}`)
      assert.include(result.reason, reason)
    })
  }
})
