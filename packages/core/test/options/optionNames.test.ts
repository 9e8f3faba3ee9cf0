import * as Action from "@effect-connectors/core/Action"
import * as ActionSchema from "@effect-connectors/core/ActionSchema"
import { Auth } from "@effect-connectors/core/Auth"
import * as Call from "@effect-connectors/core/Call"
import type { BosaApi } from "@effect-connectors/core/BosaApi"
import type { ConnectionsApi } from "@effect-connectors/core/ConnectionsApi"
import * as ConnectorFile from "@effect-connectors/core/ConnectorFile"
import type { InvalidRequest } from "@effect-connectors/core/InvalidRequest"
import { Completed } from "@effect-connectors/core/Job"
import * as JobProtocol from "@effect-connectors/core/JobProtocol"
import { Ledger } from "@effect-connectors/core/Ledger"
import * as OptionNames from "@effect-connectors/core/OptionNames"
import * as UserAuth from "@effect-connectors/core/UserAuth"
import * as HttpClient from "@effect/platform/HttpClient"
import * as KeyValueStore from "@effect/platform/KeyValueStore"
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import * as Stream from "effect/Stream"
import { apiOver, baseUrl, virtual } from "../support/api.js"
import { bosaFake, bosaOver, rows } from "../support/bosaKit.js"
import { fakeClient, type Fake, json } from "../support/fakeClient.js"

/** Options as JavaScript gives them, past the compiler. */
const wrong = <A>(options: unknown): A => JSON.parse(JSON.stringify(options))

const secret = Redacted.make("s")
const done = Effect.succeed(Completed(1))

interface Case {
  /** Where it stands. */
  readonly path: string
  /** The nearest name. */
  readonly nearest: string
  readonly run: (fake: Fake) => Effect.Effect<unknown, unknown, never>
}

const api = (fake: Fake, options: unknown = {}) => apiOver(fake.client, wrong<object>(options))
const bosa = (options: unknown) => (fake: Fake) => bosaOver(fake.client, wrong<object>(options))

const withApi = (use: (api: ConnectionsApi.Service) => Effect.Effect<unknown, unknown>) => (fake: Fake) =>
  Effect.scoped(Effect.flatMap(api(fake), use))

const withBosa = (use: (api: BosaApi.Service) => Effect.Effect<unknown, unknown>) => () =>
  Effect.flatMap(bosaOver(bosaFake(rows, json({ data: [] })).client), use)

const layerOf = (layer: Layer.Layer<Auth, unknown, HttpClient.HttpClient>) => (fake: Fake) =>
  Effect.scoped(Layer.build(Layer.provide(layer, Layer.succeed(HttpClient.HttpClient, fake.client))))

const drained = <A, E>(stream: Stream.Stream<A, E>): Effect.Effect<void, E> => Stream.runDrain(stream)

const job = {
  v: 1,
  api: "connections",
  origin: "http://localhost:8081",
  jobId: "j",
  operation: "x",
  submittedAt: 0
} as const

/** Every options object of the library, with one name misspelled. */
const cases: Readonly<Record<string, Case>> = {
  "ConnectionsApi.make": {
    path: "atemptTimeout",
    nearest: "attemptTimeout",
    run: (fake) => Effect.scoped(api(fake, { atemptTimeout: 5 }))
  },
  "ConnectionsApi.make, jobs": {
    path: "jobs.concurency",
    nearest: "concurrency",
    run: (fake) => Effect.scoped(api(fake, { jobs: { concurency: 5 } }))
  },
  "ConnectionsApi.make, the budget of jobs": {
    path: "jobs.budget.request",
    nearest: "requests",
    run: (fake) => Effect.scoped(api(fake, { jobs: { budget: { request: 5, perMillis: 1 } } }))
  },
  "ConnectionsApi.make, the protocol of jobs": {
    path: "jobs.protocol.states",
    nearest: "state",
    run: (fake) =>
      Effect.scoped(apiOver(fake.client, { jobs: { protocol: JobProtocol.make(wrong({ states: ["s"] })) } }))
  },
  "ConnectionsApi.make, the idempotency key": {
    path: "idempotencyKey.heder",
    nearest: "header",
    run: (fake) => {
      const key: object = { header: "idempotency-key", make: Effect.succeed("k"), heder: "x" }
      return Effect.scoped(apiOver(fake.client, { idempotencyKey: { header: "k", make: Effect.succeed("k"), ...key } }))
    }
  },
  "BosaApi.make": { path: "dialct", nearest: "dialect", run: bosa({ dialct: "gl" }) },
  "BosaApi.make, createClient": {
    path: "createClient.headr",
    nearest: "header",
    run: bosa({ createClient: { path: "/c", headr: "x" } })
  },
  "actions.execute": {
    path: "asnyc",
    nearest: "async",
    run: withApi(({ actions }) => actions.execute("c", "a", {}, wrong({ asnyc: true })))
  },
  "sql.select": {
    path: "timeoutMS",
    nearest: "timeoutMs",
    run: withApi(({ sql }) => sql.select("c", {}, wrong({ timeoutMS: 5 })))
  },
  list: { path: "relay_id", nearest: "relayId", run: withApi(({ list }) => list(wrong({ relay_id: "r" }))) },
  "triggers.list": {
    path: "acountSlug",
    nearest: "accountSlug",
    run: withApi(({ triggers }) => triggers.list("c", wrong({ acountSlug: "a" })))
  },
  "triggers.get": {
    path: "account_slug",
    nearest: "accountSlug",
    run: withApi(({ triggers }) => triggers.get("c", "t", wrong({ account_slug: "a" })))
  },
  "triggers.subscribe": {
    path: "target_url",
    nearest: "targetUrl",
    run: withApi(({ triggers }) =>
      triggers.subscribe("c", "t", wrong({ target_url: "https://a", targetUrl: "https://a", service: "s" }))
    )
  },
  "jobs.watch": {
    path: "deadlin",
    nearest: "deadline",
    run: withApi(({ jobs }) => drained(jobs.watch(job, wrong<object>({ deadlin: 5 }))))
  },
  "jobs.follow": {
    path: "onSubmited",
    nearest: "onSubmitted",
    run: withApi(({ jobs }) => drained(jobs.follow(done, wrong<object>({ onSubmited: 5 }))))
  },
  "jobs.result": {
    path: "ouput",
    nearest: "output",
    run: withApi(({ jobs }) => jobs.result(done, wrong<object>({ ouput: 5 })))
  },
  "jobs.results": {
    path: "concurency",
    nearest: "concurrency",
    run: withApi(({ jobs }) => drained(jobs.results(Stream.make(done), wrong<object>({ concurency: 5 }))))
  },
  "settings of a call": {
    path: "atemptTimeout",
    nearest: "attemptTimeout",
    run: withApi(({ get }) => Effect.provideService(get("c"), Call.Settings, wrong({ atemptTimeout: 5 })))
  },
  "bosa.execute": {
    path: "maxAttempt",
    nearest: "maxAttempts",
    run: withBosa(({ execute }) => execute("demo", "act", {}, wrong({ maxAttempt: 5 })))
  },
  "bosa.run": {
    path: "outputs",
    nearest: "output",
    run: withBosa(({ run }) => run("demo", "act", {}, wrong<object>({ outputs: 5 })))
  },
  "bosa.pages": {
    path: "maxPage",
    nearest: "maxPages",
    run: withBosa(({ pages }) => drained(pages("demo", "list", {}, wrong<object>({ maxPage: 5 }))))
  },
  "a position of pages": {
    path: "from.curser",
    nearest: "cursor",
    run: withBosa(({ connect }) =>
      connect("demo")
        .action("list")
        .pipe(Action.from(wrong({ curser: "c" })), Action.run)
    )
  },
  "bosa.tools": {
    path: "maxFileByte",
    nearest: "maxFileBytes",
    run: withBosa(({ tools }) => tools("demo", wrong({ maxFileByte: 5 })))
  },
  "a tool's call": {
    path: "identifer",
    nearest: "identifier",
    run: withBosa(({ tools }) =>
      Effect.flatMap(tools("demo"), ([tool]) => tool?.invoke({}, wrong({ identifer: "x" })) ?? Effect.void)
    )
  },
  "integrations.initiate": {
    path: "replaceDuplicates",
    nearest: "replaceDuplicate",
    run: withBosa(({ integrations }) =>
      integrations.initiate("demo", secret, "https://a.example/", wrong({ replaceDuplicates: true }))
    )
  },
  "integrations.untilLinked": {
    path: "shedule",
    nearest: "schedule",
    run: withBosa(({ integrations }) => drained(integrations.untilLinked("demo", secret, wrong({ shedule: 5 }))))
  },
  "catalog.tools": {
    path: "conector",
    nearest: "connector",
    run: () =>
      Effect.flatMap(bosaOver(fakeClient(json({})).client, { dialect: "gl" }), ({ catalog }) =>
        catalog.tools(wrong({ conector: "x" }))
      )
  },
  "catalog.search": {
    path: "knds",
    nearest: "kinds",
    run: () =>
      Effect.flatMap(bosaOver(fakeClient(json({})).client, { dialect: "gl" }), ({ catalog }) =>
        catalog.search("x", wrong({ knds: ["tools"] }))
      )
  },
  "catalog.allMcps": {
    path: "categry",
    nearest: "category",
    run: () =>
      Effect.flatMap(bosaOver(fakeClient(json({})).client, { dialect: "gl" }), ({ catalog }) =>
        drained(catalog.allMcps(wrong({ categry: "x" })))
      )
  },
  "catalog.skills": {
    path: "sorce",
    nearest: "source",
    run: () =>
      Effect.flatMap(bosaOver(fakeClient(json({})).client, { dialect: "gl" }), ({ catalog }) =>
        catalog.skills(wrong({ sorce: "x" }))
      )
  },
  "skills.list": {
    path: "ofset",
    nearest: "offset",
    run: () =>
      Effect.flatMap(bosaOver(fakeClient(json({})).client, { dialect: "gl" }), ({ skills }) =>
        skills.list(wrong({ ofset: 5 }), secret)
      )
  },
  "UserAuth.layer": {
    path: "renewBfore",
    nearest: "renewBefore",
    run: layerOf(
      UserAuth.layer({ apiKey: secret, identifier: "a", secret, baseUrl, ...wrong<object>({ renewBfore: 5 }) })
    )
  },
  "Auth.session": {
    path: "Auth.csrf_token",
    nearest: "csrfToken",
    run: layerOf(Auth.session({ cookie: secret, ...wrong<object>({ csrf_token: "x" }) }))
  },
  "Auth.bosa": {
    path: "Auth.usertoken",
    nearest: "userToken",
    run: layerOf(Auth.bosa({ apiKey: secret, ...wrong<object>({ usertoken: "x" }) }))
  },
  "ledger.submit": {
    path: "isNotDon",
    nearest: "isNotDone",
    run: () =>
      Effect.provide(
        Effect.flatMap(Ledger, ({ submit }) => submit("k", done, wrong<object>({ isNotDon: 5 }))),
        Ledger.layerMemory
      )
  },
  "the details of a file that is sent": {
    path: "file.fileName",
    nearest: "filename",
    run: () => {
      const upload = {
        upload: {
          method: "POST",
          path: "/demo/upload",
          docstring: "Uploads.",
          parameters: { request: { schema: { properties: { file: { type: "string", format: "binary" } } } } }
        }
      }
      const file = ConnectorFile.fromText("x", wrong({ fileName: "a.txt" }))
      return Effect.flatMap(bosaOver(bosaFake(upload, json({})).client), ({ execute }) =>
        execute("demo", "upload", { file })
      )
    }
  }
}

const asRefusal = (error: unknown): InvalidRequest["issues"] => {
  if (typeof error !== "object" || error === null || !("_tag" in error) || error._tag !== "InvalidRequest") {
    assert.fail(String(error))
  }
  return "issues" in error && Array.isArray(error.issues) ? error.issues : []
}

describe("an option that is not known is refused, and nothing is sent", () => {
  for (const [name, { nearest, path, run }] of Object.entries(cases)) {
    virtual(name, () =>
      Effect.gen(function* () {
        const fake = fakeClient(json({}))
        const issues = asRefusal(yield* Effect.flip(run(fake)))
        assert.deepStrictEqual(
          issues.map(({ fix, message, path }) => [path.join("."), message, fix]),
          [[path, "is not an option", `the nearest is "${nearest}"`]]
        )
        assert.deepStrictEqual(fake.sent, [])
      })
    )
  }

  it("ActionSchema.make and validate", () => {
    const parameters = { request: { schema: { properties: {} } } }
    const made = ActionSchema.make(parameters, wrong({ dialcet: "gl" }))
    assert.deepStrictEqual(made, Either.left(`"dialcet" is not an option: the nearest is "dialect"`))
    const action = Either.getOrThrow(ActionSchema.make(parameters, { dialect: "gl" }))
    const validated = action.validate({}, wrong({ strct: true }))
    assert.deepStrictEqual(
      Either.mapLeft(validated, (issues) => issues.map(({ path }) => path.join("."))),
      Either.left(["strct"])
    )
  })

  virtual("Ledger.layerStore", () =>
    Effect.gen(function* () {
      const layer = Layer.provide(Ledger.layerStore(wrong({ prefx: "x" })), KeyValueStore.layerMemory)
      const error = yield* Effect.flip(Effect.scoped(Layer.build(layer)))
      assert.strictEqual(error.code, "UNKNOWN_OPTION")
      assert.include(error.message, "`prefix`")
    })
  )

  virtual("options that are not an object", () =>
    Effect.gen(function* () {
      const fake = fakeClient(json({}))
      for (const options of [null, "async", 5]) {
        const error = yield* Effect.flip(withApi(({ actions }) => actions.execute("c", "a", {}, wrong(options)))(fake))
        assert.deepStrictEqual(
          asRefusal(error).map(({ message, path }) => `${path.join(".")} ${message}`),
          ["options is not an object"]
        )
      }
      assert.deepStrictEqual(fake.sent, [])
    })
  )
})

describe("OptionNames", () => {
  const names = OptionNames.make<{ readonly times?: number; readonly pauseMillis?: number }>({
    times: true,
    pauseMillis: true
  })

  it("a name that is near no other gets all names", () => {
    assert.deepStrictEqual(OptionNames.issues(names, { colour: 1 }, ["retry"]), [
      { path: ["retry", "colour"], message: "is not an option", fix: 'the names are "times", "pauseMillis"' }
    ])
  })

  it("what is right makes nothing, and neither does a name without a value", () => {
    assert.strictEqual(OptionNames.issues(names, { times: 1 }), OptionNames.issues(names, {}))
    assert.deepStrictEqual(OptionNames.issues(names, { tims: undefined }), [])
  })

  it("names of the prototype are not options of the caller", () => {
    assert.deepStrictEqual(OptionNames.issues(names, Object.create({ tims: 1 })), [])
    assert.lengthOf(OptionNames.issues(names, { toString: 1, constructor: 1 }), 2)
  })
})
