import * as OptionNames from "@effect-connectors/core/OptionNames"
import type { Json } from "../../Executor.js"
import { type FakeResponse, json } from "../fakeServer/response.js"

/** @internal */
export const ok = (body: Json): FakeResponse => json(200, body)

/** @internal */
export const refuse = (status: number, code: string, message: string): FakeResponse => json(status, { message, code })

/** @internal */
export const notFound = (what: string): FakeResponse => refuse(404, "NOT_FOUND", `${what} does not exist`)

/** 404 for a name that is not among those that are known, with the nearest of them. @internal */
export const unknownName = (what: string, name: string, known: Iterable<string>, of = ""): FakeResponse => {
  const near = OptionNames.nearestTo(new Set(known), name)
  const hint = near === undefined ? "" : `; the nearest is ${near}`
  return refuse(404, "NOT_FOUND", `the ${what} ${name}${of === "" ? "" : ` of ${of}`} does not exist${hint}`)
}

/** @internal */
export const badRequest = (message: string): FakeResponse => refuse(400, "BAD_REQUEST", message)
