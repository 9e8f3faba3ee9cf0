import { memoize } from "../fakeServer/memoize.js"
import type { Operation, OperationName } from "../../Executor.js"

interface Route {
  readonly method: string
  readonly segments: ReadonlyArray<string>
  readonly name: OperationName
}

const route = (method: string, template: string, name: OperationName): Route => ({
  method,
  segments: template.split("/"),
  name
})

const connection = "connections/:connection"

const typed: ReadonlyArray<Operation> = [
  "http.get",
  "http.post",
  "http.patch",
  "http.put",
  "http.delete",
  "file.read",
  "file.upload",
  "file.append",
  "file.list",
  "file.rename",
  "file.move",
  "file.delete",
  "sql.query",
  "sql.select",
  "sql.insert",
  "sql.update",
  "sql.delete",
  "sql.execute"
]

// "file.list" is "file/listFiles" on the wire, the others are named after one file
const wireName = (name: Operation): string => {
  const path = name.replace(".", "/")
  return name === "file.list" ? "file/listFiles" : name.startsWith("file.") ? `${path}File` : path
}

const table: ReadonlyArray<Route> = [
  route("GET", "jobs/:job", "jobs.get"),
  route("GET", "connections", "connections.list"),
  route("GET", connection, "connections.get"),
  route("POST", `${connection}/authorize`, "connections.authorize"),
  route("POST", `${connection}/unauthorize`, "connections.unauthorize"),
  route("POST", `${connection}/toggle-active`, "connections.setActive"),
  route("GET", "actions", "catalog.list"),
  route("GET", `${connection}/actions`, "actions.list"),
  route("GET", `${connection}/actions/:action`, "actions.get"),
  route("GET", `${connection}/actions/:action/inputs`, "actions.inputs"),
  route("GET", `${connection}/actions/:action/outputs`, "actions.outputs"),
  route("POST", `${connection}/actions/:action/execute`, "actions.execute"),
  ...typed.map((name) => route("POST", `${connection}/${wireName(name)}`, name)),
  route("GET", `${connection}/triggers`, "triggers.list"),
  route("GET", `${connection}/triggers/:trigger`, "triggers.get"),
  route("POST", `${connection}/triggers/:trigger/subscribers`, "triggers.subscribe"),
  route("DELETE", "subscribers/:subscriber", "subscribers.remove")
]

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

const operations: ReadonlySet<string> = new Set(typed)

/** @internal */
export const isOperation = (name: string): name is Operation => operations.has(name)

const matched = memoize((line) => {
  const space = line.indexOf(" ")
  return found(line.slice(0, space), line.slice(space + 1))
})

/** Which operation a request is for. The path is split before it is decoded: `%2F` is part of a name. @internal */
export const match = (method: string, path: string): Match => matched(`${method} ${path}`)
