import * as Action from "@effect-connectors/core/Action"
import type { BosaApi } from "@effect-connectors/core/BosaApi"
import type {
  ActionOperations,
  ConnectionHandle,
  Unbound,
  UnboundActionOperations
} from "@effect-connectors/core/ConnectionHandle"
import type { ConnectionsApi } from "@effect-connectors/core/ConnectionsApi"
import type { ActionCalls, ConnectorHandle, UnboundActionCalls } from "@effect-connectors/core/ConnectorHandle"
import type { Execution } from "@effect-connectors/core/Job"
import type { Page, PageError } from "@effect-connectors/core/Page"
import type { WriteError } from "@effect-connectors/core/ApiError"
import * as Effect from "effect/Effect"
import { pipe } from "effect/Function"
import * as Schema from "effect/Schema"
import type * as Stream from "effect/Stream"
import { describe, expectTypeOf, it } from "vitest"

type CreateIssue = {
  readonly owner: string
  readonly title: string
  readonly state?: "open" | "closed" | null | undefined
  readonly "due-date"?: string | undefined
}
type ListIssues = { readonly owner?: string | undefined }
type Open = { readonly id: number; readonly [key: string]: unknown }
type SyncDeals = { readonly since: string; readonly full?: boolean | undefined }

declare module "@effect-connectors/core/GeneratedTypes" {
  interface ConnectorTypes {
    readonly "types-hub": {
      readonly create_issue: CreateIssue
      readonly list_issues: ListIssues
      readonly "open-one": Open
    }
    readonly "types-empty": {}
  }
  interface ConnectionTypes {
    readonly "types-crm": { readonly sync: SyncDeals; readonly ping: {} }
  }
}

declare const bosa: BosaApi.Service
declare const connections: ConnectionsApi.Service
declare const anyName: string

// these are checked by the compiler: the bodies are never run
const compiled = (_check: () => void): void => undefined

const full = { owner: "o", title: "t" }
const Row = Schema.Struct({ id: Schema.Number })

describe("generated types", () => {
  it("the bound calls of a connector take what was generated for the action", () => {
    compiled(() => {
      const hub = bosa.connect("types-hub")
      void hub.execute("create_issue", { owner: "o", title: "t", state: "open", "due-date": "2026-01-31" })
      void hub.execute("create_issue", { owner: "o", title: "t", state: null }, { maxAttempts: 3 })
      void hub.run("list_issues")
      void hub.items("list_issues", { owner: "o" })
      void hub.pages("list_issues", {})
      void hub.either("open-one", { id: 7, other: [1] })
      // @ts-expect-error a wrong field
      void hub.execute("create_issue", { owner: "o", titel: "t" })
      // @ts-expect-error a field too many
      void hub.execute("create_issue", { owner: "o", title: "t", body: "b" })
      // @ts-expect-error a required field is missing
      void hub.execute("create_issue", { owner: "o" })
      // @ts-expect-error another type
      void hub.either("create_issue", { owner: 1, title: "t" })
      // @ts-expect-error not one of the values
      void hub.run("create_issue", { owner: "o", title: "t", state: "opened" })
      // @ts-expect-error a wrong field
      void hub.items("list_issues", { ownr: "o" })
      // @ts-expect-error a wrong field
      void hub.pages("list_issues", { ownr: "o" })
      // @ts-expect-error there is no such option
      void hub.execute("create_issue", full, { retries: 3 })
    })
  })

  it("the unbound calls take the same", () => {
    compiled(() => {
      void bosa.execute("types-hub", "create_issue", { owner: "o", title: "t" }, { timeout: "1 second" })
      void bosa.items("types-hub", "list_issues")
      // @ts-expect-error a wrong field
      void bosa.execute("types-hub", "create_issue", { owner: "o", titel: "t" })
      // @ts-expect-error a wrong field
      void bosa.items("types-hub", "list_issues", { ownr: "o" })
      // @ts-expect-error a wrong field
      void bosa.pages("types-hub", "list_issues", { ownr: "o" })
      // @ts-expect-error another type
      void bosa.either("types-hub", "open-one", { id: "7" })
    })
  })

  it("piped parameters have exact keys, and may come in several pipes", () => {
    compiled(() => {
      const issue = bosa.connect("types-hub").action("create_issue")
      void issue.pipe(Action.params({ owner: "o" }), Action.maxAttempts(2), Action.params({ title: "t" }), Action.run)
      void pipe(issue, Action.params({ owner: "o" }), Action.output(Row), Action.params({ title: "t" }), Action.items)
      void issue.pipe(
        // @ts-expect-error a wrong field
        Action.params({ titel: "t" }),
        Action.run
      )
      void issue.pipe(
        Action.params({ owner: "o" }),
        Action.strict,
        // @ts-expect-error a wrong field in a later pipe
        Action.params({ titel: "t" }),
        Action.execute
      )
      void issue.pipe(
        Action.output(Row),
        // @ts-expect-error another type
        Action.params({ owner: 1 }),
        Action.items
      )
    })
  })

  it("parameters that are prepared outside of a pipe fit any action", () => {
    compiled(() => {
      const ofOwner = Action.params({ owner: "o" })
      void bosa.connect("types-hub").action("create_issue").pipe(ofOwner, Action.run)
      void bosa.connect("other").action("any").pipe(ofOwner, Action.run)
    })
  })

  it("names that were not generated take anything, known or as text", () => {
    compiled(() => {
      const hub = bosa.connect("types-hub")
      void hub.execute("close_issue", { id: 7 })
      void hub.execute(anyName, { id: 7 })
      void hub.action(anyName).pipe(Action.params({ id: 7 }), Action.run)
      void bosa.connect("types-empty").execute("any", { id: 7 })
      void bosa.connect(anyName).run("create_issue", { id: 7 })
      void bosa.execute("other", "create_issue", { id: 7 })
      void bosa.execute(anyName, anyName)
      void connections.connection("other").actions.execute("sync", { input: { id: 7 } })
      void connections.connection("types-crm").actions.execute("fetch", { input: { id: 7 } })
      void connections.actions.execute("types-crm", anyName, { input: { id: 7 } })
      void connections.actions.execute(anyName, "sync")
    })
  })

  it("saved actions take what was generated, bound and unbound", () => {
    compiled(() => {
      const crm = connections.connection("types-crm")
      void crm.actions.execute("sync", { input: { since: "2026-01-31" } }, { async: true })
      void crm.actions.execute("sync", { input: { since: "2026-01-31", full: true }, options: {}, extra: { x: 1 } })
      void crm.actions.execute("ping")
      void connections.actions.execute("types-crm", "sync", { input: { since: "2026-01-31" } })
      // @ts-expect-error a wrong field
      void crm.actions.execute("sync", { input: { sinse: "2026-01-31" } })
      // @ts-expect-error a field too many
      void crm.actions.execute("sync", { input: { since: "2026-01-31", ful: true } })
      // @ts-expect-error another type
      void crm.actions.execute("sync", { input: { since: 7 } })
      // @ts-expect-error the input is missing
      void crm.actions.execute("sync", {})
      // @ts-expect-error a field of the body that is not there
      void crm.actions.execute("sync", { input: { since: "" }, inputs: {} })
      // @ts-expect-error a wrong field
      void connections.actions.execute("types-crm", "sync", { input: { sinse: "2026-01-31" } })
    })
  })

  it("what the calls give stays as it is", () => {
    compiled(() => {
      const hub = bosa.connect("types-hub")
      const output = Schema.Array(Row)
      expectTypeOf(hub.execute("create_issue", full)).toEqualTypeOf<
        Effect.Effect<Action.Executed, Action.ActionError>
      >()
      expectTypeOf(hub.run("create_issue", full)).toEqualTypeOf<Effect.Effect<Page, PageError>>()
      expectTypeOf(hub.items("list_issues", {}, { output })).toEqualTypeOf<
        Stream.Stream<{ readonly id: number }, PageError>
      >()
      expectTypeOf(bosa.items("types-hub", "list_issues", {}, { output })).toEqualTypeOf<
        Stream.Stream<{ readonly id: number }, PageError>
      >()
      expectTypeOf(
        hub.action("create_issue").pipe(Action.params({ owner: "o" }), Action.output(output), Action.items)
      ).toEqualTypeOf<Stream.Stream<{ readonly id: number }, PageError>>()
      expectTypeOf(hub.action("create_issue")).toEqualTypeOf<Action.Action<unknown, CreateIssue>>()
      expectTypeOf(bosa.connect("other").action("any")).toEqualTypeOf<Action.Action>()
      expectTypeOf(connections.connection("types-crm").actions.execute("sync", { input: { since: "" } })).toEqualTypeOf<
        Effect.Effect<Execution, WriteError>
      >()
    })
  })

  it("a handle and an action with types can be given where any is taken", () => {
    compiled(() => {
      const anyHandle: ConnectorHandle = bosa.connect("types-hub")
      const anyConnection: ConnectionHandle = connections.connection("types-crm")
      const anyAction: Action.Action = bosa.connect("types-hub").action("create_issue")
      void [anyHandle, anyConnection, anyAction]
      expectTypeOf(bosa.connect("other")).toEqualTypeOf<ConnectorHandle>()
      expectTypeOf(connections.connection("other")).toEqualTypeOf<ConnectionHandle>()
      expectTypeOf(bosa.connect(anyName)).toEqualTypeOf<ConnectorHandle>()
    })
  })

  it("a fake of a service may take plain text", () => {
    compiled(() => {
      const fake: Pick<BosaApi.Service, "execute"> = {
        execute: (connector, action) => Effect.die(`${connector}.${action}`)
      }
      const crm: Pick<UnboundActionOperations, "execute"> = {
        execute: (slug, action) => Effect.die(`${slug}.${action}`)
      }
      void [fake, crm]
    })
  })

  it("the forms that are written by hand have the keys of the bound ones", () => {
    expectTypeOf<keyof UnboundActionOperations>().toEqualTypeOf<keyof Unbound<ActionOperations>>()
    expectTypeOf<Omit<UnboundActionOperations, "execute">>().toEqualTypeOf<Omit<Unbound<ActionOperations>, "execute">>()
    expectTypeOf<keyof UnboundActionCalls>().toEqualTypeOf<keyof ActionCalls>()
  })
})
