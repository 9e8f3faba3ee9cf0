import type { ModelResponse } from "../../ConnectionsModel.js"
import type { Json } from "../../Executor.js"

/** @internal */
export type Answer = Extract<ModelResponse, { readonly _tag: "Answer" }>

/** @internal */
export const text = (status: number, body: string, headers?: Readonly<Record<string, string>>): Answer => ({
  _tag: "Answer",
  status,
  headers: { "content-type": "text/plain; charset=utf-8", ...headers },
  body
})

/** @internal */
export const json = (status: number, body: unknown, headers?: Readonly<Record<string, string>>): Answer =>
  text(status, JSON.stringify(body) ?? "", { "content-type": "application/json", ...headers })

/** @internal */
export const ok = (body: Json): Answer => json(200, body)

/** @internal */
export const refuse = (status: number, code: string, message: string): Answer => json(status, { message, code })

/** @internal */
export const notFound = (what: string): Answer => refuse(404, "NOT_FOUND", `${what} does not exist`)

/** @internal */
export const badRequest = (message: string): Answer => refuse(400, "BAD_REQUEST", message)
