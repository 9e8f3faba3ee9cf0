import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as FastCheck from "effect/FastCheck"
import * as Option from "effect/Option"
import { canonicalText, hashOf } from "../../src/internal/types/model.ts"
import { discover } from "../../src/internal/types/discover.ts"
import { check, type Drift, pull, type TypesFile } from "../../src/internal/types/types.ts"
import { tenant } from "./support/arbitrary.ts"
import { sourceOf, type Tenant } from "./support/tenant.ts"

const text = { type: "string" }
const orNull = (schema: object) => ({ anyOf: [schema, { type: "null" }] })

const issue = { owner: text, title: text, state: { type: "string", enum: ["open", "closed"] }, body: orNull(text) }

const hub = (properties: object, required: ReadonlyArray<string> = ["owner", "title"]): Tenant => ({
  connectors: { hub: { create_issue: { schema: { type: "object", properties, required } } } }
})

const crm = (inputs: ReadonlyArray<unknown>): Tenant => ({ connections: { crm: { sync: inputs } } })

const pulled = (tenant: Tenant) => Effect.scoped(Effect.flatMap(sourceOf(tenant), (source) => pull(source)))

const checked = (tenant: Tenant, files: ReadonlyArray<TypesFile>) =>
  Effect.scoped(Effect.flatMap(sourceOf(tenant), (source) => check(source, files)))

const drift = (before: Tenant, after: Tenant) => Effect.flatMap(pulled(before), (files) => checked(after, files))

const short = ({ action = "", breaking, change, name, path = "", after, before }: Drift) =>
  [name, action, path, change, breaking ? "breaking" : "", before ?? "", after ?? ""]
    .filter((part) => part !== "")
    .join(" ")

const cases: ReadonlyArray<readonly [title: string, before: Tenant, after: Tenant, expected: ReadonlyArray<string>]> = [
  ["nothing", hub(issue), hub(issue), []],
  [
    "a field added",
    hub(issue),
    hub({ ...issue, due: orNull(text) }),
    ["hub create_issue due field-added string | null"]
  ],
  [
    "a required field added",
    hub(issue),
    hub({ ...issue, due: text }, ["owner", "title", "due"]),
    ["hub create_issue due field-added breaking string"]
  ],
  [
    "a field removed",
    hub(issue),
    hub({ owner: issue.owner, title: issue.title, state: issue.state }),
    ["hub create_issue body field-removed breaking string | null"]
  ],
  [
    "a field made required",
    hub(issue),
    hub(issue, ["owner", "title", "state"]),
    ["hub create_issue state field-required breaking"]
  ],
  ["a field made optional", hub(issue), hub(issue, ["owner"]), ["hub create_issue title field-optional"]],
  [
    "a value added and one removed",
    hub(issue),
    hub({ ...issue, state: { type: "string", enum: ["open", "done"] } }),
    ['hub create_issue state value-removed breaking "closed"', 'hub create_issue state value-added "done"']
  ],
  [
    "values that became any text",
    hub(issue),
    hub({ ...issue, state: text }),
    ['hub create_issue state type-widened "closed" | "open" string']
  ],
  [
    "any text that became values",
    hub(issue),
    hub({ ...issue, owner: { type: "string", enum: ["a", "b"] } }),
    ['hub create_issue owner type-narrowed breaking string "a" | "b"']
  ],
  [
    "another type",
    hub(issue),
    hub({ ...issue, title: { type: "integer" } }),
    ["hub create_issue title type-changed breaking string number | bigint"]
  ],
  [
    "null allowed, and no more",
    hub({ a: text, b: orNull(text) }, ["a", "b"]),
    hub({ a: orNull(text), b: text }, ["a"]),
    [
      "hub create_issue a field-optional",
      "hub create_issue a type-widened null",
      "hub create_issue b type-narrowed breaking null"
    ]
  ],
  [
    "a field inside of lists and objects",
    hub({ labels: { type: "array", items: { type: "object", properties: { name: text } } } }, ["labels"]),
    hub({ labels: { type: "array", items: { type: "object", properties: { name: { type: "number" } } } } }, ["labels"]),
    ["hub create_issue labels[].name type-changed breaking string number | bigint"]
  ],
  [
    "actions",
    { connectors: { hub: { a: { schema: { properties: {} } }, b: { schema: { properties: {} } } } } },
    { connectors: { hub: { b: { schema: { properties: {} } }, c: { schema: { properties: {} } } } } },
    ["hub a action-removed breaking", "hub c action-added"]
  ],
  [
    "connectors and connections",
    { connectors: { a: {}, b: {} }, connections: { c: {} } },
    { connectors: { b: {} }, connections: { c: {}, d: {} } },
    ["d connection-added", "a connector-removed breaking"]
  ],
  [
    "an input of a saved action",
    crm([{ name: "since", type: "DATE", required: true }]),
    crm([
      { name: "since", type: "STRING", required: true },
      { name: "full", type: "BOOLEAN" }
    ]),
    [
      "crm sync full field-added boolean | null",
      "crm sync since type-narrowed breaking string | number | bigint | Date string"
    ]
  ],
  [
    "an action that declares its inputs now",
    crm([]),
    crm([{ name: "since", type: "STRING" }]),
    ["crm sync * type-narrowed breaking unknown never", "crm sync since field-added string | null"]
  ],
  ["a description", hub(issue), hub({ ...issue, owner: { ...text, description: "Who." } }), []]
]

describe("types check", () => {
  for (const [title, before, after, expected] of cases) {
    it.effect(`says what differs: ${title}`, () =>
      Effect.gen(function* () {
        assert.deepStrictEqual((yield* drift(before, after)).map(short), [...expected])
      })
    )
  }

  it.effect("a recursive schema is the same as itself, and its changes are found once", () =>
    Effect.gen(function* () {
      const tree = (value: object): Tenant => ({
        connectors: {
          hub: {
            put: {
              schema: {
                properties: { root: { $ref: "#/$defs/Node" } },
                $defs: {
                  Node: {
                    type: "object",
                    properties: { value, next: orNull({ $ref: "#/$defs/Node" }) },
                    required: ["value"]
                  }
                }
              }
            }
          }
        }
      })
      assert.deepStrictEqual(yield* drift(tree(text), tree(text)), [])
      assert.deepStrictEqual((yield* drift(tree(text), tree({ type: "boolean" }))).map(short), [
        "hub put root.value type-changed breaking string boolean"
      ])
    })
  )

  it.effect("a tenant has not drifted from itself, whatever it has", () =>
    Effect.forEach(
      Array.from({ length: 40 }, (_, seed) => FastCheck.sample(tenant(`#${seed}`), { numRuns: 1, seed })[0] ?? {}),
      (any) =>
        Effect.gen(function* () {
          // the server's own names may be refused
          const files = yield* Effect.option(pulled(any))
          if (Option.isSome(files)) assert.deepStrictEqual(yield* checked(any, files.value), [])
          return Option.isSome(files)
        })
    ).pipe(Effect.map((read) => assert.isAtLeast(read.filter((isRead) => isRead).length, 32)))
  )

  it.effect("what was not pulled is not compared", () =>
    Effect.gen(function* () {
      const files = yield* Effect.scoped(
        Effect.flatMap(sourceOf({ connectors: { a: {}, b: {} } }), ({ bosa }) => pull({ bosa, connectors: ["a"] }))
      )
      assert.deepStrictEqual(yield* checked({ connectors: { a: {}, c: {} }, connections: { d: {} } }, files), [])
    })
  )

  it.effect("a file that is gone, and one that was changed", () =>
    Effect.gen(function* () {
      const files = yield* pulled({ connectors: { a: { x: { schema: { properties: {} } } }, b: {} } })
      const changed = files.flatMap((file): ReadonlyArray<TypesFile> => {
        if (file.path === "connectors/b.ts") return []
        return [
          file.path === "connectors/a.ts" ? { ...file, text: file.text.replace(/[0-9a-f]{16}/, "0".repeat(16)) } : file
        ]
      })
      assert.deepStrictEqual(
        (yield* checked({ connectors: { a: { x: { schema: { properties: {} } } }, b: {} } }, changed)).map(short),
        ["a connectors/a.ts file-changed", "b connectors/b.ts file-missing breaking"]
      )
    })
  )

  it.effect("a lock that is missing or broken is an error that says what to do", () =>
    Effect.gen(function* () {
      for (const [text, reason] of [
        [undefined, "there is none"],
        ["{", "it is not JSON"],
        ["[]", "it is not an object"],
        ['{ "version": 2 }', "another version"],
        [
          '{ "version": 1, "connectors": true, "connections": false, "modules": [{ "owner": "x" }] }',
          "nothing that is known"
        ]
      ] as const) {
        const files = text === undefined ? [] : [{ path: "types.lock.json", text }]
        const result = yield* Effect.either(checked({}, files))
        assert.isTrue(Either.isLeft(result) && result.left._tag === "TypesUnreadable", String(text))
        assert.include(Either.isLeft(result) ? result.left.message : "", reason)
        assert.include(Either.isLeft(result) ? result.left.message : "", "connectors types pull")
      }
    })
  )

  it.effect("the lock keeps what was found, odd names too", () =>
    Effect.gen(function* () {
      const tenant: Tenant = {
        connectors: {
          constructor: {
            class: { schema: { properties: { constructor: text, "*/": { enum: [1, "a", null, true] } } } }
          }
        }
      }
      const files = yield* pulled(tenant)
      assert.deepStrictEqual(yield* checked(tenant, files), [])
      const [module] = yield* Effect.scoped(Effect.flatMap(sourceOf(tenant), discover))
      const [action] = module?.actions ?? []
      assert.isDefined(action)
      assert.include(files[0]?.text ?? "", action === undefined ? "none" : hashOf(canonicalText(action)))
    })
  )
})
