/** The calls that are measured, by name: each sends the same POST, or polls in memory, and reads the same response. */
import type { Form, Telemetry } from "./clients/connectors.js"
import type { HabitName } from "./clients/habits.js"
import type { Round } from "./workload.js"

type Make = (url: string) => Promise<Round>

// a process loads the one client that it measures
const raw =
  (name: "globalFetch" | "nodeHttp" | "undiciDispatch" | "undiciRequest"): Make =>
  async (url) =>
    (await import("./clients/raw.js"))[name](url)
const peer =
  (name: "axios" | "composio" | "got" | "ky" | "openai"): Make =>
  async (url) =>
    (await import("./clients/peers.js"))[name](url)
const effect =
  (transport: "fetch" | "undici", form: "plain" | "wrapped"): Make =>
  async (url) => {
    const { effectClient, transports } = await import("./clients/effect.js")
    return effectClient(url, transports[transport], form)
  }
const ours =
  (transport: "fetch" | "memory" | "node", form: Form, telemetry?: Telemetry): Make =>
  async (url) => {
    const { connectorsClient, transports } = await import("./clients/connectors.js")
    return connectorsClient(url, form, transports[transport], telemetry)
  }
const oursOverFetchTransport =
  (form: Form): Make =>
  async (url) => {
    const [{ FetchTransport }, { connectorsClient }] = await Promise.all([
      import("@effect-connectors/core"),
      import("./clients/connectors.js")
    ])
    return connectorsClient(url, form, FetchTransport.layer)
  }

const habit =
  (name: HabitName): Make =>
  async () =>
    (await import("./clients/habits.js")).habits[name]

export const callVariants = {
  "undici request": raw("undiciRequest"),
  "undici request, again": raw("undiciRequest"),
  "undici dispatch": raw("undiciDispatch"),
  "node:http": raw("nodeHttp"),
  "global fetch + json": raw("globalFetch"),
  axios: peer("axios"),
  got: peer("got"),
  ky: peer("ky"),
  openai: peer("openai"),
  "@composio/client": peer("composio"),
  "Effect layerUndici + schemaBodyJson": effect("undici", "plain"),
  "Effect layerUndici + retry + span + timeout": effect("undici", "wrapped"),
  "Effect over fetch + schemaBodyJson": effect("fetch", "plain"),
  "Effect over fetch + retry + span + timeout": effect("fetch", "wrapped"),
  "ours, in a fiber": ours("node", "fiber"),
  "ours, by runPromise": ours("node", "runPromise"),
  "ours, in a fiber, tracer": ours("node", "fiber", "tracer"),
  "ours, by runPromise, tracer": ours("node", "runPromise", "tracer"),
  "ours, in a fiber, metrics": ours("node", "fiber", "metrics"),
  "ours over FetchHttpClient": ours("fetch", "fiber"),
  "ours over FetchTransport": oursOverFetchTransport("fiber"),
  "ours over FetchTransport, by runPromise": oursOverFetchTransport("runPromise"),
  "ours, BosaApi": async (url) => (await import("./clients/bosa.js")).bosaClient(url),
  "ours in memory": ours("memory", "fiber"),
  "ours in memory, again": ours("memory", "fiber"),
  "ours in memory, tracer": ours("memory", "fiber", "tracer"),
  "ours in memory, metrics": ours("memory", "fiber", "metrics"),
  "platform's client in memory, text": async () => (await import("./clients/memory.js")).platformRead,
  "ours, a poll in memory": async () => (await import("./clients/memory.js")).connectorsPoll(),
  "a call": habit("a call"),
  "Call.withDeadline": habit("Call.withDeadline"),
  "Effect.gen around it": habit("Effect.gen around it"),
  "Effect.retry around it": habit("Effect.retry around it"),
  "Effect.scoped around it": habit("Effect.scoped around it"),
  "Effect.withSpan around it": habit("Effect.withSpan around it"),
  "Effect.timeout around it": habit("Effect.timeout around it"),
  "runPromise per call": habit("runPromise per call"),
  "runPromise of a ManagedRuntime per call": habit("runPromise of a ManagedRuntime per call"),
  "Effect.provide of the client's layer per call": habit("Effect.provide of the client's layer per call")
} satisfies Readonly<Record<string, Make>>

export type CallName = keyof typeof callVariants

export const isCallName = (name: string): name is CallName => Object.hasOwn(callVariants, name)
