import { it } from "@effect/vitest"
import { Auth } from "@effect-connectors/core/Auth"
import * as Api from "@effect-connectors/core/ConnectionsApi"
import type { Execution } from "@effect-connectors/core/Job"
import { JobRef } from "@effect-connectors/core/JobRef"
import type { RecordedRequest } from "@effect-connectors/testing/ConnectionsModel"
import { ConnectionsTest } from "@effect-connectors/testing/ConnectionsTest"
import { VirtualClock } from "@effect-connectors/testing/VirtualClock"
import * as World from "@effect-connectors/testing/World"
import type * as HttpClient from "@effect/platform/HttpClient"
import * as Cause from "effect/Cause"
import * as Chunk from "effect/Chunk"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Option from "effect/Option"
import * as Redacted from "effect/Redacted"
import type * as Scope from "effect/Scope"
import * as Stream from "effect/Stream"

export const origin = "http://localhost"

const world = World.make({
  connections: [
    {
      slug: "crm",
      actions: [
        { slug: "sync", takesMillis: 6_000, progress: true, result: { synced: 2 } },
        { slug: "short", takesMillis: 800, result: { synced: 1 } },
        { slug: "now", atOnce: true, result: { synced: 0 } },
        { slug: "long", takesMillis: 6 * 3_600_000, result: "after six hours" },
        { slug: "stuck", stays: "running" },
        { slug: "odd", stays: "archiving" },
        { slug: "echo", alwaysJob: true, echo: true, takesMillis: 1_000 },
        { slug: "fails", takesMillis: 2_000, fails: { code: "UPSTREAM_DOWN", message: "the CRM is down" } },
        { slug: "cancelled", takesMillis: 2_000, cancelled: true }
      ]
    },
    { slug: "shop", kind: "sql", tables: { t: [{ id: 1 }] }, plans: { "*": { takesMillis: 3_000 } } }
  ]
})

export type Platform = ConnectionsTest | HttpClient.HttpClient | VirtualClock | Scope.Scope

/** A client of its own, as another process would make it. */
export const client = (options: Partial<Api.ConnectionsApi.Options> = {}) =>
  Effect.provide(Api.make({ baseUrl: origin, ...options }), Auth.serviceToken(Redacted.make("token")))

/** A program in virtual time, against the platform in memory. */
export const run = <A, E>(program: Effect.Effect<A, E, Platform>, seed: number | string = 1): Effect.Effect<A, E> =>
  VirtualClock.run(Effect.scoped(Effect.provide(program, ConnectionsTest.layer(world))), { seed })

export const virtual = <A, E>(name: string, program: () => Effect.Effect<A, E, Platform>, timeout?: number): void =>
  it.effect(name, () => run(program()), timeout)

export const ref = (jobId: string, more: Partial<JobRef> = {}): JobRef =>
  new JobRef({ v: 1, api: "connections", origin, jobId, operation: "actions.execute", submittedAt: 0, ...more })

/** An execute as a job that an action of `crm` became. */
export const submit = (api: Api.ConnectionsApi.Service, action: string, input: Record<string, unknown> = {}) =>
  api.connection("crm").actions.execute(action, { input }, { async: true })

/** The reference of a job; dies where the work was done at once. */
export const accepted = <E, R>(execution: Effect.Effect<Execution, E, R>): Effect.Effect<JobRef, E, R> =>
  Effect.flatMap(execution, (done) =>
    done._tag === "Accepted" ? Effect.succeed(done.job) : Effect.dieMessage("it became no job")
  )

const isPoll = (request: RecordedRequest): boolean => request.operation === "jobs.get"

export const polls = Effect.flatMap(ConnectionsTest, (platform) =>
  Effect.map(platform.requests, (all) => all.filter(isPoll))
)

export const sends = Effect.flatMap(ConnectionsTest, (platform) => Effect.map(platform.requests, (all) => all.length))

export const pending = Effect.flatMap(VirtualClock, (clock) => clock.pending)

export const collect = <A, E, R>(stream: Stream.Stream<A, E, R>): Effect.Effect<ReadonlyArray<A>, E, R> =>
  Effect.map(Stream.runCollect(stream), Chunk.toReadonlyArray)

/** All that a stream gave, and how it ended. */
export const whole = <A, E, R>(stream: Stream.Stream<A, E, R>) =>
  Effect.suspend(() => {
    const items: Array<A> = []
    return Effect.map(
      Effect.exit(Stream.runForEach(stream, (item) => Effect.sync(() => items.push(item)))),
      (exit) => ({ items, exit })
    )
  })

/** `ok`, the tag of the failure, or what else ended it. */
export const tagOf = (exit: Exit.Exit<unknown, { readonly _tag: string }>): string =>
  Exit.match(exit, {
    onSuccess: () => "ok",
    onFailure: (cause) =>
      Option.match(Cause.failureOption(cause), {
        onSome: (error) => error._tag,
        onNone: () => (Cause.isInterruptedOnly(cause) ? "interrupted" : "defect")
      })
  })

export const errorOf = <E>(exit: Exit.Exit<unknown, E>): E | undefined =>
  Exit.isFailure(exit) ? Option.getOrUndefined(Cause.failureOption(exit.cause)) : undefined
