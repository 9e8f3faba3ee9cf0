import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { readFileSync } from "node:fs"
import { root } from "../src/internal/commands/table.js"
import * as Parsing from "../src/internal/parsing.js"
import { checkOptions, routeOf } from "../src/internal/route.js"

const page = readFileSync(new URL("../../../docs/cli.md", import.meta.url), "utf8")

/** The command lines that the page shows for a shell, as words. */
const shown = [...page.matchAll(/```(?:sh|text)\n(.*?)```/gs)]
  .flatMap(([, block = ""]) => block.split("\n"))
  .concat([...page.matchAll(/`(connectors [^`\n]+ [^`\n]+)`/g)].map(([, line = ""]) => line))
  .map((line) => /^(?:\$ |npx )?connectors (.*)$/.exec(line)?.[1])
  .filter((line) => line !== undefined && !/[<[]\w+>/.test(line))
  .map((line = "") =>
    [...line.replace(/ +[|<>#].*$/, "").matchAll(/'([^']*)'|"([^"]*)"|(\S+)/g)].map(
      ([, single, double, bare]) => single ?? double ?? bare ?? ""
    )
  )

describe("the guide of the command line", () => {
  it("shows command lines", () => assert.isAtLeast(shown.length, 15))

  for (const words of shown) {
    it.scoped(`connectors ${words.join(" ")}: is a command line`, () =>
      Effect.gen(function* () {
        const route = yield* routeOf(root, words)
        if (!("args" in route) || words.includes("--help")) return
        yield* checkOptions(route.command, route.args)
        yield* Effect.asVoid(route.command.parse(route.args))
      }).pipe(Effect.provide(Parsing.layer))
    )
  }
})
