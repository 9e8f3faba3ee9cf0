import * as Schema from "effect/Schema"
import type { Json as JsonValue, JsonObject as JsonRecord } from "../../Executor.js"

/** @internal */
export const Json: Schema.Schema<JsonValue> = Schema.suspend(() =>
  Schema.Union(
    Schema.Null,
    Schema.Boolean,
    Schema.Number,
    Schema.BigIntFromSelf.annotations({ jsonSchema: { type: "integer" } }),
    Schema.String,
    Schema.Array(Json),
    Schema.Record({ key: Schema.String, value: Json })
  )
).annotations({ identifier: "Json" })

/** @internal */
export const JsonObject: Schema.Schema<JsonRecord> = Schema.Record({ key: Schema.String, value: Json })

/** @internal */
export const Text = Schema.NonEmptyString

/** @internal */
export const Millis = Schema.Number.pipe(
  Schema.filter((n) => (Number.isFinite(n) && n >= 0) || "expected milliseconds, 0 or more")
)

/** An optional field that is never `undefined`. @internal */
export const maybe = <A, I>(schema: Schema.Schema<A, I>) => Schema.optionalWith(schema, { exact: true })

/** @internal */
export const Headers = Schema.Record({
  key: Schema.String.pipe(Schema.pattern(/^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/)),
  value: Schema.String.pipe(Schema.pattern(/^[\t\x20-\x7e\x80-\xff]*$/))
})
