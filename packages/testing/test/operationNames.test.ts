import type { ApiError } from "@effect-connectors/core/ApiError"
import { Auth } from "@effect-connectors/core/Auth"
import * as BosaApi from "@effect-connectors/core/BosaApi"
import * as ConnectionsApi from "@effect-connectors/core/ConnectionsApi"
import * as Operation from "@effect-connectors/core/Operation"
import type * as ConnectionsModel from "@effect-connectors/testing/ConnectionsModel"
import { ConnectionsTest } from "@effect-connectors/testing/ConnectionsTest"
import * as Faults from "@effect-connectors/testing/Faults"
import * as Platforms from "@effect-connectors/testing/Platforms"
import { VirtualClock } from "@effect-connectors/testing/VirtualClock"
import type * as HttpClient from "@effect/platform/HttpClient"
import { assert, describe, it } from "@effect/vitest"
import * as Array from "effect/Array"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import type * as Scope from "effect/Scope"

type Called = Effect.Effect<unknown, ApiError>

const baseUrl = "http://localhost"
const token = Redacted.make("a-token")

const connectionsCalls = Effect.gen(function* () {
  const api = yield* ConnectionsApi.make({ baseUrl, retry: "none" })
  const execution = yield* api.actions.execute("crm", "fetch-deal", { input: { id: 7 } }, { async: true })
  const typed = [api.http, api.file, api.sql].flatMap((group) =>
    Object.values(group).map((call): Called => call("crm", {}))
  )
  return [
    ...typed,
    api.list(),
    api.get("crm"),
    api.authorize("crm"),
    api.unauthorize("crm"),
    api.setActive("crm", true),
    api.catalog,
    api.actions.list("crm"),
    api.actions.get("crm", "fetch-deal"),
    api.actions.inputs("crm", "fetch-deal"),
    api.actions.outputs("crm", "fetch-deal"),
    api.actions.execute("crm", "fetch-deal"),
    api.triggers.list("crm"),
    api.triggers.get("crm", "t"),
    api.triggers.subscribe("crm", "t", { targetUrl: "https://a.example", service: "s" }),
    api.subscribers.remove(1),
    ...(execution._tag === "Accepted" ? [api.jobs.get(execution.job)] : [])
  ]
}).pipe(Effect.provide(Auth.none))

const bosaCalls = (dialect: "bosa" | "gl") =>
  Effect.gen(function* () {
    const createClient = { path: "/clients/create-client", header: "x-master-key" }
    const api = yield* BosaApi.make({ baseUrl, retry: "none", dialect, createClient })
    const { catalog, clients, integrations, skills, users } = api
    yield* api.connect("demo").info
    const everywhere: ReadonlyArray<Called> = [
      api.execute("demo", "ping", {}),
      api.connectors,
      api.connect("other").info,
      clients.create("a", Redacted.make("master")),
      users.create("ann"),
      users.authenticate("ann", Redacted.make("s")),
      users.me(token),
      integrations.has("demo", token),
      integrations.initiate("demo", token, "https://a.example/done")
    ]
    if (dialect === "bosa") return [...everywhere, integrations.remove("demo", token)]
    const stored = {
      id: "1",
      name: "s",
      contentSha256: undefined,
      sourceType: "manual",
      downloadUrl: Redacted.make(`${baseUrl}/artifacts/skills/1`)
    }
    return [
      ...everywhere,
      integrations.remove("demo", token, "a"),
      integrations.configure("demo", token, {}),
      integrations.select("demo", token, "a"),
      integrations.get("demo", token, "a"),
      catalog.tools(),
      catalog.mcps(),
      catalog.skills(),
      catalog.search("x"),
      skills.list({}, token),
      skills.get("1", token),
      Effect.catchTag(skills.artifact(stored), "SkillRejected", Effect.die)
    ]
  }).pipe(Effect.provide(Auth.apiKey(Redacted.make("demo-key"))))

/** Fails a call once to hear its operation, and again by a fault that names what it heard. */
const named = Effect.fnUntraced(function* ({ setFaults }: ConnectionsModel.State, call: Called) {
  yield* setFaults(Faults.always({}, Faults.status(503)))
  const error = yield* Effect.flip(call)
  yield* setFaults(Faults.when({ operation: error.operation }, Faults.status(418)))
  const again = yield* Effect.flip(call)
  return { operation: error.operation, status: "status" in again ? again.status : undefined }
})

const suite = <E>(
  name: string,
  calls: Effect.Effect<ReadonlyArray<Called>, E, HttpClient.HttpClient | Scope.Scope>,
  expected: ReadonlyArray<Operation.OperationName>
) =>
  it.effect(`${name}: a fault finds a request by the operation that the client's error names`, () =>
    Effect.gen(function* () {
      const state = yield* ConnectionsTest
      const found = yield* Effect.forEach(yield* calls, (call) => named(state, call))
      assert.deepStrictEqual(
        found.filter(({ status }) => status !== 418),
        []
      )
      assert.deepStrictEqual([...new Set(found.map(({ operation }) => operation))].sort(), [...expected].sort())
    }).pipe(Effect.provide(Platforms.layer()), Effect.scoped, VirtualClock.provide)
  )

describe("names of operations", () => {
  suite("Connections", connectionsCalls, Operation.connections)
  suite("BOSA", Effect.map(Effect.zip(bosaCalls("bosa"), bosaCalls("gl")), Array.flatten), Operation.bosa)

  it("a name that no operation has is refused", () => {
    assert.isTrue(Operation.isOperationName("file.move"))
    assert.isFalse(Operation.isOperationName("BosaApi.make"))
  })
})
