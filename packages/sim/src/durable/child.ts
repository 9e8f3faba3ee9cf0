import { Auth } from "@effect-connectors/core/Auth"
import { ConnectionsApi } from "@effect-connectors/core/ConnectionsApi"
import type { DurableJobs } from "@effect-connectors/durable/DurableJobs"
import * as NodeConnectors from "@effect-connectors/node/NodeConnectors"
import * as NodeRuntime from "@effect/platform-node/NodeRuntime"
import * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import type { ClientMessage, RunnerMessage } from "./messages.js"

/** The address is in the environment: arguments are shown to every user of the machine. */
export const database = { url: Redacted.make(process.env["DURABLE_DATABASE"] ?? "") }

/** The platform at the server of the run, which is told by whom it is called. */
const platform = (url: string, name: string) =>
  ConnectionsApi.layer({ baseUrl: url, userAgent: name }).pipe(
    Layer.provide(Auth.serviceToken(Redacted.make("durable"))),
    Layer.provide(NodeConnectors.layer)
  )

/** To the process that started this one, if it is still there. */
export const report = (message: RunnerMessage | ClientMessage): Effect.Effect<void> =>
  Effect.sync(() => void process.send?.(message, undefined, undefined, () => {}))

/** Runs a program until it is asked to end, or the process that started this one has ended. */
export const runChild = <E1, E2>(
  program: Effect.Effect<void, E1, DurableJobs>,
  jobs: Layer.Layer<DurableJobs, E2, ConnectionsApi>,
  { name, url }: { readonly name: string; readonly url: string }
): void => {
  process.once("disconnect", () => process.exit())
  program.pipe(
    Effect.provide(Layer.provide(jobs, platform(url, name))),
    Effect.tapErrorCause((cause) =>
      Cause.isInterruptedOnly(cause) ? Effect.void : report({ _tag: "Failed", reason: Cause.pretty(cause) })
    ),
    NodeRuntime.runMain
  )
}
