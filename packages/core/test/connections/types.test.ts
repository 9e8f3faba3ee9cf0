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
import * as OptionNames from "@effect-connectors/core/OptionNames"
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

  it("the body of an execute has input, options and extra, and nothing else", () => {
    compiled(() => {
      const { execute } = api.connection("a").actions
      void execute("b", { input: { orderId: 7 }, options: { keep: 1 }, extra: { later: true } })
      interface Order {
        readonly orderId: number
      }
      const order: Order = { orderId: 7 }
      void execute("b", { input: order })
      // @ts-expect-error forgot `input`
      void execute("b", { orderId: 7 })
      // @ts-expect-error the options are an argument of their own
      void execute("b", { input: {}, async: true })
      // @ts-expect-error the same, with the slug first
      void api.actions.execute("a", "b", { input: {}, timeoutMs: 5 })
      const forgot = { orderId: 7 }
      // @ts-expect-error a variable without any field of a body
      void execute("b", forgot)
      const misplaced = { input: {}, async: true }
      // @ts-expect-error a variable with an option in it
      void execute("b", misplaced)
      // @ts-expect-error there is no such option
      void execute("b", {}, { asnyc: true })
      // @ts-expect-error typed calls have no inputs to check
      void api.sql.select("a", {}, { checkInputs: true })
    })
  })

  it("typed calls take the fields of their operation, and others in extra", () => {
    compiled(() => {
      const { file, http, sql } = api.connection("a")
      void http.post({
        path: "/x",
        query: { a: [1, true] },
        headers: { h: "v" },
        body: { b: 1 },
        extra: { retries: 3 }
      })
      void file.upload({ path: "a", content: "b", encoding: "base64", overwrite: false })
      void sql.select({ table: "t", columns: ["a"], where: { a: { gte: 1 } }, orderBy: [{ a: "desc" }, "b"], limit: 1 })
      void sql.insert({ table: "t", rows: [{ a: 1 }], returning: ["a"], options: { debug: true } })
      void sql.insert({ table: "t", columns: ["a"], rows: [[1]] })
      void sql.update({ table: "t", set: { a: 1 }, all: true })
      void sql.query({ sql: "select $1", params: [1, "a", null] })
      // @ts-expect-error a slip of a name
      void sql.select({ tabel: "t" })
      // @ts-expect-error a value of another type
      void sql.select({ table: "t", limit: "many" })
      const slip = { tabel: "t" }
      // @ts-expect-error the same in a variable
      void sql.select(slip)
      // @ts-expect-error a field of another operation
      void sql.delete({ table: "t", set: { a: 1 } })
      // @ts-expect-error the options are an argument of their own
      void sql.select({ table: "t", async: true })
      // @ts-expect-error no such encoding
      void file.read({ path: "a", encoding: "base65" })
      // @ts-expect-error a move has no path
      void file.move({ path: "a", to: "b" })
      // @ts-expect-error a header is text
      void http.get({ headers: { h: 1 } })
      // @ts-expect-error the same with the slug first
      void api.http.get("a", { pat: "/x" })
    })
  })

  it("the names of an options type are complete", () => {
    compiled(() => {
      interface Two {
        readonly one?: number
        readonly two?: number | undefined
      }
      OptionNames.make<Two>({ one: true, two: true })
      // @ts-expect-error one is missing
      OptionNames.make<Two>({ one: true })
      // @ts-expect-error one is too many
      OptionNames.make<Two>({ one: true, two: true, three: true })
    })
  })
})
