import * as Operations from "@effect-connectors/core/Operation"
import { memoize } from "../fakeServer/memoize.js"
import type { Operation } from "../../Executor.js"

type OperationName = Operations.ConnectionsOperation

interface Route {
  readonly method: string
  readonly segments: ReadonlyArray<string>
  readonly name: OperationName
}

const connection = "connections/:connection"

// written out and not taken from the client: it checks what the client sends
const templates: Readonly<Record<OperationName, readonly [method: string, template: string]>> = {
  "jobs.get": ["GET", "jobs/:job"],
  "connections.list": ["GET", "connections"],
  "connections.get": ["GET", connection],
  "connections.authorize": ["POST", `${connection}/authorize`],
  "connections.unauthorize": ["POST", `${connection}/unauthorize`],
  "connections.setActive": ["POST", `${connection}/toggle-active`],
  "catalog.list": ["GET", "actions"],
  "actions.list": ["GET", `${connection}/actions`],
  "actions.get": ["GET", `${connection}/actions/:action`],
  "actions.inputs": ["GET", `${connection}/actions/:action/inputs`],
  "actions.outputs": ["GET", `${connection}/actions/:action/outputs`],
  "actions.execute": ["POST", `${connection}/actions/:action/execute`],
  "http.get": ["POST", `${connection}/http/get`],
  "http.post": ["POST", `${connection}/http/post`],
  "http.patch": ["POST", `${connection}/http/patch`],
  "http.put": ["POST", `${connection}/http/put`],
  "http.delete": ["POST", `${connection}/http/delete`],
  "file.read": ["POST", `${connection}/file/readFile`],
  "file.upload": ["POST", `${connection}/file/uploadFile`],
  "file.append": ["POST", `${connection}/file/appendFile`],
  "file.list": ["POST", `${connection}/file/listFiles`],
  "file.rename": ["POST", `${connection}/file/renameFile`],
  "file.move": ["POST", `${connection}/file/moveFile`],
  "file.delete": ["POST", `${connection}/file/deleteFile`],
  "sql.query": ["POST", `${connection}/sql/query`],
  "sql.select": ["POST", `${connection}/sql/select`],
  "sql.insert": ["POST", `${connection}/sql/insert`],
  "sql.update": ["POST", `${connection}/sql/update`],
  "sql.delete": ["POST", `${connection}/sql/delete`],
  "sql.execute": ["POST", `${connection}/sql/execute`],
  "triggers.list": ["GET", `${connection}/triggers`],
  "triggers.get": ["GET", `${connection}/triggers/:trigger`],
  "triggers.subscribe": ["POST", `${connection}/triggers/:trigger/subscribers`],
  "subscribers.remove": ["DELETE", "subscribers/:subscriber"]
}

const table = Operations.connections.map((name): Route => {
  const [method, template] = templates[name]
  return { method, segments: template.split("/"), name }
})

/** @internal */
export type Match =
  | { readonly _tag: "Found"; readonly name: OperationName; readonly parameters: Readonly<Record<string, string>> }
  | { readonly _tag: "WrongMethod"; readonly allow: string }
  | { readonly _tag: "Malformed" }
  | { readonly _tag: "Unknown" }

const prefix = "/api/v1/"

const fit = (route: Route, segments: ReadonlyArray<string>): Readonly<Record<string, string>> | undefined => {
  if (route.segments.length !== segments.length) return undefined
  const parameters: Record<string, string> = {}
  for (const [index, part] of route.segments.entries()) {
    const segment = segments[index] ?? ""
    if (part.startsWith(":")) parameters[part.slice(1)] = segment
    else if (part !== segment) return undefined
  }
  return parameters
}

const segmentsOf = (path: string): ReadonlyArray<string> | undefined => {
  try {
    return path
      .slice(prefix.length)
      .split("/")
      .map((segment) => decodeURIComponent(segment))
  } catch {
    return undefined
  }
}

const found = (method: string, path: string): Match => {
  if (!path.startsWith(prefix)) return { _tag: "Unknown" }
  const segments = segmentsOf(path)
  if (segments === undefined) return { _tag: "Malformed" }
  const allow: Array<string> = []
  for (const route of table) {
    const parameters = fit(route, segments)
    if (parameters === undefined) continue
    if (route.method === method) return { _tag: "Found", name: route.name, parameters }
    allow.push(route.method)
  }
  return allow.length === 0 ? { _tag: "Unknown" } : { _tag: "WrongMethod", allow: allow.join(", ") }
}

/** Typed HTTP, file and SQL calls, which an executor does. @internal */
export const isOperation = (name: string): name is Operation =>
  Operations.isOperationName(name) && /^(?:http|file|sql)\./.test(name)

const matched = memoize((line) => {
  const space = line.indexOf(" ")
  return found(line.slice(0, space), line.slice(space + 1))
})

/** Which operation a request is for. The path is split before it is decoded: `%2F` is part of a name. @internal */
export const match = (method: string, path: string): Match => matched(`${method} ${path}`)
