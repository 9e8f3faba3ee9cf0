import type { Issue } from "../../InvalidRequest.js"
import { jsonIssue } from "../data/json.js"
import { maxDepth } from "./clean.js"
import { type Context, isStopped, refuse, refused, stop, takeStep } from "./context.js"
import { describe } from "./describe.js"
import { isFileContent } from "./file.js"

const fileFix = "pass files at the top level: one, or a list of nothing else"

/**
 * The value unchanged, for a type without coercion. Each part of it that is a file, or that JSON cannot write, is an
 * issue.
 *
 * @internal
 */
export const jsonValue = (value: unknown, ctx: Context): unknown => (isJson(value, ctx) ? value : refused)

const isJson = (value: unknown, ctx: Context): boolean => {
  switch (typeof value) {
    case "string":
    case "boolean":
    case "bigint":
      return true
    case "number":
      if (Number.isFinite(value)) return true
      refuse(ctx, `${describe(value)} has no form in JSON`, "pass a finite number, or null")
      return false
    case "object":
      return value === null || isJsonObject(value, ctx)
    default:
      refuse(ctx, `${describe(value)} has no form in JSON`, "pass plain data")
      return false
  }
}

const isJsonObject = (value: object, ctx: Context): boolean => {
  if (isFileContent(value)) {
    refuse(ctx, `${describe(value)} cannot be sent from here`, fileFix)
    return false
  }
  if (isStopped(ctx)) return false
  if (ctx.path.length > maxDepth) {
    refuseDepth(ctx)
    return false
  }
  if (!takeStep(ctx)) return false
  if (Array.isArray(value)) return areElementsJson(value, ctx)
  return hasOwnForm(value) ? isOwnFormJson(value, ctx) : areFieldsJson(value, ctx)
}

// one such part is enough: an object that holds itself has one on each path through it
const refuseDepth = (ctx: Context): void => {
  const path = [...ctx.path.slice(0, 6), "..."]
  ctx.issues.push({ path, message: `is nested deeper than ${maxDepth}, or in itself`, fix: "pass a flatter value" })
  stop(ctx)
}

const areElementsJson = (value: ReadonlyArray<unknown>, ctx: Context): boolean => {
  let isValid = true
  for (let i = 0; i < value.length; i++) {
    if (!isPartJson(value[i], String(i), ctx)) isValid = false
  }
  return isValid
}

const areFieldsJson = (value: object, ctx: Context): boolean => {
  let isValid = true
  for (const key of Object.keys(value)) {
    const element: unknown = Reflect.get(value, key)
    if (element !== undefined && !isPartJson(element, key, ctx)) isValid = false
  }
  return isValid
}

const isPartJson = (element: unknown, key: string, ctx: Context): boolean => {
  if (typeof element === "string" || typeof element === "boolean" || element === null) return true
  if (typeof element === "bigint") return true
  if (typeof element === "number" && Number.isFinite(element)) return true
  ctx.path.push(key)
  const isValid = isJson(element, ctx)
  ctx.path.pop()
  return isValid
}

/** Whether JSON writes the object as something other than its fields. */
const hasOwnForm = (value: object): boolean =>
  ("toJSON" in value && typeof value.toJSON === "function") ||
  value instanceof Map ||
  value instanceof Set ||
  ArrayBuffer.isView(value) ||
  value instanceof ArrayBuffer

const isOwnFormJson = (value: object, ctx: Context): boolean => {
  const issue = ownFormIssue(value, ctx.path.at(-1) ?? "")
  if (issue === undefined) return true
  ctx.issues.push({ ...issue, path: [...ctx.path, ...issue.path.slice(1)] })
  return false
}

const ownFormIssue = (value: object, name: string): Issue | undefined => {
  try {
    return jsonIssue(value, name)
  } catch {
    return { path: [name], message: "cannot be written as JSON", fix: "pass plain data" }
  }
}
