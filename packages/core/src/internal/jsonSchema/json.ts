import { isConnectorFile } from "../../ConnectorFile.js"
import type { Issue } from "../../InvalidRequest.js"
import { jsonIssue } from "../data/json.js"
import { type Context, refuse, refused, spend } from "./context.js"
import { describe } from "./describe.js"

const maxDepth = 200

const fileFix = "pass files at the top level: one, or a list of nothing else"

/**
 * Data that is sent as it is: every place in it that has no form in JSON, or
 * that holds a file, is put down.
 *
 * @internal
 */
export const asIs = (value: unknown, ctx: Context): unknown => (isFit(value, ctx) ? value : refused)

const isFit = (value: unknown, ctx: Context): boolean => {
  switch (typeof value) {
    case "string":
    case "boolean":
      return true
    case "number":
      if (Number.isFinite(value)) return true
      refuse(ctx, `${describe(value)} has no form in JSON`, "pass a finite number, or null")
      return false
    case "object":
      return value === null || isFitObject(value, ctx)
    default:
      refuse(ctx, `${describe(value)} has no form in JSON`, "pass plain data")
      return false
  }
}

const isFitObject = (value: object, ctx: Context): boolean => {
  if (isConnectorFile(value) || value instanceof Uint8Array) {
    refuse(ctx, `${describe(value)} cannot be sent from here`, fileFix)
    return false
  }
  if (ctx.fuel < 0) return false
  if (ctx.path.length > maxDepth) {
    const deep = { path: [...ctx.path.slice(0, 6), "..."], fix: "pass a flatter value" }
    ctx.issues.push({ ...deep, message: `is nested deeper than ${maxDepth}, or in itself` })
    // the first such place is enough: an object in itself has one on each way through it
    ctx.fuel = -1
    return false
  }
  if (!spend(ctx)) return false
  if (Array.isArray(value)) {
    let fit = true
    for (let i = 0; i < value.length; i++) {
      const element: unknown = value[i]
      if (!isFitPart(element, String(i), ctx)) fit = false
    }
    return fit
  }
  if (isWrittenItself(value)) {
    const issue = writtenIssue(value, ctx.path.at(-1) ?? "")
    if (issue === undefined) return true
    ctx.issues.push({ ...issue, path: [...ctx.path, ...issue.path.slice(1)] })
    return false
  }
  let fit = true
  for (const key of Object.keys(value)) {
    const element: unknown = Reflect.get(value, key)
    if (element !== undefined && !isFitPart(element, key, ctx)) fit = false
  }
  return fit
}

const writtenIssue = (value: object, name: string): Issue | undefined => {
  try {
    return jsonIssue(value, name)
  } catch {
    return { path: [name], message: "cannot be written as JSON", fix: "pass plain data" }
  }
}

const isWrittenItself = (value: object): boolean =>
  ("toJSON" in value && typeof value.toJSON === "function") ||
  value instanceof Map ||
  value instanceof Set ||
  ArrayBuffer.isView(value) ||
  value instanceof ArrayBuffer

const isFitPart = (element: unknown, key: string, ctx: Context): boolean => {
  if (typeof element === "string" || typeof element === "boolean" || element === null) return true
  if (typeof element === "number" && Number.isFinite(element)) return true
  ctx.path.push(key)
  const fit = isFit(element, ctx)
  ctx.path.pop()
  return fit
}
