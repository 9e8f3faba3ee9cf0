/** What is tried of a transport against the emulator. Each cell is `ok`, or says what went wrong. */
import * as Action from "@effect-connectors/core/Action"
import { Auth } from "@effect-connectors/core/Auth"
import { BosaApi } from "@effect-connectors/core/BosaApi"
import * as ConnectorFile from "@effect-connectors/core/ConnectorFile"
import { ConnectionsApi } from "@effect-connectors/core/ConnectionsApi"
import * as HttpClient from "@effect/platform/HttpClient"
import * as Cause from "effect/Cause"
import * as Chunk from "effect/Chunk"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import * as Stream from "effect/Stream"
import { endOf } from "../resend/program.js"
import { type CellReport, connectionsOf, type Feature, type MatrixPlan, type TransportName } from "./plan.js"

const cellMillis = 15_000
const pauseMillis = 50
const interruptAfterMillis = 400
const interruptMillis = 5_000

const upload = { text: "hello from a runtime\n", size: 21 }

type Apis = ConnectionsApi | BosaApi | HttpClient.HttpClient

const okIf = (isOk: boolean, otherwise: unknown): string =>
  isOk ? "ok" : typeof otherwise === "string" ? otherwise : (JSON.stringify(otherwise) ?? "nothing came")

const connectionsAt = (baseUrl: string) =>
  ConnectionsApi.layer({ baseUrl, retry: "none" }).pipe(
    // a header of credentials makes a browser ask first
    Layer.provide(Auth.serviceToken(Redacted.make("matrix")))
  )

const apisAt = (baseUrl: string) =>
  Layer.merge(
    connectionsAt(baseUrl),
    Layer.provide(
      BosaApi.layer({ baseUrl, dialect: "gl", retry: "none" }),
      Auth.bosa({ apiKey: Redacted.make("demo-key") })
    )
  )

const cells: Readonly<
  Record<Feature, (transport: TransportName, plan: MatrixPlan) => Effect.Effect<string, unknown, Apis>>
> = {
  list: () =>
    Effect.map(
      Effect.flatMap(ConnectionsApi, (api) => api.list()),
      (all) =>
        okIf(
          all.some(({ slug }) => slug === "crm"),
          all
        )
    ),
  "execute + follow": () =>
    Effect.gen(function* () {
      const { actions, jobs } = yield* ConnectionsApi
      const followed = jobs.follow(actions.execute("crm", "sync", { input: {} }, { async: true }))
      const events = Chunk.toReadonlyArray(yield* Stream.runCollect(followed))
      const last = events.at(-1)
      const isWhole =
        events[0]?._tag === "Submitted" &&
        last?._tag === "Completed" &&
        JSON.stringify(last.value) === JSON.stringify({ synced: 2 })
      return okIf(isWhole, events)
    }),
  "BOSA pages": () =>
    Effect.gen(function* () {
      const bosa = yield* BosaApi
      const items = yield* Stream.runCollect(Action.items(bosa.connect("demo").action("list_items")))
      return okIf(Chunk.size(items) === 25, `${Chunk.size(items)} items of 25`)
    }),
  upload: () =>
    Effect.gen(function* () {
      const file = ConnectorFile.fromText(upload.text, { filename: "hello.txt" })
      const { data } = yield* (yield* BosaApi).run("demo", "upload", { name: "note", file })
      const text = JSON.stringify(data)
      return okIf(text.includes('"filename":"hello.txt"') && text.includes(`"size":${upload.size}`), data)
    }),
  interrupt: (transport) =>
    Effect.gen(function* () {
      const { actions } = yield* ConnectionsApi
      const fiber = yield* Effect.fork(actions.execute(connectionsOf(transport).slow, "slow", { input: {} }))
      yield* Effect.sleep(interruptAfterMillis)
      const exit = yield* Effect.timeoutOption(Effect.disconnect(Fiber.interrupt(fiber)), interruptMillis)
      if (exit._tag === "None") return "it did not end"
      return okIf(Exit.isInterrupted(exit.value), `it ended before: ${endOf(exit.value)}`)
    }),
  "lost answer": (transport) =>
    Effect.gen(function* () {
      const { actions, list } = yield* ConnectionsApi
      // leaves a connection to be used again: over such a one some runtimes send twice
      yield* list()
      yield* Effect.sleep(pauseMillis)
      return endOf(yield* Effect.exit(actions.execute(connectionsOf(transport).lost, "echo", { input: {} })))
    }),
  CORS: (_, { closedUrl }) =>
    Effect.flatMap(ConnectionsApi, (api) => api.list()).pipe(
      Effect.provide(connectionsAt(closedUrl)),
      Effect.match({
        onFailure: ({ message }) =>
          okIf(
            /access-control-allow-origin: http.*access-control-allow-headers: .*x-service-token/.test(message),
            message
          ),
        onSuccess: () => "another origin may read it"
      })
    )
}

const reasonOf = (cause: Cause.Cause<unknown>): string =>
  Cause.pretty(cause)
    .split("\n", 1)[0]
    ?.replace(/^Error: /, "") ?? "failed"

/** Tries the features of a plan over a transport, one after another. */
export const cellReports = (
  plan: MatrixPlan,
  transport: TransportName,
  layer: Layer.Layer<HttpClient.HttpClient>
): Effect.Effect<ReadonlyArray<CellReport>> =>
  Effect.flatMap(HttpClient.HttpClient, (client) =>
    Effect.forEach(plan.features, (feature) =>
      cells[feature](transport, plan).pipe(
        Effect.provide(apisAt(plan.emulatorUrl)),
        Effect.provideService(HttpClient.HttpClient, client),
        Effect.catchAllCause((cause) => Effect.succeed(reasonOf(cause))),
        Effect.timeoutTo({ duration: cellMillis, onSuccess: (end) => end, onTimeout: () => "hangs" }),
        Effect.map((end): CellReport => ({ transport, feature, end }))
      )
    )
  ).pipe(
    Effect.provide(layer),
    // a transport that cannot even be closed
    Effect.catchAllCause((cause) =>
      Effect.succeed(plan.features.map((feature) => ({ transport, feature, end: reasonOf(cause) })))
    )
  )
