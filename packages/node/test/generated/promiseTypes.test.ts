import type { BosaClient, ConnectionsClient } from "@effect-connectors/node/PromiseClient"
import type { Execution } from "@effect-connectors/core/Job"
import { describe, expectTypeOf, it } from "vitest"

declare module "@effect-connectors/core/GeneratedTypes" {
  interface ConnectorTypes {
    readonly "promise-hub": {
      readonly create: { readonly title: string; readonly state?: "open" | null | undefined }
      readonly list: { readonly page?: number | undefined }
    }
  }
  interface ConnectionTypes {
    readonly "promise-crm": { readonly sync: { readonly since: string; readonly full?: boolean | undefined } }
    readonly "promise-empty": {}
  }
}

declare const connections: ConnectionsClient
declare const bosa: BosaClient

// these are checked by the compiler: the bodies are never run
const compiled = (_check: () => void): void => undefined

describe("PromiseClient: generated types", () => {
  it("a saved action takes what was generated for it", () => {
    compiled(() => {
      const crm = connections.connection("promise-crm")
      expectTypeOf(crm.actions.execute("sync", { input: { since: "2026", full: true } })).toEqualTypeOf<
        Promise<Execution>
      >()
      // @ts-expect-error a name that is wrong
      void crm.actions.execute("sync", { input: { sinse: "2026" } })
      // @ts-expect-error a type that is wrong
      void crm.actions.execute("sync", { input: { since: 7 } })
      void connections.actions.execute("promise-crm", "sync", { input: { since: "2026" } })
      // @ts-expect-error a name that is wrong
      void connections.actions.execute("promise-crm", "sync", { input: { sinse: "2026" } })
      // @ts-expect-error also with options for its calls
      void connections.with({ deadline: 1 }).actions.execute("promise-crm", "sync", { input: { since: null } })
    })
  })

  it("an action of a connector takes what was generated for it", () => {
    compiled(() => {
      const hub = bosa.connect("promise-hub")
      void hub.execute("create", { title: "t", state: null })
      // @ts-expect-error a name that is wrong
      void hub.execute("create", { titel: "t" })
      // @ts-expect-error null where it may not be
      void hub.items("list", { page: null })
      // @ts-expect-error a name that is wrong
      void bosa.execute("promise-hub", "create", { titel: "t" })
      // @ts-expect-error a type that is wrong
      void bosa.pages("promise-hub", "list", { page: "1" })
      // @ts-expect-error a name that is wrong
      void hub.action("create").execute({ titel: "t" })
    })
  })

  it("what was not generated takes any input", () => {
    compiled(() => {
      void connections.connection("promise-empty").actions.execute("any", { input: { a: 1 } })
      void connections.connection("promise-other").actions.execute("any", { input: { a: 1 } })
      void connections.connection("promise-crm").actions.execute("other", { input: { a: 1 } })
      void connections.actions.execute("promise-other", "any", { input: { a: 1 } })
      void bosa.connect("promise-other").execute("any", { a: 1 })
      void bosa.execute("promise-other", "any", { a: 1 })
    })
  })
})
