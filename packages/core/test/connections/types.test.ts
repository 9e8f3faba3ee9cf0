import type {
  ApiError,
  DeadlineExceeded,
  NotSent,
  OutcomeUnknown,
  ReadError,
  Unreachable,
  WriteError
} from "@effect-connectors/core/ApiError"
import type { JobError } from "@effect-connectors/core/JobError"
import type { Auth } from "@effect-connectors/core/Auth"
import { ConnectionsApi } from "@effect-connectors/core/ConnectionsApi"
import type { InvalidRequest } from "@effect-connectors/core/InvalidRequest"
import type { Completed, Execution, JobEvent } from "@effect-connectors/core/Job"
import type { Connection } from "@effect-connectors/core/Records"
import type * as HttpClient from "@effect/platform/HttpClient"
import * as Effect from "effect/Effect"
import type * as Layer from "effect/Layer"
import type * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import type * as Stream from "effect/Stream"
import { describe, expectTypeOf, it } from "vitest"

type Service = ConnectionsApi.Service
declare const api: Service

// these are checked by the compiler: the bodies are never run
const compiled = (_check: () => void): void => undefined

type Members<T> = T extends (...args: ReadonlyArray<never>) => infer R ? R : T
type EffectsOf<T> = {
  [K in keyof T]: Members<T[K]> extends Effect.Effect<unknown, infer E, infer R> ? readonly [E, R] : never
}[keyof T]

describe("the types", () => {
  it("a read gives ReadError, a write gives WriteError, and neither needs anything", () => {
    compiled(() => {
      expectTypeOf(api.get("a")).toEqualTypeOf<Effect.Effect<Connection, ReadError>>()
      expectTypeOf(api.list()).toEqualTypeOf<Effect.Effect<ReadonlyArray<Connection>, ReadError>>()
      expectTypeOf(api.connection("a").get).toEqualTypeOf<Effect.Effect<Connection, ReadError>>()
      expectTypeOf(api.sql.select("a")).toEqualTypeOf<Effect.Effect<Execution, ReadError>>()
      expectTypeOf(api.actions.execute("a", "b")).toEqualTypeOf<Effect.Effect<Execution, WriteError>>()
      expectTypeOf(api.connection("a").actions.execute("b")).toEqualTypeOf<Effect.Effect<Execution, WriteError>>()
      expectTypeOf(api.setActive("a", true)).toEqualTypeOf<Effect.Effect<Option.Option<unknown>, WriteError>>()
    })
    type Groups = "actions" | "http" | "file" | "sql" | "triggers"
    expectTypeOf<EffectsOf<Pick<Service, "get" | "list" | "catalog" | "authorize" | "setActive">>>().toEqualTypeOf<
      readonly [ReadError, never] | readonly [WriteError, never]
    >()
    expectTypeOf<{ [G in Groups]: EffectsOf<Service[G]> }[Groups]>().toEqualTypeOf<
      readonly [ReadError, never] | readonly [WriteError, never]
    >()
  })

  it("a read never has an unknown outcome, a write is never merely unreachable", () => {
    expectTypeOf<Extract<ReadError, NotSent | OutcomeUnknown>>().toEqualTypeOf<never>()
    expectTypeOf<Extract<WriteError, Unreachable>>().toEqualTypeOf<never>()
    expectTypeOf<Exclude<ApiError, ReadError>>().toEqualTypeOf<NotSent | OutcomeUnknown>()
  })

  it("the tags are the closed list", () => {
    expectTypeOf<(ApiError | JobError)["_tag"]>().toEqualTypeOf<
      | "InvalidRequest"
      | "Unauthorized"
      | "Forbidden"
      | "NotFound"
      | "RateLimited"
      | "ApiRejected"
      | "ServerFailed"
      | "UnexpectedRedirect"
      | "UnexpectedBody"
      | "Unreachable"
      | "NotSent"
      | "OutcomeUnknown"
      | "DeadlineExceeded"
      | "JobFailed"
      | "JobCancelled"
      | "JobNotFound"
      | "JobDeadlineExceeded"
    >()
  })

  it("catching every tag leaves no error", () => {
    compiled(() => {
      const nothing = () => Effect.succeed(null)
      const caught = api.jobs.result(api.actions.execute("a", "b")).pipe(
        Effect.catchTags({
          InvalidRequest: nothing,
          Unauthorized: nothing,
          Forbidden: nothing,
          NotFound: nothing,
          RateLimited: nothing,
          ApiRejected: nothing,
          ServerFailed: nothing,
          UnexpectedRedirect: nothing,
          UnexpectedBody: nothing,
          Unreachable: nothing,
          NotSent: nothing,
          OutcomeUnknown: nothing,
          DeadlineExceeded: nothing,
          JobFailed: nothing,
          JobCancelled: nothing,
          JobNotFound: nothing,
          JobDeadlineExceeded: nothing
        })
      )
      expectTypeOf<Effect.Effect.Error<typeof caught>>().toEqualTypeOf<never>()
      const fewer = api.get("a").pipe(Effect.catchTag("NotFound", nothing))
      expectTypeOf<Extract<Effect.Effect.Error<typeof fewer>, { readonly _tag: "NotFound" }>>().toEqualTypeOf<never>()
      // @ts-expect-error a read has no such error to catch
      void api.get("a").pipe(Effect.catchTag("OutcomeUnknown", nothing))
    })
  })

  it("following a job keeps the value's type and adds the job's errors", () => {
    compiled(() => {
      const submitted = api.actions.execute("a", "b")
      expectTypeOf(api.jobs.result(submitted)).toEqualTypeOf<
        Effect.Effect<unknown, WriteError | ReadError | JobError>
      >()
      const piped = submitted.pipe(api.jobs.result)
      expectTypeOf<Effect.Effect.Context<typeof piped>>().toEqualTypeOf<never>()
      const row = api.jobs.result(submitted, { output: Schema.Struct({ id: Schema.NumberFromString }) })
      expectTypeOf<Effect.Effect.Success<typeof row>>().toEqualTypeOf<{ readonly id: number }>()
      const done: Completed<number> = { _tag: "Completed", value: 1 }
      expectTypeOf(api.jobs.result(done)).toEqualTypeOf<Effect.Effect<number, ReadError | JobError>>()
      expectTypeOf(api.jobs.follow(submitted)).toEqualTypeOf<
        Stream.Stream<JobEvent<unknown>, WriteError | ReadError | JobError>
      >()
    })
  })

  it("a layer needs Auth and HttpClient, and fails with InvalidRequest", () => {
    compiled(() => {
      expectTypeOf(ConnectionsApi.layer({ baseUrl: "" })).toEqualTypeOf<
        Layer.Layer<ConnectionsApi, InvalidRequest, Auth | HttpClient.HttpClient>
      >()
    })
  })

  it("what must not compile does not", () => {
    compiled(() => {
      // @ts-expect-error to declare every call idempotent is not for a layer to say
      ConnectionsApi.layer({ baseUrl: "", retry: "idempotent" })
      // @ts-expect-error a base URL is needed
      ConnectionsApi.layer({})
      // @ts-expect-error the bound value is not a function
      api.connection("a").get()
      // @ts-expect-error a slug is text
      void api.get(7)
      // @ts-expect-error there is no such option
      void api.actions.execute("a", "b", {}, { timeout: 5 })
    })
    expectTypeOf<DeadlineExceeded["retryable"]>().toEqualTypeOf<boolean>()
  })
})
