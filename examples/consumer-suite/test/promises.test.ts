/** Code without Effect, tested against the emulator. */
import { Emulator } from "@effect-connectors/testing/Emulator"
import * as Faults from "@effect-connectors/testing/Faults"
import * as Effect from "effect/Effect"
import * as ManagedRuntime from "effect/ManagedRuntime"
import * as Redacted from "effect/Redacted"
import { afterAll, afterEach, describe, expect, test } from "vitest"
import { fetchDeal } from "../src/fetchDeal.ts"
import { serviceToken } from "./support/credentials.ts"
import { world } from "./support/world.ts"

const emulator = ManagedRuntime.make(Emulator.layer({ world, executors: "memory" }))
const { calls, reset, setFaults, url } = await emulator.runPromise(Emulator)
const token = Redacted.value(serviceToken)

afterEach(() => Effect.runPromise(reset))
afterAll(() => emulator.dispose())

describe("fetchDeal", () => {
  test("fetches a deal", async () => {
    expect(await fetchDeal(url, token, 7)).toEqual({ id: 7, name: "Harbour lights", amount: 1200 })
    expect(await Effect.runPromise(calls.log)).toHaveExecuted("crm", "fetch-deal", { input: { id: 7 }, times: 1 })
  })

  test("fails with the status of the CRM's response", async () => {
    await expect(fetchDeal(url, token, 9)).rejects.toThrow("deal 9: the CRM answered 404")
  })

  test("fails when the connection is reset", async () => {
    await Effect.runPromise(setFaults(Faults.next(Faults.reset)))
    await expect(fetchDeal(url, token, 7)).rejects.toThrow("fetch failed")
    expect(await Effect.runPromise(calls.log)).not.toHaveExecuted("crm", "fetch-deal")
  })

  test("sees no fault of the previous test", async () => {
    await fetch(`${url}/__emulator/faults`, {
      method: "PUT",
      headers: { "content-type": "application/json" },
      body: JSON.stringify(Faults.next(Faults.status(503)))
    })
    await expect(fetchDeal(url, token, 7)).rejects.toThrow("503")
    await fetchDeal(url, token, 7)
  })
})
