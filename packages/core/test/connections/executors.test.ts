import type { ConnectionHandle } from "@effect-connectors/core/ConnectionHandle"
import type { ConnectionsApi } from "@effect-connectors/core/ConnectionsApi"
import { type Called, completed, done, type Row, rowsTests } from "../support/endpointTable.js"

const sql = { table: "t", where: { id: [1, "ž"] } }
const sqlText = `{"table":"t","where":{"id":[1,"ž"]}}`
const http = { path: "/x", query: { a: "1" }, headers: { H: "v" }, body: { b: true } }
const httpText = `{"path":"/x","query":{"a":"1"},"headers":{"H":"v"},"body":{"b":true}}`
const file = { path: "/a/b.txt" }
const fileText = `{"path":"/a/b.txt"}`
const move = { from: "/a/b.txt", to: "/c/" }
const moveText = `{"from":"/a/b.txt","to":"/c/"}`
const statement = { sql: "select $1", params: [1, "ž"] }
const statementText = `{"sql":"select $1","params":[1,"ž"]}`

const typed = (
  sends: string,
  body: string,
  call: (api: ConnectionsApi.Service) => Called,
  bound: (crm: ConnectionHandle) => Called
): Row => ({
  request: `POST ${sends}`,
  body,
  response: done,
  gives: completed,
  refused: [400, "ApiRejected"],
  call,
  bound
})

const executes: Readonly<Record<string, Row>> = {
  "http get": typed(
    "/api/v1/connections/crm/http/get",
    httpText,
    (api) => api.http.get("crm", http),
    (crm) => crm.http.get(http)
  ),
  "http post": typed(
    "/api/v1/connections/crm/http/post",
    httpText,
    (api) => api.http.post("crm", http),
    (crm) => crm.http.post(http)
  ),
  "http patch": typed(
    "/api/v1/connections/crm/http/patch",
    httpText,
    (api) => api.http.patch("crm", http),
    (crm) => crm.http.patch(http)
  ),
  "http put": typed(
    "/api/v1/connections/crm/http/put",
    httpText,
    (api) => api.http.put("crm", http),
    (crm) => crm.http.put(http)
  ),
  "http delete": typed(
    "/api/v1/connections/crm/http/delete",
    httpText,
    (api) => api.http.delete("crm", http),
    (crm) => crm.http.delete(http)
  ),
  "file read": typed(
    "/api/v1/connections/crm/file/readFile",
    fileText,
    (api) => api.file.read("crm", file),
    (crm) => crm.file.read(file)
  ),
  "file upload": typed(
    "/api/v1/connections/crm/file/uploadFile",
    fileText,
    (api) => api.file.upload("crm", file),
    (crm) => crm.file.upload(file)
  ),
  "file append": typed(
    "/api/v1/connections/crm/file/appendFile",
    fileText,
    (api) => api.file.append("crm", file),
    (crm) => crm.file.append(file)
  ),
  "file list": typed(
    "/api/v1/connections/crm/file/listFiles",
    fileText,
    (api) => api.file.list("crm", file),
    (crm) => crm.file.list(file)
  ),
  "file rename": typed(
    "/api/v1/connections/crm/file/renameFile",
    fileText,
    (api) => api.file.rename("crm", file),
    (crm) => crm.file.rename(file)
  ),
  "file move": typed(
    "/api/v1/connections/crm/file/moveFile",
    moveText,
    (api) => api.file.move("crm", move),
    (crm) => crm.file.move(move)
  ),
  "file delete": typed(
    "/api/v1/connections/crm/file/deleteFile",
    fileText,
    (api) => api.file.delete("crm", file),
    (crm) => crm.file.delete(file)
  ),
  "sql query": typed(
    "/api/v1/connections/crm/sql/query",
    statementText,
    (api) => api.sql.query("crm", statement),
    (crm) => crm.sql.query(statement)
  ),
  "sql select": typed(
    "/api/v1/connections/crm/sql/select",
    sqlText,
    (api) => api.sql.select("crm", sql),
    (crm) => crm.sql.select(sql)
  ),
  "sql insert": typed(
    "/api/v1/connections/crm/sql/insert",
    sqlText,
    (api) => api.sql.insert("crm", sql),
    (crm) => crm.sql.insert(sql)
  ),
  "sql update": typed(
    "/api/v1/connections/crm/sql/update",
    sqlText,
    (api) => api.sql.update("crm", sql),
    (crm) => crm.sql.update(sql)
  ),
  "sql delete": typed(
    "/api/v1/connections/crm/sql/delete",
    sqlText,
    (api) => api.sql.delete("crm", sql),
    (crm) => crm.sql.delete(sql)
  ),
  "sql execute": typed(
    "/api/v1/connections/crm/sql/execute",
    statementText,
    (api) => api.sql.execute("crm", statement),
    (crm) => crm.sql.execute(statement)
  ),
  "a typed call without parameters": typed(
    "/api/v1/connections/crm/http/get",
    "{}",
    (api) => api.http.get("crm"),
    (crm) => crm.http.get()
  ),
  "a saved action without a body": typed(
    "/api/v1/connections/crm/actions/sync/execute",
    "{}",
    (api) => api.actions.execute("crm", "sync"),
    (crm) => crm.actions.execute("sync")
  )
}

rowsTests("of typed work", executes)
