import type { Json, JsonObject } from "../../Executor.js"

/** The JSON Schema of a parameter that may be left out: it may be `null`. @internal */
export const nullable = (schema: Json): JsonObject => ({ anyOf: [schema, { type: "null" }] })
