import * as Action from "@effect-connectors/core/Action"
import type {
  ApiError,
  NotSent,
  OutcomeUnknown,
  ReadError,
  Unreachable,
  WriteError
} from "@effect-connectors/core/ApiError"
import type { Auth } from "@effect-connectors/core/Auth"
import { BosaApi } from "@effect-connectors/core/BosaApi"
import type { PaginationLoop } from "@effect-connectors/core/BosaError"
import type { ConnectorFile, FileError } from "@effect-connectors/core/ConnectorFile"
import type { InvalidRequest } from "@effect-connectors/core/InvalidRequest"
import type { Page, PageError } from "@effect-connectors/core/Page"
import type { CreatedUser, UserToken } from "@effect-connectors/core/Users"
import type * as HttpClient from "@effect/platform/HttpClient"
import * as Effect from "effect/Effect"
import type * as Either from "effect/Either"
import type * as Layer from "effect/Layer"
import type * as Redacted from "effect/Redacted"
import * as Schema from "effect/Schema"
import type * as Scope from "effect/Scope"
import * as Stream from "effect/Stream"
import { describe, expectTypeOf, it } from "vitest"

declare const bosa: BosaApi.Service
declare const token: UserToken
declare const secret: Redacted.Redacted

// these are checked by the compiler: the bodies are never run
const compiled = (_check: () => void): void => undefined

const Row = Schema.Struct({ id: Schema.NumberFromString })

describe("the types of BOSA", () => {
  it("discovery is a read; an action is a read and a write; neither needs anything", () => {
    compiled(() => {
      const demo = bosa.connect("demo")
      expectTypeOf(bosa.connectors).toEqualTypeOf<Effect.Effect<ReadonlyArray<string>, ReadError>>()
      expectTypeOf<Effect.Effect.Error<typeof demo.actions>>().toEqualTypeOf<ReadError>()
      expectTypeOf<Effect.Effect.Error<typeof demo.info>>().toEqualTypeOf<ReadError>()
      expectTypeOf(demo.refresh).toEqualTypeOf<Effect.Effect<void>>()
      const act = demo.action("act")
      expectTypeOf<Effect.Effect.Error<typeof act.parameters>>().toEqualTypeOf<ReadError>()
      expectTypeOf<Effect.Effect.Error<typeof act.validate>>().toEqualTypeOf<ReadError>()
      const whole = Effect.succeed<Action.Executed>
      expectTypeOf(demo.execute("act")).toEqualTypeOf<Effect.Effect<Action.Executed, ReadError | WriteError>>()
      expectTypeOf(bosa.execute("demo", "act")).toEqualTypeOf(demo.execute("act"))
      expectTypeOf(Action.execute(act)).toEqualTypeOf(demo.execute("act"))
      expectTypeOf<Action.ActionError>().toEqualTypeOf<ReadError | WriteError>()
      expectTypeOf(whole).returns.toEqualTypeOf<Effect.Effect<Action.Executed>>()
    })
  })

  it("either: what the action answered is a value, and what discovery did is still an error", () => {
    compiled(() => {
      const either = bosa.either("demo", "act")
      expectTypeOf<Effect.Effect.Success<typeof either>>().toEqualTypeOf<
        Either.Either<Action.Executed, Action.Executed>
      >()
      expectTypeOf<Effect.Effect.Error<typeof either>>().toEqualTypeOf<Action.ActionError>()
      expectTypeOf<Effect.Effect.Context<typeof either>>().toEqualTypeOf<never>()
    })
  })

  it("pages add one error, and only they", () => {
    expectTypeOf<PageError>().toEqualTypeOf<ReadError | WriteError | PaginationLoop>()
    expectTypeOf<Exclude<PageError, ApiError>>().toEqualTypeOf<PaginationLoop>()
    compiled(() => {
      expectTypeOf(bosa.pages("demo", "list")).toEqualTypeOf<Stream.Stream<Page<unknown>, PageError>>()
      expectTypeOf(bosa.items("demo", "list")).toEqualTypeOf<Stream.Stream<unknown, PageError>>()
      expectTypeOf(bosa.run("demo", "list")).toEqualTypeOf<Effect.Effect<Page<unknown>, PageError>>()
    })
  })

  it("what may be lost: an action can be NotSent, OutcomeUnknown, or Unreachable in its discovery", () => {
    expectTypeOf<Extract<Action.ActionError, NotSent | OutcomeUnknown | Unreachable>>().toEqualTypeOf<
      NotSent | OutcomeUnknown | Unreachable
    >()
    expectTypeOf<Extract<WriteError, Unreachable>>().toEqualTypeOf<never>()
  })

  it("an output schema types the page, its neighbours and the items, in each form", () => {
    compiled(() => {
      const output = Schema.Array(Row)
      interface Item {
        readonly id: number
      }
      const list = bosa.connect("demo").action("list")
      const typed = list.pipe(
        Action.params({ a: 1 }),
        Action.output(output),
        Action.maxAttempts(3),
        Action.token(token)
      )
      expectTypeOf(typed).toEqualTypeOf<Action.Action<ReadonlyArray<Item>>>()
      const page = Action.run(typed)
      expectTypeOf<Effect.Effect.Success<typeof page>>().toEqualTypeOf<Page<ReadonlyArray<Item>>>()
      expectTypeOf(Action.items(typed)).toEqualTypeOf<Stream.Stream<Item, PageError>>()
      expectTypeOf(Action.itemsBackward(typed)).toEqualTypeOf<Stream.Stream<Item, PageError>>()
      expectTypeOf(bosa.items("demo", "list", {}, { output })).toEqualTypeOf<Stream.Stream<Item, PageError>>()
      expectTypeOf(bosa.connect("demo").pages("list", {}, { output })).toEqualTypeOf<
        Stream.Stream<Page<ReadonlyArray<Item>>, PageError>
      >()
      const single = list.pipe(Action.output(Row), Action.items)
      expectTypeOf(single).toEqualTypeOf<Stream.Stream<Item, PageError>>()
    })
  })

  it("a download lives in a scope, and reading it fails with FileError alone", () => {
    compiled(() => {
      const download = Action.download(bosa.connect("demo").action("get"))
      expectTypeOf(download).toEqualTypeOf<Effect.Effect<ConnectorFile, Action.ActionError, Scope.Scope>>()
      const read = Stream.unwrapScoped(Effect.map(download, (file) => file.stream))
      expectTypeOf(read).toEqualTypeOf<Stream.Stream<Uint8Array, Action.ActionError | FileError>>()
    })
  })

  it("users and integrations: reads, writes, and secrets that are redacted", () => {
    compiled(() => {
      expectTypeOf(bosa.users.create("ann")).toEqualTypeOf<Effect.Effect<CreatedUser, WriteError>>()
      expectTypeOf(bosa.users.authenticate("ann", secret)).toEqualTypeOf<Effect.Effect<UserToken, WriteError>>()
      expectTypeOf(bosa.integrations.has("github", token)).toEqualTypeOf<Effect.Effect<boolean, ReadError>>()
      expectTypeOf(bosa.integrations.initiate("github", token, "https://h/")).toEqualTypeOf<
        Effect.Effect<string, WriteError>
      >()
      expectTypeOf<CreatedUser["secret"] | UserToken["token"]>().toEqualTypeOf<Redacted.Redacted>()
    })
  })

  it("catching every tag leaves no error", () => {
    compiled(() => {
      const nothing = () => Stream.empty
      const caught = bosa.items("demo", "list").pipe(
        Stream.catchTags({
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
          PaginationLoop: nothing
        })
      )
      expectTypeOf<Stream.Stream.Error<typeof caught>>().toEqualTypeOf<never>()
    })
  })

  it("a layer needs Auth and HttpClient, and fails with InvalidRequest; all its options may be left out", () => {
    compiled(() => {
      expectTypeOf(BosaApi.layer()).toEqualTypeOf<Layer.Layer<BosaApi, InvalidRequest, Auth | HttpClient.HttpClient>>()
      expectTypeOf(BosaApi.make({ dialect: "gl" })).toEqualTypeOf<
        Effect.Effect<BosaApi.Service, InvalidRequest, Auth | HttpClient.HttpClient>
      >()
    })
  })

  it("what must not compile does not", () => {
    compiled(() => {
      // @ts-expect-error there is no such dialect
      BosaApi.layer({ dialect: "bosa-0.2" })
      // @ts-expect-error to declare every call idempotent is not for a layer to say
      BosaApi.layer({ retry: "idempotent" })
      // @ts-expect-error a token in clear
      void bosa.execute("demo", "act", {}, { token: "t" })
      // @ts-expect-error the name of the action is needed
      void bosa.execute("demo")
      // @ts-expect-error there is no such option
      void bosa.execute("demo", "act", {}, { retries: 3 })
      // @ts-expect-error the actions are a value
      bosa.connect("demo").actions()
      // @ts-expect-error the output is for pages: execute gives the whole body
      void bosa.execute("demo", "act", {}, { output: Row })
      // @ts-expect-error a secret in clear
      void bosa.users.authenticate("ann", "secret")
      // @ts-expect-error the place of a page is a number or a cursor
      Action.from({ page: "2" })
      // @ts-expect-error an action that was not run gives no page
      void Effect.map(bosa.connect("demo").action("act"), (page) => page)
    })
  })
})
