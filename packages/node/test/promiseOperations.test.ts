import type { Action } from "@effect-connectors/core/Action"
import { Auth } from "@effect-connectors/core/Auth"
import { BosaApi } from "@effect-connectors/core/BosaApi"
import type { ConnectionHandle } from "@effect-connectors/core/ConnectionHandle"
import { ConnectionsApi } from "@effect-connectors/core/ConnectionsApi"
import type { ConnectorHandle, UnboundActionCalls } from "@effect-connectors/core/ConnectorHandle"
import type { Jobs } from "@effect-connectors/core/Jobs"
import * as PromiseClient from "@effect-connectors/node/PromiseClient"
import type * as PromiseOperations from "@effect-connectors/node/PromiseOperations"
import { BosaTest } from "@effect-connectors/testing/BosaTest"
import { ConnectionsTest } from "@effect-connectors/testing/ConnectionsTest"
import * as HttpClient from "@effect/platform/HttpClient"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Exit from "effect/Exit"
import * as Predicate from "effect/Predicate"
import * as Redacted from "effect/Redacted"
import * as Scope from "effect/Scope"
import * as Stream from "effect/Stream"
import { assert, describe, expectTypeOf, it } from "vitest"

const isStream = (u: unknown): boolean => Predicate.hasProperty(u, Stream.StreamTypeId)
const isCallable = (u: unknown): boolean => typeof u === "function" || Effect.isEffect(u) || isStream(u)

const membersOf = (service: object): ReadonlyArray<string> => {
  const prototype: unknown = Object.getPrototypeOf(service)
  const own = Object.getOwnPropertyNames(service).filter((name) => name !== "constructor")
  return Predicate.isRecord(prototype) && prototype !== Object.prototype ? [...own, ...membersOf(prototype)] : own
}

/** The operations of a service by their paths; those of what `bound` gives are below `connection(...)` and the like. */
const pathsOf = (
  service: object,
  bound: Readonly<Record<string, () => object>>,
  prefix = ""
): ReadonlyArray<string> => {
  const names = new Set(membersOf(service))
  return [...names].flatMap((name) => {
    const path = `${prefix}${name}`
    const value: unknown = Reflect.get(service, name)
    const make = bound[path]
    if (make !== undefined) return pathsOf(make(), bound, `${path}().`)
    if (isCallable(value)) return [path]
    return Predicate.isRecord(value) ? pathsOf(value, bound, `${path}.`) : []
  })
}

const isIterable = (u: unknown): u is AsyncIterable<unknown> => Predicate.hasProperty(u, Symbol.asyncIterator)

/** What a call ends as: a value, or the tag of its error. Anything else fails the test. */
const endOf = async (operation: unknown): Promise<string> => {
  try {
    if (isIterable(operation)) {
      let count = 0
      for await (const _ of operation) if (++count === 3) break
      return "elements"
    }
    assert.instanceOf(operation, Promise)
    await operation
    return "value"
  } catch (error) {
    if (Predicate.hasProperty(error, "_tag")) return String(error._tag)
    throw error
  }
}

const scoped = async (run: (scope: Scope.CloseableScope) => Promise<void>): Promise<void> => {
  const scope = Effect.runSync(Scope.make())
  try {
    await run(scope)
  } finally {
    await Effect.runPromise(Scope.close(scope, Exit.void))
  }
}

describe("PromiseClient: every operation", () => {
  it("of Connections can be called", () =>
    scoped(async (scope) => {
      const fake = Effect.runSync(Scope.extend(ConnectionsTest.make(), scope))
      const options = { baseUrl: "http://localhost" }
      const service = Effect.runSync(
        ConnectionsApi.make(options).pipe(
          Effect.provideService(HttpClient.HttpClient, fake.client),
          Effect.provide(Auth.none),
          Scope.extend(scope)
        )
      )
      const client = PromiseClient.connect({ ...options, credentials: "none", httpClient: fake.client })
      const crm = client.connection("crm")
      const web = client.connection("web")
      const files = client.connection("files")
      const warehouse = client.connection("warehouse")
      const execution = await client.actions.execute("crm", "echo", { input: {} }, { async: true })
      const job = execution._tag === "Accepted" ? execution.job : assert.fail("it is not a job")
      const row = { id: 4, region: "west", amount: 1 }
      const subscription = { targetUrl: "https://hooks.example/x", service: "s" }
      const table: Readonly<Record<string, () => unknown>> = {
        list: () => client.list(),
        get: () => client.get("crm"),
        authorize: () => client.authorize("crm"),
        unauthorize: () => client.unauthorize("old-crm"),
        setActive: () => client.setActive("crm", true),
        catalog: () => client.catalog(),
        "actions.list": () => client.actions.list("crm"),
        "actions.get": () => client.actions.get("crm", "echo"),
        "actions.inputs": () => client.actions.inputs("crm", "echo"),
        "actions.outputs": () => client.actions.outputs("crm", "echo"),
        "actions.execute": () => client.actions.execute("crm", "echo"),
        "http.get": () => client.http.get("web", { path: "/status" }),
        "http.post": () => client.http.post("web", { path: "/status", body: {} }),
        "http.patch": () => client.http.patch("web", { path: "/status" }),
        "http.put": () => client.http.put("web", { path: "/status" }),
        "http.delete": () => client.http.delete("web", { path: "/status" }),
        "file.read": () => client.file.read("files", { path: "readme.txt" }),
        "file.upload": () => client.file.upload("files", { path: "new.txt", content: "x" }),
        "file.append": () => client.file.append("files", { path: "new.txt", content: "y" }),
        "file.list": () => client.file.list("files", {}),
        "file.rename": () => client.file.rename("files", { path: "new.txt", newName: "old.txt" }),
        "file.move": () => client.file.move("files", { from: "old.txt", to: "reports/old.txt" }),
        "file.delete": () => client.file.delete("files", { path: "reports/old.txt" }),
        "sql.query": () => client.sql.query("warehouse", { sql: "select 1" }),
        "sql.select": () => client.sql.select("warehouse", { table: "orders" }),
        "sql.insert": () => client.sql.insert("warehouse", { table: "orders", rows: row }),
        "sql.update": () => client.sql.update("warehouse", { table: "orders", set: { amount: 2 }, where: { id: 4 } }),
        "sql.delete": () => client.sql.delete("warehouse", { table: "orders", where: { id: 4 } }),
        "sql.execute": () => client.sql.execute("warehouse", { sql: "select 1" }),
        "triggers.list": () => client.triggers.list("crm"),
        "triggers.get": () => client.triggers.get("crm", "deal-won"),
        "triggers.subscribe": () => client.triggers.subscribe("crm", "deal-won", subscription),
        "subscribers.remove": () => client.subscribers.remove(1),
        "jobs.get": () => client.jobs.get(job),
        "jobs.wake": () => client.jobs.wake(job),
        "jobs.watch": () => client.jobs.watch(job),
        "jobs.follow": () => client.jobs.follow(job),
        "jobs.result": () => client.jobs.result(job),
        "jobs.stats": () => client.jobs.stats(),
        "jobs.results": () => client.jobs.results([() => crm.actions.execute("echo")]),
        "connection().get": () => crm.get(),
        "connection().authorize": () => crm.authorize(),
        "connection().unauthorize": () => client.connection("old-crm").unauthorize(),
        "connection().setActive": () => crm.setActive(true),
        "connection().actions.list": () => crm.actions.list(),
        "connection().actions.get": () => crm.actions.get("echo"),
        "connection().actions.inputs": () => crm.actions.inputs("echo"),
        "connection().actions.outputs": () => crm.actions.outputs("echo"),
        "connection().actions.execute": () => crm.actions.execute("echo"),
        "connection().http.get": () => web.http.get({ path: "/status" }),
        "connection().http.post": () => web.http.post({ path: "/status", body: {} }),
        "connection().http.patch": () => web.http.patch({ path: "/status" }),
        "connection().http.put": () => web.http.put({ path: "/status" }),
        "connection().http.delete": () => web.http.delete({ path: "/status" }),
        "connection().file.read": () => files.file.read({ path: "readme.txt" }),
        "connection().file.upload": () => files.file.upload({ path: "new.txt", content: "x" }),
        "connection().file.append": () => files.file.append({ path: "new.txt", content: "y" }),
        "connection().file.list": () => files.file.list(),
        "connection().file.rename": () => files.file.rename({ path: "new.txt", newName: "old.txt" }),
        "connection().file.move": () => files.file.move({ from: "old.txt", to: "reports/old.txt" }),
        "connection().file.delete": () => files.file.delete({ path: "reports/old.txt" }),
        "connection().sql.query": () => warehouse.sql.query({ sql: "select 1" }),
        "connection().sql.select": () => warehouse.sql.select({ table: "orders" }),
        "connection().sql.insert": () => warehouse.sql.insert({ table: "orders", rows: row }),
        "connection().sql.update": () =>
          warehouse.sql.update({ table: "orders", set: { amount: 2 }, where: { id: 4 } }),
        "connection().sql.delete": () => warehouse.sql.delete({ table: "orders", where: { id: 4 } }),
        "connection().sql.execute": () => warehouse.sql.execute({ sql: "select 1" }),
        "connection().triggers.list": () => crm.triggers.list(),
        "connection().triggers.get": () => crm.triggers.get("deal-won"),
        "connection().triggers.subscribe": () => crm.triggers.subscribe("deal-won", subscription)
      }
      const paths = pathsOf(service, { connection: () => service.connection("crm") })
      assert.sameMembers(Object.keys(table), [...paths])
      // the platform in memory knows no such answers and runs no SQL
      const refused = ["http.post", "http.patch", "http.put", "http.delete", "sql.query", "sql.execute"]
      assert.deepStrictEqual(
        await endsOf(table),
        Object.fromEntries(
          refused.flatMap((path) => [path, `connection().${path}`]).map((path) => [path, "ApiRejected"])
        )
      )
      await client.close()
    }))

  it("of BOSA can be called", () =>
    scoped(async (scope) => {
      const fake = Effect.runSync(BosaTest.make())
      const options = {
        dialect: "gl" as const,
        baseUrl: "http://localhost",
        createClient: { path: "/clients", header: "x-api-user" }
      }
      const apiKey = Redacted.make("demo-key")
      const service = Effect.runSync(
        BosaApi.make(options).pipe(
          Effect.provideService(HttpClient.HttpClient, fake.client),
          Effect.provide(Auth.apiKey(apiKey)),
          Scope.extend(scope)
        )
      )
      const client = PromiseClient.connectBosa({ ...options, credentials: { apiKey }, httpClient: fake.client })
      const demo = client.connect("demo")
      const echo = demo.action("echo")
      const user = await client.users.create("zoe")
      const token = await client.users.authenticate("zoe", user.secret)
      const [skill] = (await client.skills.list(undefined, token)).items
      const detail = await client.skills.get(skill?.id ?? "", token)
      const back = "https://app.example/back"
      const table: Readonly<Record<string, () => unknown>> = {
        connectors: () => client.connectors(),
        execute: () => client.execute("demo", "echo"),
        either: () => client.either("demo", "fails"),
        run: () => client.run("demo", "list_items"),
        pages: () => client.pages("demo", "list_items"),
        items: () => client.items("demo", "list_items"),
        tools: () => client.tools("demo"),
        "users.create": () => client.users.create("yan"),
        "users.authenticate": () => client.users.authenticate("zoe", user.secret),
        "users.me": () => client.users.me(token),
        "integrations.has": () => client.integrations.has("demo", token),
        "integrations.initiate": () => client.integrations.initiate("demo", token, back),
        "integrations.configure": () => client.integrations.configure("notes", token, { api_token: "t" }),
        "integrations.select": () => client.integrations.select("demo", token, "main"),
        "integrations.get": () => client.integrations.get("demo", token, "main"),
        "integrations.remove": () => client.integrations.remove("demo", token, "main"),
        "integrations.ensure": () => client.integrations.ensure("demo", token, back),
        "integrations.require": () => client.integrations.require("demo", token),
        "integrations.untilLinked": () => client.integrations.untilLinked("demo", token, { deadline: "1 millis" }),
        "clients.create": () => client.clients.create("other", Redacted.make("master")),
        "catalog.tools": () => client.catalog.tools(),
        "catalog.mcps": () => client.catalog.mcps(),
        "catalog.skills": () => client.catalog.skills(),
        "catalog.allTools": () => client.catalog.allTools(),
        "catalog.allMcps": () => client.catalog.allMcps(),
        "catalog.allSkills": () => client.catalog.allSkills(),
        "catalog.search": () => client.catalog.search("notes", {}, token),
        "skills.list": () => client.skills.list(undefined, token),
        "skills.all": () => client.skills.all(token),
        "skills.get": () => client.skills.get(skill?.id ?? "", token),
        "skills.artifact": () => client.skills.artifact(detail),
        "connect().actions": () => demo.actions(),
        "connect().info": () => demo.info(),
        "connect().refresh": () => demo.refresh(),
        "connect().execute": () => demo.execute("echo"),
        "connect().either": () => demo.either("fails"),
        "connect().run": () => demo.run("list_items"),
        "connect().pages": () => demo.pages("list_items"),
        "connect().items": () => demo.items("list_items"),
        "connect().action().parameters": () => echo.parameters(),
        "connect().action().schema": () => echo.schema(),
        "connect().action().validate": () => echo.validate(),
        "connect().action().execute": () => echo.execute(),
        "connect().action().either": () => echo.either(),
        "connect().action().run": () => echo.run(),
        "connect().action().download": () => demo.action("download").download(),
        "connect().action().pages": () => demo.action("list_items").pages(),
        "connect().action().pagesBackward": () => demo.action("list_items").pagesBackward(),
        "connect().action().items": () => demo.action("list_items").items(),
        "connect().action().itemsBackward": () => demo.action("list_items").itemsBackward(),
        "connect().action().with": () => echo.with({ given: { text: "x" } }).execute(),
        "connect().action().decoding": () => echo.decoding((data) => Either.right(data)).run()
      }
      const handle = service.connect("demo")
      const paths = pathsOf(service, { connect: () => handle, "connect().action": () => handle.action("echo") })
      // how a value is piped is no operation, and what is private to an action is none either
      assert.sameMembers(
        Object.keys(table),
        paths.filter((path) => !/^connect\(\)\.action\(\)\.(pipe$|source\.|call\.)/.test(path))
      )
      assert.deepStrictEqual(await endsOf(table), {
        "clients.create": "NotFound",
        "integrations.get": "NotFound",
        "integrations.remove": "NotFound",
        "integrations.require": "IntegrationRequired",
        "integrations.select": "NotFound",
        "integrations.untilLinked": "DeadlineExceeded"
      })
      await client.close()
    }))
})

/** The ends other than a value. */
const endsOf = async (table: Readonly<Record<string, () => unknown>>): Promise<Record<string, string>> => {
  const ends: Record<string, string> = {}
  for (const [path, call] of Object.entries(table)) {
    const end = await endOf(call())
    if (end !== "value" && end !== "elements") ends[path] = end
  }
  return ends
}

describe("PromiseClient: types", () => {
  it("a client has the members of its service", () => {
    type Own = keyof PromiseClient.Closable | "with"
    expectTypeOf<Exclude<keyof PromiseClient.ConnectionsClient, Own>>().toEqualTypeOf<keyof ConnectionsApi.Service>()
    expectTypeOf<Exclude<keyof PromiseClient.BosaClient, Own>>().toEqualTypeOf<keyof BosaApi.Service>()
    expectTypeOf<keyof PromiseOperations.JobsOperations>().toEqualTypeOf<keyof Jobs>()
    expectTypeOf<keyof PromiseOperations.Connection<{}>>().toEqualTypeOf<keyof ConnectionHandle>()
    expectTypeOf<keyof PromiseOperations.UnboundActionOperations>().toEqualTypeOf<
      keyof ConnectionsApi.Service["actions"]
    >()
    expectTypeOf<keyof PromiseOperations.Connector<{}>>().toEqualTypeOf<keyof ConnectorHandle>()
    expectTypeOf<keyof PromiseOperations.PromisedAction>().toEqualTypeOf<Exclude<keyof Action, "pipe">>()
    expectTypeOf<keyof UnboundActionCalls>().toExtend<keyof PromiseClient.BosaClient>()
  })

  it("an effect is a function to its Promise, a stream a function to an async iterable", () => {
    type Client = PromiseClient.ConnectionsClient
    expectTypeOf<ReturnType<Client["list"]>>().toEqualTypeOf<
      Promise<Effect.Effect.Success<ReturnType<ConnectionsApi.Service["list"]>>>
    >()
    expectTypeOf<ReturnType<Client["catalog"]>>().toEqualTypeOf<
      Promise<Effect.Effect.Success<ConnectionsApi.Service["catalog"]>>
    >()
    expectTypeOf<Awaited<ReturnType<Client["authorize"]>>>().toEqualTypeOf<unknown>()
    expectTypeOf<Parameters<Client["http"]["get"]>>().toEqualTypeOf<Parameters<ConnectionsApi.Service["http"]["get"]>>()
    expectTypeOf<ReturnType<PromiseClient.BosaClient["catalog"]["allTools"]>>().toExtend<AsyncIterable<object>>()
  })
})
