import * as ActionSchema from "@effect-connectors/core/ActionSchema"
import { assert } from "@effect/vitest"
import * as Either from "effect/Either"

export type Properties = Readonly<Record<string, unknown>>

/** An action with these properties. */
export const actionOf = (
  properties: Properties,
  more: Properties = {},
  dialect: ActionSchema.ActionSchemaOptions["dialect"] = "bosa-0.3"
): ActionSchema.ActionSchema =>
  Either.getOrThrow(ActionSchema.make({ request: { schema: { type: "object", properties, ...more } } }, { dialect }))

export const optional = (...forms: ReadonlyArray<unknown>) => ({ anyOf: [...forms, { type: "null" }] })

export const text = { type: "string" }
export const integer = { type: "integer" }

/** The result of a validation that must succeed. */
export const validated = (
  action: ActionSchema.ActionSchema,
  input: Properties,
  options?: ActionSchema.ValidateOptions
) => {
  const cleaned = action.validate(input, options)
  if (Either.isLeft(cleaned)) assert.fail(JSON.stringify(cleaned.left))
  return cleaned.right
}

/** The paths of the issues of a validation that must fail; each issue has a fix. */
export const issuePaths = (
  action: ActionSchema.ActionSchema,
  input: Properties,
  options?: ActionSchema.ValidateOptions
): ReadonlyArray<string> => {
  const cleaned = action.validate(input, options)
  if (Either.isRight(cleaned)) assert.fail(`accepted: ${JSON.stringify(cleaned.right.values)}`)
  assert.isNotEmpty(cleaned.left)
  for (const issue of cleaned.left) assert.isNotEmpty(issue.fix)
  return cleaned.left.map((issue) => issue.path.join("."))
}

/** The messages and fixes of the issues. */
export const issueTexts = (
  action: ActionSchema.ActionSchema,
  input: Properties,
  options?: ActionSchema.ValidateOptions
): ReadonlyArray<string> => {
  const cleaned = action.validate(input, options)
  return Either.isRight(cleaned) ? [] : cleaned.left.map((issue) => `${issue.message}; ${issue.fix}`)
}
