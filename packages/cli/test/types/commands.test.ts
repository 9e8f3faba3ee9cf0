import * as Emulator from "@effect-connectors/testing/Emulator"
import * as World from "@effect-connectors/testing/World"
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { readFile, stat, writeFile } from "node:fs/promises"
import { join } from "node:path"
import { connectors, folder } from "../support/commands.js"

const text = { type: "string" } as const
const issue = { owner: text, title: text, state: { anyOf: [text, { type: "null" }] } } as const

const hub = (properties: object, required: ReadonlyArray<string>) =>
  World.make({
    connections: [
      { slug: "crm", actions: [{ slug: "sync", inputs: [{ name: "since", type: "DATE", required: true }] }] }
    ],
    bosa: {
      clients: [{ name: "demo", apiKey: "demo-key" }],
      connectors: [
        { name: "hub", actions: [{ name: "create_issue", properties: { ...properties }, required, value: {} }] }
      ]
    }
  })

/** The environment of a command, for an emulator of this world. */
const surroundings = (of: World.World) =>
  Effect.gen(function* () {
    const { url } = yield* Emulator.make({ executors: "memory", world: of })
    const home = yield* folder
    const env = {
      HOME: home,
      CONNECTORS_CONFIG_DIR: home,
      CONNECTIONS_BASE_URL: url,
      CONNECTIONS_CREDENTIALS: "none",
      BOSA_BASE_URL: url,
      BOSA_DIALECT: "gl",
      BOSA_API_KEY: "demo-key"
    }
    return { env }
  })

describe("connectors types", () => {
  it.scopedLive("pull writes the types of the demo world, and check finds them as they are", () =>
    Effect.gen(function* () {
      const of = yield* surroundings(World.demo)
      const out = yield* folder
      const pulled = yield* connectors(["types", "pull", "--out", out], of)
      assert.strictEqual(pulled.code, 0, pulled.err)
      assert.include(pulled.out, "written\tconnectors/github.ts\n")
      assert.include(pulled.out, "written\tconnections/crm.ts\n")
      const github = yield* Effect.promise(() => readFile(join(out, "connectors/github.ts"), "utf8"))
      assert.include(github, "export type CreateIssueInput = {")

      const again = yield* connectors(["types", "pull", "--out", out, "--json"], of)
      assert.notInclude(again.out, "written")
      assert.deepStrictEqual(yield* connectors(["types", "check", "--out", out], of), { code: 0, out: "", err: "" })

      const one = yield* connectors(["types", "pull", "--out", out, "--connector", "github", "--connection", "crm"], of)
      assert.include(one.out, "removed\tconnectors/demo.ts\n")
      assert.strictEqual((yield* connectors(["types", "check", "--out", out], of)).code, 0)
      assert.strictEqual((yield* connectors(["types", "pull", "--out", out, "--connector", "none"], of)).code, 4)
    })
  )

  it.scopedLive("check ends with 10 after a field was added, removed, and made required", () =>
    Effect.gen(function* () {
      const before = yield* surroundings(hub(issue, ["owner", "title"]))
      const out = yield* folder
      assert.strictEqual((yield* connectors(["types", "pull", "--out", out], before)).code, 0)
      assert.strictEqual((yield* connectors(["types", "check", "--out", out], before)).code, 0)

      const { title: _, ...withoutTitle } = issue
      const runs = [
        [
          hub({ ...issue, due: { anyOf: [text, { type: "null" }] } }, ["owner", "title"]),
          "compatible\tconnector hub\tcreate_issue\tdue\tfield-added\t\tstring | null\n",
          "1 difference, 0 breaking"
        ],
        [
          hub(withoutTitle, ["owner"]),
          "breaking\tconnector hub\tcreate_issue\ttitle\tfield-removed\tstring\t\n",
          "1 difference, 1 breaking"
        ],
        [
          hub({ ...issue, state: text }, ["owner", "title", "state"]),
          "breaking\tconnector hub\tcreate_issue\tstate\tfield-required\t\t\n" +
            "breaking\tconnector hub\tcreate_issue\tstate\ttype-narrowed\tnull\t\n",
          "2 differences, 2 breaking"
        ]
      ] as const
      for (const [after, lines, summary] of runs) {
        const of = yield* surroundings(after)
        const ended = yield* connectors(["types", "check", "--out", out], of)
        assert.strictEqual(ended.code, 10)
        assert.strictEqual(ended.out, lines)
        assert.include(ended.err, summary)
        const asJson = yield* connectors(["types", "check", "--out", out, "--json"], of)
        assert.strictEqual(asJson.code, 10)
        for (const line of asJson.out.trimEnd().split("\n")) assert.include(line, '"action":"create_issue"')
      }
    })
  )

  it.scopedLive("what is wrong is a message and exit code 2", () =>
    Effect.gen(function* () {
      const of = yield* surroundings(hub(issue, ["owner"]))
      const out = yield* folder
      const none = yield* connectors(["types", "check", "--out", out], of)
      assert.deepStrictEqual([none.code, none.out], [2, ""])
      assert.include(none.err, "run `connectors types pull` first")

      const unset = yield* connectors(["types", "pull", "--out", out], {
        env: { HOME: out, CONNECTORS_CONFIG_DIR: out }
      })
      assert.strictEqual(unset.code, 2)
      assert.include(unset.err, "CONNECTIONS_BASE_URL or BOSA_BASE_URL is not set")

      assert.strictEqual((yield* connectors(["types", "pull", "--out", out], of)).code, 0)
      const onlyConnections = { env: { ...of.env, BOSA_BASE_URL: "", BOSA_DIALECT: "", BOSA_API_KEY: "" } }
      const half = yield* connectors(["types", "check", "--out", out], onlyConnections)
      assert.strictEqual(half.code, 2)
      assert.include(half.err, "types of BOSA")

      const module = join(out, "connectors/hub.ts")
      yield* Effect.promise(() => writeFile(module, "export const mine = 1\n"))
      const taken = yield* connectors(["types", "pull", "--out", out], of)
      assert.strictEqual(taken.code, 2)
      assert.include(taken.err, "was not generated")
      assert.strictEqual((yield* Effect.promise(() => stat(module))).size, 22)
    })
  )
})
