/**
 * A process that shares its ledger with one in another pid namespace: it opens the ledger, and submits one key each time
 * that it is told to. `namespaceChild.js LEDGER URL NAME KEY LEASE [HOST]`: with HOST it takes itself for one on that host.
 */
import { Auth } from "@effect-connectors/core/Auth"
import { ConnectionsApi } from "@effect-connectors/core/ConnectionsApi"
import { Ledger } from "@effect-connectors/core/Ledger"
import * as NodeConnectors from "@effect-connectors/node/NodeConnectors"
import * as NodeLedger from "@effect-connectors/node/NodeLedger"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Layer from "effect/Layer"
import * as Logger from "effect/Logger"
import * as Queue from "effect/Queue"
import * as Redacted from "effect/Redacted"
import { syncBuiltinESMExports } from "node:module"
import os from "node:os"
import { action, connection, type NamespaceMessage } from "./messages.js"

const [path = "", url = "", name = "", key = "", lease = "1000", host] = process.argv.slice(2)

if (host !== undefined) {
  os.hostname = () => host
  syncBuiltinESMExports()
}

const report = (message: NamespaceMessage): Effect.Effect<void> => Effect.sync(() => void process.send?.(message))

const program = Effect.gen(function* () {
  const { connection: bound } = yield* ConnectionsApi
  const ledger = yield* Ledger
  const orders = yield* Queue.unbounded<void>()
  process.on("message", () => void orders.unsafeOffer(undefined))
  yield* report({ _tag: "Opened" })
  const work = bound(connection).actions.execute(action, { input: { key, by: name } }, { async: true })
  // the intent is on the disk: what stops this process now stops it before the request
  const submitted = ledger.submit(key, Effect.zipRight(report({ _tag: "Intended" }), work))
  while (true) {
    yield* Queue.take(orders)
    const outcome = yield* Effect.match(submitted, {
      onFailure: (error) => ("code" in error && typeof error.code === "string" ? error.code : error._tag),
      onSuccess: ({ _tag }) => _tag
    })
    yield* report({ _tag: "Outcome", outcome })
  }
})

const services = Layer.merge(
  ConnectionsApi.layer({ baseUrl: url }).pipe(
    Layer.provide(Auth.serviceToken(Redacted.make("crash"))),
    Layer.provide(NodeConnectors.layer)
  ),
  Layer.provide(NodeLedger.layer(path, { lease: Number(lease) }), Logger.remove(Logger.defaultLogger))
)

const disconnected = Effect.async<void>((resume) => void process.once("disconnect", () => resume(Effect.void)))
const running = Effect.provide(program, services).pipe(
  Effect.catchIf(
    (error) => error instanceof NodeLedger.LedgerFileRefused,
    ({ code }) => report({ _tag: "Refused", code })
  )
)
const exit = await Effect.runPromiseExit(Effect.raceFirst(running, disconnected))
if (Exit.isFailure(exit)) console.error(String(exit.cause))
if (process.connected) process.disconnect()
