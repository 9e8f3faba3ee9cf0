import type * as Effect from "effect/Effect"
import type { ApiError, ReadError } from "../../ApiError.js"
import type { ConnectionHandle, Unbound } from "../../ConnectionHandle.js"
import type { JobState } from "../../JobProtocol.js"
import type { JobRef } from "../../JobRef.js"
import { bind, type Callable, type Read } from "../http/bind.js"
import type { RequestPipeline } from "../http/call.js"
import type { Endpoint } from "../http/endpoint.js"
import type { Input } from "../http/request.js"
import type { CallError } from "../http/errors.js"
import * as checkedExecute from "./checkedExecute.js"
import type { InputChecks } from "./checkedExecute.js"
import { endpoints } from "./endpoints.js"
import type { Client } from "./execute.js"

/** What an endpoint is on a handle: a function without its slug, or a value. */
type OnHandle<Of> =
  Of extends Endpoint<infer E, string, (slug: string, ...args: infer Args) => Input, Read<infer A, Client>>
    ? Of extends { readonly isValue: true }
      ? Effect.Effect<A, CallError<E>>
      : (...args: Args) => Effect.Effect<A, CallError<E>>
    : never

type BoundGroup<Group> = { readonly [K in keyof Group]: OnHandle<Group[K]> }

/** Operations on connections, in both forms. */
interface Bound<Operations> {
  /** With the slug as the first argument. */
  readonly unbound: Unbound<Operations>
  readonly on: (slug: string) => Operations
}

type AnyArgs = [slug: string, a?: unknown, b?: unknown, c?: unknown]
type AnyOnSlug = Callable<AnyArgs, unknown, ApiError, Client> & { readonly isValue?: boolean }

function bindGroup<Group>(pipeline: RequestPipeline, client: Client, group: Group): Bound<BoundGroup<Group>>
function bindGroup(
  pipeline: RequestPipeline,
  client: Client,
  group: Readonly<Record<string, AnyOnSlug>>
): Bound<Readonly<Record<string, unknown>>> {
  const calls = Object.entries(group).map(([name, endpoint]) => {
    const call = bind<AnyArgs, unknown, ApiError, Client>(pipeline, client, endpoint)
    return { name, call, isValue: endpoint.isValue === true }
  })
  const on = (slug: string) => {
    const bound: Record<string, unknown> = {}
    for (const { call, isValue, name } of calls) {
      bound[name] = isValue ? call(slug) : (a: unknown, b: unknown, c: unknown) => call(slug, a, b, c)
    }
    return bound
  }
  return { unbound: Object.fromEntries(calls.map(({ call, name }) => [name, call])), on }
}

type Self = Pick<ConnectionHandle, "get" | "authorize" | "unauthorize" | "setActive">

interface Groups extends Omit<ConnectionHandle, "slug" | keyof Self> {
  readonly self: Self
}

type Binds = { readonly [K in keyof Groups]: (slug: string) => Groups[K] }

/** A handle makes a group when it is first used: most handles are made for one call. */
class Handle implements ConnectionHandle {
  readonly #on: Binds
  readonly #groups: { -readonly [K in keyof Groups]?: Groups[K] } = {}

  constructor(
    on: Binds,
    readonly slug: string
  ) {
    this.#on = on
  }

  get #self() {
    return (this.#groups.self ??= this.#on.self(this.slug))
  }
  get get() {
    return this.#self.get
  }
  get authorize() {
    return this.#self.authorize
  }
  get unauthorize() {
    return this.#self.unauthorize
  }
  get setActive() {
    return this.#self.setActive
  }
  get actions() {
    return (this.#groups.actions ??= this.#on.actions(this.slug))
  }
  get http() {
    return (this.#groups.http ??= this.#on.http(this.slug))
  }
  get file() {
    return (this.#groups.file ??= this.#on.file(this.slug))
  }
  get sql() {
    return (this.#groups.sql ??= this.#on.sql(this.slug))
  }
  get triggers() {
    return (this.#groups.triggers ??= this.#on.triggers(this.slug))
  }
}

/**
 * The operations of Connections as its service has them, each derived from its endpoint.
 *
 * @internal
 */
export const make = (pipeline: RequestPipeline, client: Client, checks: InputChecks) => {
  const { list, ...ofConnection } = endpoints.connections
  const self = bindGroup(pipeline, client, ofConnection)
  const execute = checkedExecute.make(pipeline, client, checks)
  const { execute: _, ...otherActions } = endpoints.actions
  const actions = bindGroup(pipeline, client, otherActions)
  const http = bindGroup(pipeline, client, endpoints.http)
  const file = bindGroup(pipeline, client, endpoints.file)
  const sql = bindGroup(pipeline, client, endpoints.sql)
  const triggers = bindGroup(pipeline, client, endpoints.triggers)
  const poll = bind(pipeline, client, endpoints.jobs.get)
  const on: Binds = {
    self: self.on,
    actions: (slug) => ({
      ...actions.on(slug),
      execute: (action, body, options) => execute(slug, action, body, options)
    }),
    http: http.on,
    file: file.on,
    sql: sql.on,
    triggers: triggers.on
  }
  return {
    connection: (slug: string): ConnectionHandle => new Handle(on, slug),
    operations: {
      ...self.unbound,
      list: bind(pipeline, client, list),
      catalog: bind(pipeline, client, endpoints.catalog.list)(),
      actions: { ...actions.unbound, execute },
      http: http.unbound,
      file: file.unbound,
      sql: sql.unbound,
      triggers: triggers.unbound,
      subscribers: { remove: bind(pipeline, client, endpoints.subscribers.remove) }
    },
    poll: (ref: JobRef): Effect.Effect<JobState, ReadError> => poll(ref),
    // the tracker has a pace and a failure budget of its own: a retry inside would spend its budget without its knowledge
    pollOnce: (ref: JobRef): Effect.Effect<JobState, ReadError> => poll(ref, "none")
  }
}
