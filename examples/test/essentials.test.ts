import { Auth, ConnectionsApi } from "@effect-connectors/core"
import type { Execution } from "@effect-connectors/core/Job"
import { Answer, ConnectionsTest, Faults, VirtualClock, World } from "@effect-connectors/testing"
import { assert, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { readdirSync, readFileSync } from "node:fs"
import { describe } from "vitest"

const root = new URL("../../", import.meta.url)
const read = (path: string) => readFileSync(new URL(path, root), "utf8")

const pages = {
  core: "docs/essentials.md",
  node: "docs/essentials/node.md",
  testing: "docs/essentials/testing.md",
  durable: "docs/essentials/durable.md"
}

/** The tags of the errors that a package exports. */
const tagsOf = (name: string) =>
  readdirSync(new URL(`packages/${name}/src/`, root))
    .filter((path) => path.endsWith(".ts"))
    .flatMap((path) => [
      ...read(`packages/${name}/src/${path}`).matchAll(/^export class (\w+) extends (?:Schema|Data)\.TaggedError/gm)
    ])
    .map(([, tag]) => tag)

describe("essentials: the table of tags", () => {
  for (const [name, page] of Object.entries(pages)) {
    it(`${page} has each tag of ${name} once, and no other`, () => {
      const [, table = ""] = read(page).split("\n## Tags\n")
      const [rows = ""] = table.split("\n## ")
      const listed = [...rows.matchAll(/^\| `(\w+)` /gm)].map(([, tag]) => tag)
      assert.isNotEmpty(listed)
      assert.sameMembers(listed, tagsOf(name))
    })
  }
})

describe("essentials: the common mistakes", () => {
  const page = read("docs/essentials.md")
  const [, mistakes = ""] = page.split("\n## Three common mistakes\n")
  const shown = [...mistakes.matchAll(/^```text\n([^]*?)\n```$/gm)].map(([, text = ""]) => text)
  const [wrongPlace = "-", notResult, lost = "-"] = shown
  const platform = (faults: Faults.Plan = Faults.none) =>
    ConnectionsApi.layer({ baseUrl: "http://localhost" }).pipe(
      Layer.provide(Auth.none),
      Layer.provideMerge(
        ConnectionsTest.layer(World.make(World.connection("crm").action("echo", Answer.echo)), { faults })
      )
    )

  it.effect("an input that is not in `input` has the message that is shown", () =>
    Effect.gen(function* () {
      const { actions } = yield* ConnectionsApi
      const body: object = { orderId: 7 }
      const error = yield* Effect.flip(actions.execute("crm", "echo", body))
      assert.strictEqual(error._tag, "InvalidRequest")
      assert.include(error.message, wrongPlace)
    }).pipe(Effect.provide(platform()), VirtualClock.provide)
  )

  it("the value of an execute is not its result", () => {
    // @ts-expect-error Property 'value' does not exist on type 'Accepted'.
    const valueOf = (execution: Execution) => execution.value
    assert.isFunction(valueOf)
    assert.strictEqual(notResult, "Property 'value' does not exist on type 'Accepted'.")
  })

  it.effect("a change whose response is lost has the message that is shown, and is not repeated", () =>
    Effect.gen(function* () {
      const { actions } = yield* ConnectionsApi
      const error = yield* Effect.flip(actions.execute("crm", "echo", { input: { id: 7 } }))
      assert.strictEqual(error._tag, "OutcomeUnknown")
      assert.include(error.message, lost)
      assert.strictEqual(yield* (yield* ConnectionsTest).executions("crm", "echo"), 1)
    }).pipe(Effect.provide(platform(Faults.next(Faults.lostAnswer))), VirtualClock.provide)
  )
})

describe("essentials of the command line", () => {
  it("names only commands that there are", () => {
    const commands = read("docs/cli.md")
      .split("\n")
      .flatMap((line) => /^#+ (?:`connectors )?([a-z]+(?: [a-z]+)?)/.exec(line)?.[1] ?? [])
    const named = [...read("docs/essentials/cli.md").matchAll(/connectors ([a-z]+(?: [a-z]+)?)[ `]/g)]
    assert.isAbove(named.length, 9)
    assert.deepStrictEqual(
      named.map(([, command = ""]) => command).filter((command) => !commands.includes(command)),
      []
    )
  })
})
