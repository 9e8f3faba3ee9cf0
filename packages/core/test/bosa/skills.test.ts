import { Auth } from "@effect-connectors/core/Auth"
import type { SkillRejected } from "@effect-connectors/core/BosaError"
import type { ListError } from "@effect-connectors/core/Catalog"
import type * as Skills from "@effect-connectors/core/Skills"
import { BosaTest } from "@effect-connectors/testing/BosaTest"
import { VirtualClock } from "@effect-connectors/testing/VirtualClock"
import { assert, describe, it } from "@effect/vitest"
import * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import * as Predicate from "effect/Predicate"
import * as Redacted from "effect/Redacted"
import * as Stream from "effect/Stream"
import { answer, answerStream, fakeClient, json } from "../support/fakeClient.js"
import { printed, recording } from "../support/sinks.js"
import { baseUrl, bosaOver, data, seen, token, wire } from "../support/usersKit.js"

const gl = { dialect: "gl" } as const
const id = "11111111-1111-1111-1111-111111111111"

const record = {
  id,
  client_id: "22222222-2222-2222-2222-222222222222",
  source_type: "upload_md",
  name: "My Skill",
  description: "d",
  created_at: "2026-01-01",
  updated_at: null
}
const detailed = {
  ...record,
  frontmatter: { name: "x" },
  download_url: "http://localhost:9/artifact?sig=CANARY",
  content_sha256: " ABC "
}

const detailOf = (change: Partial<Record<keyof typeof detailed, unknown>> = {}) =>
  Effect.flatMap(seen(gl, data({ ...detailed, ...change })), ({ bosa }) => bosa.skills.get(id, token))

const rejection = (error: { readonly _tag: string } | SkillRejected) =>
  error._tag === "SkillRejected" && "reason" in error ? [error.skill, error.reason, error.detail] : [error._tag]

describe("the tenant's skills", () => {
  it.effect("are listed with the user's token and never the key", () =>
    Effect.gen(function* () {
      const { bosa, fake } = yield* seen(gl, json({ items: [record], meta: { total: 1 } }))
      const page = yield* bosa.skills.list({ limit: 2, offset: 4 }, token)
      yield* bosa.skills.list()
      assert.deepStrictEqual(wire(fake), {
        method: "GET",
        path: "/api/skills?limit=2&offset=4",
        headers: { authorization: "Bearer T" },
        body: undefined
      })
      assert.deepStrictEqual([wire(fake, 1).path, wire(fake, 1).headers], ["/api/skills?limit=50&offset=0", {}])
      assert.deepStrictEqual(page, {
        items: [
          {
            id,
            clientId: record.client_id,
            sourceType: "upload_md",
            name: "My Skill",
            description: "d",
            githubUrl: undefined,
            createdAt: "2026-01-01",
            updatedAt: undefined,
            raw: record
          }
        ],
        meta: { total: 1, limit: undefined, offset: undefined },
        raw: { items: [record], meta: { total: 1 } }
      })
    })
  )

  it.effect("are all given, each part of the list when it is needed", () =>
    Effect.gen(function* () {
      const of = (count: number, offset: number) =>
        json({ items: Array.from({ length: count }, () => record), meta: { total: 60, offset } })
      const { bosa, fake } = yield* seen(gl, of(50, 0), of(10, 50))
      assert.strictEqual(yield* Stream.runCount(Stream.take(bosa.skills.all(token), 50)), 50)
      assert.strictEqual(fake.sent.length, 1)
      const again = yield* seen(gl, of(50, 0), of(10, 50))
      assert.strictEqual(yield* Stream.runCount(again.bosa.skills.all(token)), 60)
      assert.deepStrictEqual(
        again.fake.sent.map((_, index) => wire(again.fake, index)),
        ["0", "50"].map((offset) => ({
          method: "GET",
          path: `/api/skills?limit=50&offset=${offset}`,
          headers: { authorization: "Bearer T" },
          body: undefined
        }))
      )
      const stuck = yield* seen(gl, of(50, 0))
      const error = yield* Effect.flip(Stream.runDrain(stuck.bosa.skills.all(token)))
      assert.deepStrictEqual([error._tag, stuck.fake.sent.length], ["PaginationLoop", 2])
    })
  )

  it.effect("have details, whose link is redacted wherever it stands", () =>
    Effect.gen(function* () {
      const { bosa, fake } = yield* seen(gl, data({ ...detailed, github_owner: "o", github_path: "p" }))
      const detail = yield* bosa.skills.get(id, token)
      assert.deepStrictEqual(wire(fake), {
        method: "GET",
        path: `/api/skills/${id}`,
        headers: { authorization: "Bearer T" },
        body: undefined
      })
      const { downloadUrl, raw, ...rest } = detail
      assert.deepStrictEqual(rest, {
        id,
        clientId: record.client_id,
        sourceType: "upload_md",
        name: "My Skill",
        description: "d",
        githubUrl: undefined,
        createdAt: "2026-01-01",
        updatedAt: undefined,
        frontmatter: { name: "x" },
        contentSha256: " ABC ",
        githubOwner: "o",
        githubRepo: undefined,
        githubRef: undefined,
        githubPath: "p"
      })
      assert.strictEqual(downloadUrl === undefined ? "" : Redacted.value(downloadUrl), detailed.download_url)
      assert.deepStrictEqual(Object.keys(Object(raw)), Object.keys({ ...detailed, github_owner: 1, github_path: 1 }))
      assert.notInclude(`${JSON.stringify(detail)} ${String(detail.downloadUrl)}`, "CANARY")
    })
  )

  it.effect("fail as reads do, and a name that is a path is refused", () =>
    Effect.gen(function* () {
      const tags: Array<string> = []
      for (const reply of [json(record), data("x"), answer(404), answer(401, { json: { error: {} } })]) {
        const { bosa } = yield* seen(gl, reply)
        tags.push((yield* Effect.flip(bosa.skills.get(id, token)))._tag)
      }
      assert.deepStrictEqual(tags, ["UnexpectedBody", "UnexpectedBody", "NotFound", "Unauthorized"])
      const { bosa, fake } = yield* seen(gl, data(detailed))
      assert.strictEqual((yield* Effect.flip(bosa.skills.get("..")))._tag, "InvalidRequest")
      assert.strictEqual((yield* Effect.flip(bosa.skills.list({ limit: -1 })))._tag, "InvalidRequest")
      assert.deepStrictEqual(fake.sent, [])
      yield* bosa.skills.get("a/b?c", token)
      assert.strictEqual(wire(fake).path, "/api/skills/a%2Fb%3Fc")
    })
  )
})

describe("an artifact", () => {
  it.effect("is downloaded from wherever it is, with nothing of the caller's", () =>
    Effect.gen(function* () {
      const fake = fakeClient(
        answer(200, { bytes: Uint8Array.of(0, 255, 1), headers: { "content-type": "application/zip" } }),
        answer(200, { text: '{"a":1}' })
      )
      const bosa = yield* bosaOver(
        fake.client,
        { ...gl, errorContract: 2, extraHeaders: { authorization: "Bearer EXTRA" } },
        Auth.headers({ "x-api-key": Redacted.make("K"), authorization: Redacted.make("Bearer U") })
      )
      const detail = yield* detailOf()
      const artifact = yield* bosa.skills.artifact(detail)
      assert.deepStrictEqual(artifact, {
        id,
        name: "My Skill",
        sourceType: "upload_md",
        contentSha256: " ABC ",
        bytes: Uint8Array.of(0, 255, 1)
      })
      assert.deepStrictEqual(
        fake.sent.map(({ headers, method, url }) => [method, url, Object.keys(headers)]),
        [["GET", detailed.download_url, ["accept", "user-agent"]]]
      )
      // what says that it is JSON is a file here too
      const other = yield* bosa.skills.artifact(detail)
      assert.strictEqual(new TextDecoder().decode(other.bytes), '{"a":1}')
    })
  )

  it.effect("of the platform is the one that its digest is of", () =>
    Effect.gen(function* () {
      const test = yield* BosaTest.make()
      const bosa = yield* bosaOver(test.client, gl)
      const ann = Redacted.make(yield* test.token("ann"))
      const [reviewer] = yield* Stream.runCollect(bosa.skills.all(ann))
      const artifact = yield* Effect.flatMap(bosa.skills.get(reviewer?.id ?? "", ann), bosa.skills.artifact)
      const digest = yield* Effect.promise(() => crypto.subtle.digest("SHA-256", new Uint8Array(artifact.bytes)))
      assert.strictEqual(Buffer.from(digest).toString("hex"), artifact.contentSha256)
      assert.deepStrictEqual((yield* test.requests).at(-1)?.headers["authorization"], undefined)
    })
  )

  it.effect("is not fetched when its source is not known or there is no link", () =>
    Effect.gen(function* () {
      const { bosa, fake } = yield* seen(gl, answer(200))
      const refused = (change: Parameters<typeof detailOf>[0]) =>
        Effect.map(
          Effect.flatMap(detailOf(change), (detail) => Effect.flip(bosa.skills.artifact(detail))),
          rejection
        )
      assert.deepStrictEqual(yield* refused({ source_type: "tarball" }), [id, "unknown source", undefined])
      assert.deepStrictEqual(yield* refused({ source_type: null, id: 7 }), ["My Skill", "unknown source", undefined])
      assert.deepStrictEqual(yield* refused({ download_url: null }), [id, "no download url", undefined])
      assert.deepStrictEqual(yield* refused({ download_url: "" }), [id, "no download url", undefined])
      const pending = { source_type: "github", download_url: null }
      assert.deepStrictEqual(yield* refused(pending), [id, "snapshot pending", undefined])
      const error = yield* Effect.flatMap(detailOf(pending), (detail) => Effect.flip(bosa.skills.artifact(detail)))
      assert.include(error.message, "Ask an admin to refresh the skill on the server")
      assert.deepStrictEqual(fake.sent, [])
    })
  )

  it.effect("is not fetched from where the client itself may not go", () =>
    Effect.gen(function* () {
      const sends = Effect.fnUntraced(function* (base: string, link: string) {
        const fake = fakeClient(answer(200, { text: "x", headers: { "content-type": "text/plain" } }))
        const bosa = yield* bosaOver(fake.client, { ...gl, baseUrl: base, allowInsecureHttp: true })
        const detail = yield* detailOf({ download_url: link })
        const said = yield* Effect.match(bosa.skills.artifact(detail), {
          onFailure: (error) => {
            assert.notInclude(`${error.message} ${JSON.stringify(error)}`, "CANARY")
            return rejection(error)[1]
          },
          onSuccess: () => "fetched"
        })
        return [said, fake.sent.length]
      })
      const far = "https://bosa.example"
      const refused = ["no download url", 0]
      for (const link of [
        "/artifact?CANARY",
        "CANARY",
        "ftp://h/CANARY",
        "file:///CANARY",
        "data:text/plain,CANARY",
        "http://h/x?CANARY",
        "https://u:CANARY@h/x",
        "https://h/x\n?CANARY",
        "http://127.0.0.1:22/CANARY",
        "http://[::1]/CANARY"
      ]) {
        assert.deepStrictEqual(yield* sends(far, link), refused, link)
      }
      assert.deepStrictEqual(yield* sends(far, "https://cdn.example/x?a=1#b"), ["fetched", 1])
      assert.deepStrictEqual(yield* sends("http://inside:81", "http://inside:81/x"), ["fetched", 1])
      assert.deepStrictEqual(yield* sends("http://inside:81", "http://inside:82/x"), refused)
      assert.deepStrictEqual(yield* sends(baseUrl, "http://127.0.0.1:7/x"), ["fetched", 1])
    })
  )

  it.effect("that the server refuses is the usual error without the link's query", () =>
    Effect.gen(function* () {
      const detail = yield* detailOf()
      const location = "https://h/x?sig=CANARY"
      for (const [status, tag] of [
        [404, "NotFound"],
        [403, "Forbidden"],
        [302, "UnexpectedRedirect"]
      ] as const) {
        const { bosa } = yield* seen(gl, answer(status, { text: "gone", headers: { location } }))
        const { exit, recorded } = yield* recording(bosa.skills.artifact(detail))
        if (exit._tag === "Success") return assert.fail("it was fetched")
        const error = Cause.squash(exit.cause)
        if (!Predicate.hasProperty(error, "url") || !Predicate.isTagged(error, tag)) return assert.fail(String(error))
        assert.strictEqual(error.url, "http://localhost:9/artifact")
        const texts = yield* Effect.promise(() => printed(error, exit.cause))
        for (const [name, text] of Object.entries(texts)) assert.notInclude(text, "CANARY", name)
        assert.notInclude(JSON.stringify(recorded), "CANARY")
      }
    })
  )

  it.effect("may be larger than other answers, up to a bound", () =>
    Effect.gen(function* () {
      const mebibyte = new Uint8Array(1024 * 1024)
      const endless = answerStream(200, (controller) => controller.enqueue(mebibyte), { "content-type": "a/b" })
      let pulled = 0
      const many = answerStream(
        200,
        (controller) => (pulled++ < 20 ? controller.enqueue(mebibyte) : controller.close()),
        { "content-type": "a/b" }
      )
      const detail = yield* detailOf()
      const { bosa, fake } = yield* seen({ ...gl, maxBodyBytes: 1000 }, many, endless)
      assert.strictEqual((yield* bosa.skills.artifact(detail)).bytes.length, 20 * 1024 * 1024)
      const error = yield* Effect.flip(bosa.skills.artifact(detail))
      assert.deepStrictEqual(rejection(error).slice(0, 2), [id, "too large"])
      assert.strictEqual(fake.sent.length, 2)
    })
  )

  it.effect("is requested again when the response is lost, for ten times the time of other calls", () =>
    Effect.gen(function* () {
      const test = yield* BosaTest.make()
      const bosa = yield* bosaOver(test.client, gl)
      const ann = Redacted.make(yield* test.token("ann"))
      const [reviewer] = yield* Stream.runCollect(bosa.skills.all(ann))
      const detail = yield* bosa.skills.get(reviewer?.id ?? "", ann)
      yield* test.clearLog
      const slow = { _tag: "Pass", delayMillis: 59_000 } as const
      yield* test.respondNext({ operation: "skills.artifact" }, [{ _tag: "Reset" }, slow])
      assert.include(new TextDecoder().decode((yield* bosa.skills.artifact(detail)).bytes), "# Reviewer")
      assert.strictEqual((yield* test.requests).length, 2)
    }).pipe((self) => VirtualClock.run(self, { seed: "1" }))
  )
})

describe("a dialect without skills", () => {
  it.effect("refuses before anything is sent, and names the one that has them", () =>
    Effect.gen(function* () {
      const detail: Skills.SkillDetail = yield* detailOf()
      const { bosa, fake } = yield* seen({ dialect: "bosa" }, json({}))
      const { skills } = bosa
      const calls: ReadonlyArray<Effect.Effect<unknown, ListError | SkillRejected>> = [
        skills.list(),
        Stream.runDrain(skills.all()),
        skills.get(id),
        skills.artifact(detail)
      ]
      for (const call of calls) {
        const error = yield* Effect.flip(call)
        assert.strictEqual(
          error._tag === "InvalidRequest" ? error.issues[0]?.message : error._tag,
          '"bosa" has no skills'
        )
      }
      assert.deepStrictEqual(fake.sent, [])
    })
  )
})
