import * as Action from "@effect-connectors/core/Action"
import { Auth } from "@effect-connectors/core/Auth"
import type { BosaApi } from "@effect-connectors/core/BosaApi"
import { isConnectorFile } from "@effect-connectors/core/ConnectorFile"
import { assert, describe } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import * as Stream from "effect/Stream"
import { inspect } from "node:util"
import { virtual } from "../support/api.js"
import { bosaFake, bosaOver, ok, row, rows, text } from "../support/bosaKit.js"
import { answer, cut, fakeClient, json, type Reply } from "../support/fakeClient.js"

const token = Redacted.make("ut-5f2b8a77c1d9")
const key = Redacted.make("bk-1d9e5f2b8a77")
const both = [Redacted.value(token), Redacted.value(key)]

const over = (...replies: readonly [Reply, ...Array<Reply>]) =>
  bosaOver(bosaFake(rows, ...replies).client, { dialect: "gl" }, Auth.apiKey(key))

const isClean = (shown: unknown): void => {
  const printed = [String(shown), JSON.stringify(shown), inspect(shown, { depth: 9 })].join("\n")
  for (const secret of both) assert.notInclude(printed, secret)
  for (const character of ["\u001b", "\u202e", "\u200b"]) assert.notInclude(printed, character)
  assert.isBelow(printed.length, 20_000)
}

const csv = (name: string) => ({ "content-type": "text/csv", "content-disposition": `attachment; filename="${name}"` })

describe("texts of a BOSA server", () => {
  virtual("the name of a file has no credential of the call, and is otherwise as it came", () =>
    Effect.gen(function* () {
      const bosa = yield* over(
        answer(200, { text: "a,b", headers: csv(`${both[0]}-${both[1]}.csv`) }),
        answer(200, { text: "a,b", headers: csv(`${"r".repeat(240)}.csv`) })
      )
      const named = yield* bosa.run("demo", "act", {}, { token })
      assert.strictEqual(isConnectorFile(named.data) && named.data.filename, "[redacted]-[redacted].csv")
      const long = yield* bosa.run("demo", "act", {}, { token })
      assert.strictEqual(isConnectorFile(long.data) && long.data.filename?.length, 244)
      isClean(long.data)
    })
  )

  virtual("a download that is cut names the file without the credential, in 200 characters", () =>
    Effect.gen(function* () {
      const bosa = yield* over(cut(200, "a,b", "ECONNRESET", csv(`${both[0]}${"r".repeat(230)}.csv`)))
      const act = bosa
        .connect("demo")
        .action("act")
        .pipe((it) => it.with({ options: { token } }))
      const file = yield* Action.download(act)
      const error = yield* Effect.flip(Stream.runDrain(file.stream))
      assert.match(error.filename ?? "", /^\[redacted\]/)
      assert.isAtMost(error.filename?.length ?? 0, 200)
      isClean(error)
    })
  )

  virtual("a cursor that repeats is shown in 200 characters, without credentials", () =>
    Effect.gen(function* () {
      const bosa = yield* over(
        json({ data: [], meta: { has_next: true, forwards_cursor: `${both.join(" ")} \u001b[31m${"c".repeat(900)}` } })
      )
      const error = yield* Effect.flip(Stream.runDrain(bosa.items("demo", "list", {}, { token })))
      assert.strictEqual(error._tag, "PaginationLoop")
      if (error._tag === "PaginationLoop") assert.match(error.cursor ?? "", /^\[redacted\] \[redacted\] .*\.\.\.$/)
      isClean(error)
    })
  )

  virtual("the link of IntegrationRequired is whole or absent", () =>
    Effect.gen(function* () {
      const required = (url: string) =>
        Effect.flatMap(
          bosaOver(
            fakeClient(json({ data: { has_integration: false } }), json({ data: { url } })).client,
            { dialect: "gl" },
            Auth.apiKey(key)
          ),
          (bosa) => Effect.flip(bosa.integrations.require("demo", token, "https://app.example/back"))
        )
      const long = `https://login.example/authorize?scope=${"a".repeat(2_000)}`
      const whole = yield* required(long)
      assert.strictEqual(whole._tag === "IntegrationRequired" && whole.url, long)
      for (const url of [
        `https://login.example/?t=${both[0]}`,
        "https://login.example/\u001b[31m",
        "x".repeat(5_000)
      ]) {
        const error = yield* required(url)
        assert.deepStrictEqual(error._tag === "IntegrationRequired" && error.url, undefined)
        assert.include(error.message, "`integrations.initiate`")
        isClean(error)
      }
    })
  )

  virtual("a skill is named in 200 characters that show", () =>
    Effect.gen(function* () {
      const bosa: BosaApi.Service = yield* over(ok)
      const skill = { id: undefined, name: `a\u202eb\n${"n".repeat(50_000)}`, sourceType: "elsewhere" }
      const error = yield* Effect.flip(
        bosa.skills.artifact({ ...skill, downloadUrl: undefined, contentSha256: undefined })
      )
      isClean(error)
      assert.match(error.message, /^Skill "a\\u\{202e\}b\\u\{a\}n+\.\.\." was refused/)
    })
  )

  virtual("names and rules that discovery gives do not fill or break the message of a refused input", () =>
    Effect.gen(function* () {
      const hostile = { [`p\u001b[31m${"q".repeat(50_000)}`]: text, ok: { ...text, enum: ["e\u202e".repeat(50_000)] } }
      const bosa = yield* bosaOver(bosaFake({ act: row(hostile) }, ok).client, {}, Auth.apiKey(key))
      const error = yield* Effect.flip(bosa.execute("demo", "act", { ok: "no" }, { strict: true }))
      assert.strictEqual(error._tag, "InvalidRequest")
      isClean(error)
    })
  )
})
