import { jsonText } from "../data/jsonText.js"
import * as Headers from "@effect/platform/Headers"
import type { ModelResponse } from "../../ConnectionsModel.js"

/** @internal */
export type FakeResponse = Extract<ModelResponse, { readonly _tag: "Answer" }>

/** @internal */
export const text = (
  status: number,
  body: string | Uint8Array,
  headers?: Readonly<Record<string, string>>
): FakeResponse => ({
  _tag: "Answer",
  status,
  headers: Headers.fromInput({ "content-type": "text/plain; charset=utf-8", ...headers }),
  body
})

/** @internal */
export const json = (status: number, body: unknown, headers?: Readonly<Record<string, string>>): FakeResponse =>
  text(status, jsonText(body), { "content-type": "application/json", ...headers })
