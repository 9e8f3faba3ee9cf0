import type { Json } from "../../Executor.js"
import { type Answer, json } from "../fakeServer/response.js"

export type { Answer }

/** @internal */
export const ok = (body: Json): Answer => json(200, body)

/** @internal */
export const refuse = (status: number, code: string, message: string): Answer => json(status, { message, code })

/** @internal */
export const notFound = (what: string): Answer => refuse(404, "NOT_FOUND", `${what} does not exist`)

/** @internal */
export const badRequest = (message: string): Answer => refuse(400, "BAD_REQUEST", message)
