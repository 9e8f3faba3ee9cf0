import { effectful, safe } from "../http/endpoint.js"

const at = (path: string): string => `/api/v1${path}`
const slug = (path: string): string => at(`/connections/{slug}${path}`)

const get = (name: string, route: string) => safe({ name, method: "GET", route })
const idempotent = (name: string, route: string) =>
  effectful("idempotent", { name, method: "POST", route, mayBeEmpty: true })
const execute = (name: string, route: string) => effectful("unsafe", { name, method: "POST", route })
// POST on the wire, but reads by their declared meaning
const declaredRead = (name: string, route: string) => safe({ name, method: "POST", route })

/**
 * Every operation of the Connections API: its name, method, path and retry class.
 *
 * @internal
 */
export const operations = {
  jobs: { get: get("jobs.get", at("/jobs/{job}")) },
  connections: {
    list: get("connections.list", at("/connections")),
    get: get("connections.get", slug("")),
    authorize: effectful("unsafe", {
      name: "connections.authorize",
      method: "POST",
      route: slug("/authorize"),
      mayBeEmpty: true
    }),
    unauthorize: idempotent("connections.unauthorize", slug("/unauthorize")),
    setActive: idempotent("connections.setActive", slug("/toggle-active"))
  },
  catalog: { list: get("catalog.list", at("/actions")) },
  actions: {
    list: get("actions.list", slug("/actions")),
    get: get("actions.get", slug("/actions/{action}")),
    inputs: get("actions.inputs", slug("/actions/{action}/inputs")),
    outputs: get("actions.outputs", slug("/actions/{action}/outputs")),
    execute: execute("actions.execute", slug("/actions/{action}/execute"))
  },
  http: {
    get: declaredRead("http.get", slug("/http/get")),
    post: execute("http.post", slug("/http/post")),
    patch: execute("http.patch", slug("/http/patch")),
    put: execute("http.put", slug("/http/put")),
    delete: execute("http.delete", slug("/http/delete"))
  },
  file: {
    read: declaredRead("file.read", slug("/file/readFile")),
    upload: execute("file.upload", slug("/file/uploadFile")),
    append: execute("file.append", slug("/file/appendFile")),
    list: declaredRead("file.list", slug("/file/listFiles")),
    rename: execute("file.rename", slug("/file/renameFile")),
    move: execute("file.move", slug("/file/moveFile")),
    delete: execute("file.delete", slug("/file/deleteFile"))
  },
  sql: {
    query: execute("sql.query", slug("/sql/query")),
    select: declaredRead("sql.select", slug("/sql/select")),
    insert: execute("sql.insert", slug("/sql/insert")),
    update: execute("sql.update", slug("/sql/update")),
    delete: execute("sql.delete", slug("/sql/delete")),
    execute: execute("sql.execute", slug("/sql/execute"))
  },
  triggers: {
    list: get("triggers.list", slug("/triggers")),
    get: get("triggers.get", slug("/triggers/{trigger}")),
    subscribe: execute("triggers.subscribe", slug("/triggers/{trigger}/subscribers"))
  },
  subscribers: {
    remove: effectful("idempotent", {
      name: "subscribers.remove",
      method: "DELETE",
      route: at("/subscribers/{subscriber}")
    })
  }
} as const
