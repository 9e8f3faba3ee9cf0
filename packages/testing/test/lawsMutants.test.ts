import * as Laws from "@effect-connectors/testing/Laws"
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { mutants } from "./support/mutants.ts"

describe("Laws: a planted bug breaks its law", () => {
  for (const { breaks, bug, laws, layer, reason } of mutants) {
    it(bug, async () => {
      const { broken } = await Effect.runPromise(Laws.checkOnly(laws, layer))
      assert.deepStrictEqual(broken.map(({ law }) => law).sort(), [...breaks].sort(), broken.join("\n"))
      assert.include(broken.find(({ law }) => law === breaks[0])?.reason, reason)
    })
  }

  it("every law has a planted bug", () => {
    const covered = new Set(mutants.map(({ breaks: [own] }) => own))
    assert.deepStrictEqual(
      Laws.all.map(({ name }) => name).filter((name) => !covered.has(name)),
      []
    )
  })
})
