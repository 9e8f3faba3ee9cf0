import { assert, describe, it } from "@effect/vitest"
import { readFileSync } from "node:fs"
import { mutants } from "../src/simulator/mutants.js"

const built = new URL("../node_modules/@effect-connectors/core/dist/", import.meta.url)

describe("planted bugs", () => {
  for (const { edits, name } of mutants) {
    it(`are found as text in the built library: ${name}`, () => {
      for (const { file, find } of edits) {
        const text = readFileSync(new URL(file, built), "utf8")
        assert.lengthOf(text.split(find), 2, `${JSON.stringify(find)} in ${file}`)
      }
    })
  }
})
