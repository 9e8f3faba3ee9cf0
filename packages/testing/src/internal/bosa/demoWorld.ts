import * as Effect from "effect/Effect"
import type { BosaWorld } from "../../BosaWorld.js"
import { ExecutorFailure } from "../../Executor.js"
import { nullable } from "./nullable.js"

const text = { type: "string" } as const
const integer = { type: "integer" } as const
const texts = { type: "array", items: text } as const
const fields = { response_fields: nullable(texts) }
const byPage = { page: nullable(integer), per_page: nullable(integer), ...fields }

const items = Array.from({ length: 25 }, (_, index) => ({
  id: index + 1,
  name: `Item ${index + 1}`,
  tags: index % 2 === 0 ? ["even"] : ["odd", "small"],
  owner: { login: index % 3 === 0 ? "ann" : "ben", id: (index % 3) + 1 }
}))

const events = Array.from({ length: 12 }, (_, index) => ({
  id: `ev-${index + 1}`,
  kind: index % 4 === 0 ? "opened" : "changed"
}))

const pulls = Array.from({ length: 34 }, (_, index) => ({
  number: 134 - index,
  title: `Change ${134 - index}`,
  state: index < 5 ? "open" : "closed",
  at: `2026-01-${String(28 - (index % 28)).padStart(2, "0")}T09:00:00Z`,
  user: { login: index % 2 === 0 ? "ann" : "ben" }
}))

const repository = { owner: text, repo: text }
const inRepository = ["owner", "repo"]

/** The BOSA part of `World.demo`. @internal */
export const bosaDemo: BosaWorld = {
  clients: [{ name: "demo", apiKey: "demo-key" }],
  connectors: [
    {
      name: "demo",
      rows: {
        integrations: { method: "POST", path: "/connectors/demo/integrations", docstring: "Link.", parameters: {} },
        "integration-exists": {
          method: "GET",
          path: "/connectors/demo/integration-exists",
          docstring: "Is it linked?",
          parameters: {}
        }
      },
      actions: [
        {
          name: "get_item",
          docstring: "Get one item.\n\nResponds 404 when no item has this id.",
          properties: { id: integer, ...fields },
          required: ["id"],
          handler: ({ id }) => {
            const item = items.find((item) => item.id === id)
            return item === undefined
              ? Effect.fail(
                  new ExecutorFailure({ status: 404, code: "ITEM_NOT_FOUND", message: "there is no such item" })
                )
              : Effect.succeed(item)
          }
        },
        {
          name: "list_items",
          docstring: "List the items, page by page.",
          properties: { owner: nullable(text), ...byPage },
          pages: { items, perPage: 10 }
        },
        {
          name: "list_events",
          docstring: "List the events, from cursor to cursor.",
          properties: { cursor: nullable(text), limit: nullable(integer), ...fields },
          pages: { items: events, by: "cursor", perPage: 5 }
        },
        {
          name: "endless",
          docstring: "A list whose next page is always the first again.",
          properties: byPage,
          pages: { items: items.slice(0, 3), perPage: 3, stuck: true }
        },
        {
          name: "echo",
          docstring: "Give the parameters back.",
          properties: { text: nullable(text), n: nullable(integer), payload: nullable({ type: "object" }), ...fields },
          echo: true
        },
        {
          name: "types",
          docstring: "One parameter of each kind.",
          properties: {
            s: text,
            i: integer,
            f: { type: "number" },
            b: { type: "boolean" },
            arr: texts,
            o: { type: "object", properties: { x: text, y: nullable(integer) } },
            d: { type: "object" },
            u: { anyOf: [integer, text] },
            opt: nullable(text),
            en: { type: "string", enum: ["a", "b"] },
            when: { type: "string", format: "date-time" }
          },
          echo: true
        },
        {
          name: "upload",
          docstring: "Take a file.",
          properties: {
            file: { type: "string", format: "binary" },
            name: text,
            n: nullable(integer),
            flag: nullable({ type: "boolean" }),
            tags: nullable(texts),
            meta: nullable({ type: "object" })
          },
          required: ["file"],
          upload: true
        },
        {
          name: "upload_many",
          docstring: "Take files.",
          properties: { files: { type: "array", items: { type: "string", format: "binary" } }, note: nullable(text) },
          upload: true
        },
        {
          name: "download",
          docstring: "Give a text file.",
          properties: {},
          file: { filename: "report.csv", contentType: "text/csv; charset=utf-8", text: "region,amount\nnorth,10\n" }
        },
        {
          name: "download_binary",
          docstring: "Give an image of one pixel.",
          properties: {},
          file: {
            filename: "pixel.gif",
            contentType: "image/gif",
            base64: "R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7"
          }
        },
        {
          name: "flaky",
          docstring: "Is too busy twice, then works.",
          properties: {},
          flaky: { times: 2, status: 429, retryable: true, retryAfterSeconds: 0, headers: { "retry-after": "0" } },
          value: { done: true }
        },
        {
          name: "fails",
          docstring: "Never works.",
          properties: {},
          error: { status: 502, code: "UPSTREAM_DOWN", message: "the service behind it is down" }
        },
        { name: "slow", docstring: "Takes two seconds.", properties: {}, takesMillis: 2000, value: { done: true } },
        {
          name: "whoami",
          docstring: "Who is asking.",
          properties: {},
          handler: (_, { user, account }) => Effect.succeed({ user: user ?? null, account: account ?? null })
        },
        { name: "ping", docstring: "No parameters at all.", value: { pong: true } }
      ]
    },
    {
      name: "github",
      actions: [
        {
          name: "list_pull_requests",
          docstring: "List the pull requests of a repository, the newest first.",
          properties: { ...repository, state: nullable(text), ...byPage },
          required: inRepository,
          needsIntegration: true,
          pages: { items: pulls, perPage: 10 }
        },
        {
          name: "list_collaborators",
          docstring: "List who works on a repository.",
          properties: { ...repository, ...byPage },
          required: inRepository,
          needsIntegration: true,
          pages: {
            items: [
              { login: "ann", permission: "admin" },
              { login: "ben", permission: "write" },
              { login: "eve", permission: "read" }
            ]
          }
        },
        {
          name: "get_repository",
          docstring: "Get a repository.",
          properties: { ...repository, ...fields },
          required: inRepository,
          needsIntegration: true,
          handler: ({ owner, repo }) =>
            Effect.succeed({
              full_name: `${String(owner)}/${String(repo)}`,
              private: false,
              owner: { login: String(owner) },
              open_issues: 3
            })
        },
        {
          name: "create_issue",
          docstring: "Create an issue.",
          properties: { ...repository, title: text, body: nullable(text), labels: nullable(texts) },
          required: [...inRepository, "title"],
          needsIntegration: true,
          handler: ({ title }, { account, execution }) =>
            Effect.succeed({ number: execution, title: title ?? "", user: { login: account ?? "" } })
        }
      ]
    },
    {
      name: "notes",
      auth: "custom",
      configuration: ["api_token"],
      actions: [
        {
          name: "list_notes",
          docstring: "List the notes.",
          properties: {},
          needsIntegration: true,
          value: [{ id: 1, text: "Water the plants" }]
        }
      ]
    }
  ],
  catalog: {
    skills: [
      {
        name: "release-notes",
        description: "Write release notes from merged changes.",
        source: "agent",
        author: "ann",
        url: "https://github.com/example/release-notes"
      },
      { name: "inbox-zero", description: "Sort a mailbox.", source: "openclaw", author: "ben" }
    ]
  },
  skills: [
    {
      name: "Reviewer",
      sourceType: "upload_md",
      description: "Reviews a change.",
      text: "---\nname: reviewer\n---\n\n# Reviewer\n\nRead the change first.\n"
    },
    {
      name: "Reporter",
      sourceType: "upload_zip",
      description: "Writes a weekly report.",
      files: {
        "SKILL.md": "---\nname: reporter\n---\n\n# Reporter\n",
        "templates/week.md": "# Week {{n}}\n",
        "scripts/collect.sh": "#!/bin/sh\necho collected\n"
      }
    }
  ]
}
