import * as Laws from "@effect-connectors/testing/Laws"
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { mutants } from "./support/mutants.ts"

describe("a planted bug is found by the law that is meant", () => {
  for (const { breaks, bug, laws, layer, says } of mutants) {
    it(bug, async () => {
      const { broken } = await Effect.runPromise(Laws.checkOnly(laws, layer))
      assert.deepStrictEqual(broken.map(({ law }) => law).sort(), [...breaks].sort(), broken.join("\n"))
      assert.include(broken.find(({ law }) => law === breaks[0])?.reason, says)
    })
  }

  it("every law is meant by one of them", () => {
    const meant = new Set(mutants.map(({ breaks: [meant] }) => meant))
    assert.deepStrictEqual(
      Laws.all.map(({ name }) => name).filter((name) => !meant.has(name)),
      []
    )
  })
})
