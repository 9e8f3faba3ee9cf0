import * as Action from "@effect-connectors/core/Action"
import type { ReadError, WriteError } from "@effect-connectors/core/ApiError"
import type { BosaApi } from "@effect-connectors/core/BosaApi"
import type { Dialect } from "@effect-connectors/core/Dialect"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import * as Schema from "effect/Schema"
import * as Stream from "effect/Stream"
import { apiTags, listTags, type Operation, operation, pageTags, readTags, writeTags } from "./operation.js"

type Api = BosaApi.Service

const text = { type: "string" }
const optional = (type: object) => ({ anyOf: [type, { type: "null" }], default: null })
const row = (path: string, properties: object, more: object = {}) => ({
  method: "POST",
  path,
  docstring: "Acts.\nAnd more.",
  parameters: { request: { schema: { properties, required: Object.keys(properties).slice(0, 1) } } },
  request_body: { title: "Request", type: "object", properties },
  ...more
})

/** A discovery without faults. */
export const discovered = {
  demo: {
    act: row("/connectors/demo/act", {}),
    list: row("/connectors/demo/list", { page: optional({ type: "integer" }), cursor: optional(text) })
  }
}

/** The discovery of a connector with every kind of schema. */
const odd = {
  demo: {
    act: row(
      "/connectors/demo/act",
      {
        n: { type: "integer", minimum: 0, maximum: 10, description: "a number" },
        note: optional({ type: "string", pattern: "^[a-z]+$", maxLength: 5, format: "email" }),
        kind: { $ref: "#/$defs/Kind" },
        one: { oneOf: [text, { type: "array", items: { type: "integer" } }] },
        all: { allOf: [{ type: "object", properties: { a: text } }, { required: ["a"] }] },
        deep: { type: "object", properties: { b: { type: "array", items: { $ref: "#/$defs/Kind" } } } },
        file: { type: "string", format: "binary" },
        any: {},
        many: { type: "array", items: { type: "string", format: "date-time" }, minItems: 1 }
      },
      { $defs: { Kind: { enum: ["a", "b", null, 1] } } }
    ),
    list: row("/connectors/demo/list", { page: optional({ type: "integer" }) }, { method: "GET" }),
    integrations_report: row("/connectors/demo/x", {})
  }
}

const uuid = "11111111-1111-4111-8111-111111111111"
const token = Redacted.make("token")
const failure = { error: { code: "X", message: "no", request_id: "r", recovery: { retryable: true, retry_after: 2 } } }
const page = { data: [{ id: 1 }, { id: 2 }], meta: { has_next: true, forwards_cursor: "c", total: 3, page: 1 } }
const linked = {
  id: uuid,
  client_id: uuid,
  user_id: uuid,
  connector: "demo",
  user_identifier: "ann",
  selected: true,
  auth_status: "ok",
  auth_string: "s"
}
const created = { id: uuid, identifier: "ann", secret: "s", secret_preview: "s...", is_active: true }
const issued = {
  token: "t",
  token_type: "Bearer",
  expires_at: "2099-01-01T00:00:00Z",
  is_revoked: false,
  user_id: uuid,
  client_id: uuid
}
const info = { ...created, client_id: uuid, integrations: [linked] }
const skill = {
  id: uuid,
  client_id: uuid,
  source_type: "upload_md",
  name: "S",
  description: "d",
  frontmatter: { a: 1 },
  download_url: "https://files.example/s",
  content_sha256: "00"
}
const tool = { name: "t", connector: "demo", description: "d", categories: ["a"], source: "internal", score: 0.5 }
const mcp = {
  ...tool,
  mcp_url: "https://h/",
  config: { url: "https://h/", headers: { "X-Api-Key": "k" } },
  tool_count: 3
}
const listed = (item: unknown) => ({ items: [item, item], meta: { total: 4, limit: 2, offset: 0 } })
const data = (value: unknown) => ({ data: value, meta: null })

type Reads = (api: Api) => Effect.Effect<unknown, ReadError>
type Writes = (api: Api) => Effect.Effect<unknown, WriteError>

const of = (dialect: Dialect) => {
  const reads = (name: string, run: Reads, ...good: Operation["good"]) =>
    operation({ name: `${dialect} ${name}`, tags: readTags, run: ({ bosa }) => run(bosa[dialect]), good })
  const discovers = (name: string, run: Reads) =>
    operation({
      name: `${dialect} ${name}`,
      tags: readTags,
      run: ({ bosa }) =>
        Effect.zipRight(
          bosa[dialect].connect("demo").refresh,
          Effect.suspend(() => run(bosa[dialect]))
        ),
      good: [odd, { demo: odd.demo.act }, discovered, { error: {} }],
      discovers: true
    })
  const writes = (name: string, run: Writes, ...good: Operation["good"]) =>
    operation({ name: `${dialect} ${name}`, tags: writeTags, run: ({ bosa }) => run(bosa[dialect]), good })
  const acts = (name: string, run: (api: Api) => Effect.Effect<unknown, ReadError | WriteError>) =>
    operation({
      name: `${dialect} ${name}`,
      tags: apiTags,
      run: ({ bosa }) => run(bosa[dialect]),
      good: [page, data({ ok: 1 }), failure]
    })
  const pages = (name: string, run: (api: Api) => Stream.Stream<unknown, Action.ActionError | PageLoop>) =>
    operation({
      name: `${dialect} ${name}`,
      tags: pageTags,
      run: ({ bosa }) => Stream.runDrain(Stream.take(run(bosa[dialect]), 20)),
      good: [page, data([1]), { data: { items: [1] }, meta: { has_next: false, page: 2, total_page: 9 } }]
    })
  return [
    reads("connectors", (api) => api.connectors, ["demo", "other"], odd),
    discovers("info", (api) => api.connect("demo").info),
    discovers("tools", (api) => api.tools("demo")),
    discovers("parameters", (api) => api.connect("demo").action("act").parameters),
    discovers("schema", (api) => api.connect("demo").action("act").schema),
    discovers(
      "validate",
      (api) =>
        api
          .connect("demo")
          .action("act")
          .pipe(Action.params({ n: "1", note: 7, kind: "a", one: [1], all: {}, deep: { b: ["a"] }, extra: 1 })).validate
    ),
    discovers(
      "validate strictly",
      (api) =>
        api
          .connect("demo")
          .action("act")
          .pipe(Action.params({ n: 11, note: "Ž", kind: "z", one: null, many: [] }), Action.strict).validate
    ),
    acts("execute", (api) => api.execute("demo", "act", {}, { token })),
    acts("execute again", (api) => api.execute("demo", "act", {}, { maxAttempts: 3, replayUnsafe: true })),
    acts("either", (api) => api.either("demo", "act")),
    operation({
      name: `${dialect} run`,
      tags: pageTags,
      run: ({ bosa }) =>
        bosa[dialect].run("demo", "act", {}, { output: Schema.Array(Schema.Struct({ id: Schema.Number })) }),
      good: [page, failure]
    }),
    operation({
      name: `${dialect} download`,
      tags: { ...apiTags, FileError: true },
      run: ({ bosa }) =>
        Effect.scoped(Effect.flatMap(bosa[dialect].connect("demo").action("act").download, (file) => file.bytes)),
      good: [page]
    }),
    pages("pages", (api) => api.pages("demo", "list")),
    pages("items", (api) => api.items("demo", "list", { cursor: "a" })),
    pages("items backward", (api) => Action.itemsBackward(api.connect("demo").action("list"))),
    writes("users.create", (api) => api.users.create("ann"), data(created)),
    writes("users.authenticate", (api) => api.users.authenticate("ann", token), data(issued)),
    reads("users.me", (api) => api.users.me(token), data(info)),
    reads("integrations.has", (api) => api.integrations.has("demo", token), data({ has_integration: true })),
    writes(
      "integrations.initiate",
      (api) => api.integrations.initiate("demo", token, "https://a.example/"),
      data({ url: "https://h/" })
    ),
    writes(
      "integrations.remove",
      (api) => api.integrations.remove("demo", token, dialect === "bosa" ? undefined : "ann"),
      data({ success: true, message: "m" })
    ),
    operation({
      name: `${dialect} integrations.ensure`,
      tags: apiTags,
      run: ({ bosa }) => bosa[dialect].integrations.ensure("demo", token, "https://a.example/"),
      good: [data({ has_integration: false }), data({ url: "https://h/" })]
    }),
    operation({
      name: `${dialect} integrations.require`,
      tags: { ...apiTags, IntegrationRequired: true },
      run: ({ bosa }) => bosa[dialect].integrations.require("demo", token, "https://a.example/"),
      good: [data({ has_integration: false })],
      before: []
    }),
    operation({
      name: `${dialect} integrations.untilLinked`,
      tags: readTags,
      run: ({ bosa }) =>
        Stream.runCount(bosa[dialect].integrations.untilLinked("demo", token, { deadline: "30 seconds" })),
      good: [data({ has_integration: false }), data({ has_integration: true })]
    }),
    writes(
      "clients.create",
      (api) => api.clients.create("app", token),
      data({ id: uuid, name: "app", api_key: "k", is_active: true })
    ),
    operation({
      name: `${dialect} UserAuth`,
      tags: readTags,
      run: ({ fresh }) => Effect.flatMap(fresh(dialect), (api) => api.integrations.has("demo", undefined)),
      good: [data(issued), data({ ...issued, expires_at: "1999-01-01" })]
    })
  ]
}

type PageLoop = Extract<Effect.Effect.Error<ReturnType<Api["run"]>>, { readonly _tag: "PaginationLoop" }>

const lists = (name: string, run: (api: Api) => Stream.Stream<unknown, ReadError | PageLoop>, item: unknown) =>
  operation({
    name: `gl ${name}`,
    tags: listTags,
    run: ({ bosa }) => Stream.runDrain(Stream.take(run(bosa.gl), 100)),
    good: [listed(item), [item]]
  })

const glReads = (name: string, run: Reads, ...good: Operation["good"]) =>
  operation({ name: `gl ${name}`, tags: readTags, run: ({ bosa }) => run(bosa.gl), good })

const glWrites = (name: string, run: Writes, ...good: Operation["good"]) =>
  operation({ name: `gl ${name}`, tags: writeTags, run: ({ bosa }) => run(bosa.gl), good })

/** Every operation of BOSA / GL Connectors, in all dialects that have it. */
export const connectorsOperations: ReadonlyArray<Operation> = [
  ...of("bosa"),
  ...of("bosa-0.3"),
  ...of("gl"),
  glWrites(
    "integrations.configure",
    (api) => api.integrations.configure("demo", token, { k: "v" }),
    data({ success: true })
  ),
  glWrites("integrations.select", (api) => api.integrations.select("demo", token, "ann"), data({ success: true })),
  glReads("integrations.get", (api) => api.integrations.get("demo", token, "ann"), data(linked)),
  glReads("catalog.tools", (api) => api.catalog.tools(), listed(tool)),
  glReads("catalog.mcps", (api) => api.catalog.mcps(), listed(mcp)),
  glReads("catalog.skills", (api) => api.catalog.skills(), listed({ ...tool, author: "a", url: "https://h/" })),
  glReads("catalog.search", (api) => api.catalog.search("q", {}, token), {
    query: "q",
    backend: { provider: "p", model: "m", dimension: 3 },
    tools: [tool],
    mcps: [mcp],
    skills: [tool]
  }),
  lists("catalog.allTools", (api) => api.catalog.allTools({ limit: 2 }), tool),
  lists("catalog.allMcps", (api) => api.catalog.allMcps({ limit: 2 }), mcp),
  lists("catalog.allSkills", (api) => api.catalog.allSkills({ limit: 2 }), tool),
  glReads("skills.list", (api) => api.skills.list({}, token), listed(skill)),
  lists("skills.all", (api) => api.skills.all(token), skill),
  glReads("skills.get", (api) => api.skills.get(uuid, token), data(skill), skill),
  operation({
    name: "gl skills.artifact",
    tags: { ...readTags, SkillRejected: true },
    run: ({ bosa }) =>
      bosa.gl.skills.artifact({
        id: uuid,
        name: "S",
        sourceType: "upload_md",
        downloadUrl: Redacted.make("https://files.example/s"),
        contentSha256: undefined
      }),
    good: [{ any: "thing" }]
  })
]
