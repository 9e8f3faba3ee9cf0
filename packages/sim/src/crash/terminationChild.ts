/**
 * A program with many submits in flight that ends on SIGTERM. `terminationChild.js LEDGER URL PREFIX COUNT [undrained]`: with
 * `undrained` its submits do not wait for the responses to what has left.
 */
import { Auth } from "@effect-connectors/core/Auth"
import { ConnectionsApi } from "@effect-connectors/core/ConnectionsApi"
import { Ledger } from "@effect-connectors/core/Ledger"
import * as NodeConnectors from "@effect-connectors/node/NodeConnectors"
import * as NodeLedger from "@effect-connectors/node/NodeLedger"
import * as NodeRuntime from "@effect/platform-node/NodeRuntime"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import { action, connection, type ChildMessage } from "./messages.js"

const [path = "", url = "", prefix = "", count = "0", undrained] = process.argv.slice(2)

const report = (message: ChildMessage): Effect.Effect<void> => Effect.sync(() => void process.send?.(message))

const program = Effect.gen(function* () {
  const { connection: bound, jobs } = yield* ConnectionsApi
  const ledger = yield* Ledger
  const submitted = (key: string) =>
    ledger.submit(key, bound(connection).actions.execute(action, { input: { key, by: prefix } }, { async: true }), {
      operation: action,
      connection,
      ...(undrained === undefined ? {} : { drain: false })
    })
  const keys = Array.from({ length: Number(count) }, (_, index) => `${prefix}.${index}`)
  yield* report({ _tag: "Ready" })
  yield* Effect.forEach(keys, (key) => Effect.zipRight(report({ _tag: "Started", key }), jobs.result(submitted(key))), {
    concurrency: "unbounded",
    discard: true
  })
})

const services = Layer.merge(
  ConnectionsApi.layer({ baseUrl: url }).pipe(
    Layer.provide(Auth.serviceToken(Redacted.make("crash"))),
    Layer.provide(NodeConnectors.layer)
  ),
  NodeLedger.layer(path)
)

NodeRuntime.runMain(Effect.provide(program, services))
