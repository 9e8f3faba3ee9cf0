import { it, assert } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import { Auth, ConnectionsApi } from "@effect-connectors/core"
import { ConnectionsTest } from "@effect-connectors/testing"
import { VirtualClock } from "@effect-connectors/testing"
it("smoke", () => Effect.runPromise(VirtualClock.run(Effect.gen(function*() {
  const c = yield* ConnectionsApi
  console.log(yield* c.list())
  const crm = c.connection("crm")
  console.log(yield* crm.actions.inputs("fetch-deal"))
  console.log(yield* crm.actions.execute("fetch-deal", { input: { id: 7 } }))
  yield* c.jobs.follow(crm.actions.execute("sync", { input: {} }, { async: true })).pipe(Stream.runForEach((e) => Effect.sync(() => console.log(e))))
  console.log(yield* c.jobs.results(Stream.range(1, 20).pipe(Stream.map(() => crm.actions.execute("sync", { input: {} }, { async: true })))).pipe(Stream.runCollect))
  console.log(yield* Effect.flip(c.get("nope")))
}).pipe(Effect.provide(ConnectionsApi.layer({ baseUrl: "http://localhost" }).pipe(Layer.provide(Auth.serviceToken(Redacted.make("demo-token"))), Layer.provide(ConnectionsTest.layer())))))))
