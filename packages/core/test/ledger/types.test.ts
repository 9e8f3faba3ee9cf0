import type { ReadError, WriteError } from "@effect-connectors/core/ApiError"
import type { ConnectionsApi } from "@effect-connectors/core/ConnectionsApi"
import type { InvalidRequest } from "@effect-connectors/core/InvalidRequest"
import { Completed, type Execution } from "@effect-connectors/core/Job"
import type { JobError } from "@effect-connectors/core/JobError"
import { Ledger, type Verification } from "@effect-connectors/core/Ledger"
import type {
  AlreadyDone,
  KeyReused,
  LedgerError,
  LedgerFailed,
  SubmissionNotDone,
  SubmissionUnknown
} from "@effect-connectors/core/LedgerError"
import type * as KeyValueStore from "@effect/platform/KeyValueStore"
import * as Effect from "effect/Effect"
import type * as Layer from "effect/Layer"
import * as Schema from "effect/Schema"
import { describe, expectTypeOf, it } from "vitest"

declare const ledger: Ledger.Service
declare const api: ConnectionsApi.Service
declare const typed: Effect.Effect<Execution<number>, "mine", "needs">

// these are checked by the compiler: the bodies are never run
const compiled = (_check: () => void): void => undefined

describe("ledger: types", () => {
  it("a submit keeps the execution's value, errors and needs, and adds the ledger's errors", () => {
    compiled(() => {
      expectTypeOf(ledger.submit("k", typed)).toEqualTypeOf<
        Effect.Effect<Execution<number>, "mine" | LedgerError | InvalidRequest, "needs">
      >()
      expectTypeOf(ledger.submit("k", api.actions.execute("a", "b"), { value: Schema.Unknown })).toEqualTypeOf<
        Effect.Effect<Execution, WriteError | LedgerError>
      >()
      expectTypeOf(api.jobs.result(ledger.submit("k", api.actions.execute("a", "b")))).toEqualTypeOf<
        Effect.Effect<unknown, WriteError | LedgerError | ReadError | JobError>
      >()
      // @ts-expect-error the kept value is the execution's
      void ledger.submit("k", typed, { value: Schema.String })
      void ledger.submit("k", typed, { isNotDone: (error) => error === "mine", value: Schema.NumberFromString })
    })
  })

  it("the errors are the closed list, and catching them leaves none", () => {
    expectTypeOf<LedgerError>().toEqualTypeOf<SubmissionUnknown | AlreadyDone | LedgerFailed>()
    compiled(() => {
      const nothing = () => Effect.succeed(null)
      const caught = ledger.submit("k", typed).pipe(
        Effect.catchTags({
          SubmissionUnknown: nothing,
          AlreadyDone: nothing,
          LedgerFailed: nothing,
          InvalidRequest: nothing
        })
      )
      expectTypeOf<Effect.Effect.Error<typeof caught>>().toEqualTypeOf<"mine">()
      expectTypeOf(ledger.forget("k")).toEqualTypeOf<Effect.Effect<void, LedgerFailed>>()
    })
  })

  it("an input adds the error of a key with other work, and without one there is none to handle", () => {
    compiled(() => {
      expectTypeOf(ledger.submit("k", typed, { operation: "place", input: { id: 7 } })).toEqualTypeOf<
        Effect.Effect<Execution<number>, "mine" | LedgerError | InvalidRequest | KeyReused, "needs">
      >()
      const named = ledger.submit("k", typed, { operation: "place", resubmit: "failed", drain: "5 seconds" })
      expectTypeOf(named).toEqualTypeOf<
        Effect.Effect<Execution<number>, "mine" | LedgerError | InvalidRequest, "needs">
      >()
      // @ts-expect-error nothing was compared, so there is no such error
      void Effect.catchTag(named, "KeyReused", () => Effect.void)
      // @ts-expect-error only a failed job may be submitted again
      void ledger.submit("k", typed, { resubmit: "always" })
    })
  })

  it("a verifier adds its needs and the error of what was not done, and not its own errors", () => {
    compiled(() => {
      const verify: Effect.Effect<Verification<number>, "unreachable", "a reader"> = Effect.succeed(Ledger.notDone)
      expectTypeOf(ledger.submit("k", typed, { verify, settleAfter: "1 minute" })).toEqualTypeOf<
        Effect.Effect<
          Execution<number>,
          "mine" | LedgerError | InvalidRequest | SubmissionNotDone,
          "needs" | "a reader"
        >
      >()
      // @ts-expect-error its value is the execution's
      void ledger.submit("k", typed, { verify: Effect.succeed(Completed("seven")) })
      // @ts-expect-error it has to say what it found
      void ledger.submit("k", typed, { verify: Effect.succeed(undefined) })
      const both = Effect.all([ledger.submit("k", typed)])
      expectTypeOf<Effect.Effect.Context<typeof both>>().toEqualTypeOf<"needs">()
    })
  })

  it("the layers say what they need and how they fail", () => {
    expectTypeOf(Ledger.layerMemory).toEqualTypeOf<Layer.Layer<Ledger>>()
    expectTypeOf<ReturnType<typeof Ledger.layerStore>>().toEqualTypeOf<
      Layer.Layer<Ledger, LedgerFailed, KeyValueStore.KeyValueStore>
    >()
  })
})
