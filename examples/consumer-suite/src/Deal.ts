import * as Schema from "effect/Schema"

/** A deal as the CRM's action `fetch-deal` returns it. */
export const Deal = Schema.Struct({ id: Schema.Number, name: Schema.String, amount: Schema.Number })

export type Deal = typeof Deal.Type
