import type { Json } from "../../Executor.js"
import { type FakeResponse, json } from "../fakeServer/response.js"

/** @internal */
export const ok = (body: Json): FakeResponse => json(200, body)

/** @internal */
export const refuse = (status: number, code: string, message: string): FakeResponse => json(status, { message, code })

/** @internal */
export const notFound = (what: string): FakeResponse => refuse(404, "NOT_FOUND", `${what} does not exist`)

/** @internal */
export const badRequest = (message: string): FakeResponse => refuse(400, "BAD_REQUEST", message)
