import * as Emulator from "@effect-connectors/testing/Emulator"
import * as World from "@effect-connectors/testing/World"
import { assert, describe, it } from "@effect/vitest"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Predicate from "effect/Predicate"
import { execFileSync } from "node:child_process"
import { readFile, stat, writeFile } from "node:fs/promises"
import { join } from "node:path"
import { connectionsAt, connectors, type Ended, folder, server, type Surroundings } from "./support/commands.js"

const parsed = ({ out }: Ended): unknown => JSON.parse(out)

const lines = ({ out }: Ended): ReadonlyArray<unknown> =>
  out
    .trimEnd()
    .split("\n")
    .map((line): unknown => JSON.parse(line))

/** A field of the JSON that a command printed. */
const fieldOf = (ended: Ended, name: string): string => {
  const value = parsed(ended)
  return Predicate.hasProperty(value, name) ? String(value[name]) : assert.fail(`no ${name} in ${ended.out}`)
}

/** The demonstration with jobs that a test can wait for. */
const quick: World.World = {
  ...World.demo,
  connections: World.demo.connections.map((connection) => ({
    ...connection,
    actions: (connection.actions ?? []).map((action) =>
      action.takesMillis === undefined ? action : { ...action, takesMillis: 600 }
    )
  }))
}

describe("a journey through the commands, without a terminal", () => {
  it.scopedLive(
    "on the emulator",
    () =>
      Effect.gen(function* () {
        const { bosa, url } = yield* Emulator.make({ executors: "memory", world: quick })
        const home = yield* folder
        const base = { HOME: home, CONNECTORS_CONFIG_DIR: join(home, "config") }
        let count = 0
        /** Runs a command that ends with `code`, and whose output has no ANSI. */
        const ends = (code: number, args: ReadonlyArray<string>, surroundings: Surroundings = {}) =>
          Effect.map(connectors(args, { ...surroundings, env: { ...base, ...surroundings.env } }), (ended): Ended => {
            count += 1
            assert.strictEqual(ended.code, code, `${args.join(" ")}: ${ended.err}`)
            assert.notInclude(ended.out + ended.err, "\u001b", args.join(" "))
            return ended
          })
        const done = (args: ReadonlyArray<string>, surroundings?: Surroundings) => ends(0, args, surroundings)

        // help
        assert.include((yield* done(["--help"])).out, "EXIT CODES")
        assert.include((yield* done([])).out, "connections")
        assert.include((yield* done(["jobs"])).out, "watch")
        assert.include((yield* done(["actions", "execute", "--help"])).out, "--input text")
        for (const shell of ["bash", "zsh", "fish"]) {
          const script = (yield* done(["completions", shell])).out
          assert.include(script, "unsubscribe")
          assert.notMatch(script, /wizard|log-level/)
        }

        // without a profile, then with one
        assert.include((yield* ends(2, ["connections", "list"])).err, "CONNECTIONS_BASE_URL is not set")
        yield* done(["profile", "add", "demo", "--url", url, "--no-credentials"])
        yield* done(
          ["profile", "add", "demo", "--platform", "bosa", "--url", url, "--dialect", "gl", "--token-stdin"],
          {
            stdin: `${bosa.apiKey}\n`
          }
        )
        const profiles = join(base.CONNECTORS_CONFIG_DIR, "profiles.json")
        assert.strictEqual((yield* Effect.promise(() => stat(profiles))).mode & 0o777, 0o600)
        assert.notInclude((yield* done(["profile", "list", "--json"])).out, bosa.apiKey)
        yield* done(["profile", "add", "other", "--url", "https://other.example", "--token-stdin"], { stdin: "t" })
        yield* done(["profile", "use", "other"])
        yield* done(["profile", "use", "demo"])
        yield* done(["profile", "remove", "other"])
        assert.strictEqual((yield* done(["profile", "list"])).out, `demo\tyes\t${url}\t${url}\t5\n`)

        // connections
        assert.include((yield* done(["connections", "list"])).out, "crm\tCRM\tyes\tyes\n")
        assert.lengthOf((yield* done(["connections", "list", "--relay", "r2"])).out.trimEnd().split("\n"), 2)
        assert.include((yield* done(["connections", "show", "crm"])).out, "slug: crm\n")
        yield* done(["connections", "authorize", "old-crm"])
        yield* done(["connections", "enable", "old-crm"])
        yield* done(["connections", "disable", "old-crm"])
        yield* done(["connections", "unauthorize", "old-crm"])

        // saved actions
        assert.include((yield* done(["actions", "list"])).out, "fetch-deal")
        assert.include((yield* done(["actions", "list", "crm"])).out, "fetch-deal")
        assert.include((yield* done(["actions", "show", "crm", "sync"])).out, "slug: sync")
        assert.strictEqual((yield* done(["actions", "inputs", "crm", "fetch-deal"])).out, "id\tNUMBER\tyes\t\n")
        assert.include((yield* done(["actions", "outputs", "crm", "fetch-deal"])).out, "amount\tNUMBER")
        const deal = ["actions", "execute", "crm", "fetch-deal", "--input"]
        assert.deepInclude(parsed(yield* done([...deal, '{"id":7}'])), {
          result: { id: 7, name: "Harbour lights", stage: "won", amount: 42_000 }
        })
        const input = join(home, "input.json")
        yield* Effect.promise(() => writeFile(input, '{"id":8}'))
        assert.include((yield* done([...deal, `@${input}`])).out, "North wing")
        assert.include((yield* done([...deal, "-", "--json"], { stdin: '{"id":8}' })).out, '{"_tag":"Completed"')
        assert.include((yield* ends(2, [...deal, '{"ID":7}', "--check"])).err, '"id"')
        const large = '{"n":12345678901234567890}'
        const echo = ["actions", "execute", "crm", "echo", "--input", large]
        assert.include((yield* done(echo)).out, "12345678901234567890")
        assert.include((yield* done([...echo, "--follow"])).out, "12345678901234567890")
        assert.include((yield* ends(4, [...deal, '{"id":9}'])).err, "the deal 9 does not exist")

        // jobs
        const accepted = yield* done(["actions", "execute", "crm", "sync", "--async"])
        assert.include(accepted.err, "connectors jobs watch '{")
        const reference = accepted.out.trim()
        const stored = join(home, "job.json")
        yield* Effect.promise(() => writeFile(stored, reference))
        assert.include((yield* done(["jobs", "get", reference])).out, "state: ")
        assert.include((yield* done(["jobs", "get", "job-1", "--json"])).out, '"jobId":"job-1"')
        const watched = yield* done(["jobs", "watch", `@${stored}`])
        assert.deepStrictEqual(parsed(watched), { synced: 2 })
        assert.deepStrictEqual(parsed(yield* done(["jobs", "result", "-"], { stdin: reference })), { synced: 2 })
        const events = lines(yield* done(["actions", "execute", "crm", "echo", "--follow", "--input", "{}", "--json"]))
        assert.deepInclude(events.at(-1), { _tag: "Completed" })
        assert.include((yield* ends(6, ["actions", "execute", "crm", "fails", "--follow"])).err, "the CRM is down")
        const stuck = yield* ends(130, ["actions", "execute", "crm", "stuck", "--follow"], { interruptAt: "running" })
        assert.match(stuck.err, /^job job-\d+: submitted\njob job-\d+: running\n/)
        assert.include(stuck.err, "the job goes on. To watch it again: connectors jobs watch '{")

        // typed calls
        assert.include((yield* done(["http", "get", "web", "--input", '{"path":"/status"}'])).out, '"up": true')
        const file = (name: string, input: object) => done(["file", name, "files", "--input", JSON.stringify(input)])
        assert.include((yield* file("list", {})).out, "readme.txt")
        yield* file("upload", { path: "new.txt", content: "hello" })
        yield* file("append", { path: "new.txt", content: " there" })
        assert.include((yield* file("read", { path: "new.txt" })).out, "hello there")
        yield* file("rename", { path: "new.txt", newName: "old.txt" })
        yield* file("delete", { path: "old.txt" })
        const sql = (name: string, input: object) => done(["sql", name, "warehouse", "--input", JSON.stringify(input)])
        yield* sql("insert", { table: "orders", rows: { id: 4, region: "west", amount: 5 } })
        assert.include((yield* sql("select", { table: "orders", where: { id: 4 } })).out, "west")

        // triggers
        assert.include((yield* done(["triggers", "list", "crm"])).out, "deal-won")
        assert.include((yield* done(["triggers", "show", "crm", "deal-won"])).out, "slug: deal-won")
        const subscribe = [
          "triggers",
          "subscribe",
          "crm",
          "deal-won",
          "--url",
          "https://hook.example",
          "--service",
          "s"
        ]
        const subscribed = yield* done([...subscribe, "--json"])
        const id = fieldOf(subscribed, "id")
        assert.include((yield* done(["triggers", "unsubscribe", id])).out, "deleted: yes")

        // BOSA
        assert.include((yield* done(["bosa", "connectors"])).out, "demo\n")
        assert.include((yield* done(["bosa", "actions", "demo"])).out, "get_item\t2\tGet one item.")
        assert.include((yield* done(["bosa", "describe", "demo", "get_item"])).out, "id\tinteger\tyes")
        assert.include((yield* done(["bosa", "execute", "demo", "get_item", "--input", '{"id":3}'])).out, "Item 3")
        assert.lengthOf(lines(yield* done(["bosa", "items", "demo", "list_events"])), 12)
        assert.lengthOf(lines(yield* done(["bosa", "items", "demo", "list_items", "--page", "3"])), 5)
        assert.lengthOf(lines(yield* done(["bosa", "pages", "demo", "list_items"])), 3)
        yield* done(["bosa", "download", "demo", "download", "--to", `${home}/`])
        assert.strictEqual(
          yield* Effect.promise(() => readFile(join(home, "report.csv"), "utf8")),
          "region,amount\nnorth,10\n"
        )
        const upload = ["bosa", "upload", "demo", "upload", "--file", `file=${join(home, "report.csv")}`]
        assert.include((yield* done([...upload, "--input", '{"name":"n"}'])).out, '"filename": "report.csv"')
        assert.include((yield* ends(2, ["bosa", "users", "create", "ann"])).err, "--reveal")
        const created = yield* done(["bosa", "users", "create", "ann", "--reveal", "--json"])
        const secret = fieldOf(created, "secret")
        const token = yield* done(["bosa", "users", "authenticate", "ann", "--reveal", "--json"], { stdin: secret })
        const user = { BOSA_API_KEY: bosa.apiKey, BOSA_USER_TOKEN: fieldOf(token, "token") }
        assert.include((yield* done(["bosa", "users", "me"], { env: user })).out, "identifier: ann")
        assert.strictEqual((yield* done(["bosa", "integrations", "has", "demo"], { env: user })).out, "false\n")
        yield* ends(5, ["bosa", "integrations", "require", "demo"], { env: user })
        assert.include((yield* done(["bosa", "catalog", "tools", "--limit", "3"])).out, "demo_get_item_tool")
        assert.include((yield* done(["bosa", "search", "item", "--kind", "tools"], { env: user })).out, "tools\t")
        assert.include((yield* ends(5, ["bosa", "users", "me"])).err, "a user token is required")

        assert.isAtLeast(count, 40)
      }),
    60_000
  )
})

describe("the command that watches a job again", () => {
  it.scopedLive("is one word for a shell, whatever the id of the job", () =>
    Effect.gen(function* () {
      const asked = yield* Deferred.make<void>()
      const url = yield* server(() => Deferred.unsafeDone(asked, Effect.void))
      const ref = { v: 1, api: "connections", origin: url, jobId: "it's", operation: "o", submittedAt: 0 }
      const interruptAfter = Effect.runPromise(Deferred.await(asked))
      const args = ["jobs", "watch", JSON.stringify(ref)]
      const { code, err } = yield* connectors(args, { env: connectionsAt(url), interruptAfter })
      assert.strictEqual(code, 130)
      const [, word = ""] = /connectors jobs watch (.*)$/m.exec(err) ?? []
      const said = yield* Effect.sync(() => execFileSync("sh", ["-c", `printf %s ${word}`], { encoding: "utf8" }))
      assert.deepInclude(JSON.parse(said), ref)
    })
  )
})
