/**
 * What the real clients do by all that is known of them, where no vector of our file shows it: written like vectors, so
 * that the differences which only another file has are tried too.
 */
const discovery = {
  method: "GET",
  responses: [
    {
      json: {
        demo: {
          get: {
            method: "POST",
            path: "/demo/get",
            docstring: "D.",
            parameters: {
              request: {
                schema: {
                  properties: {
                    id: { anyOf: [{ type: "integer" }, { type: "null" }] },
                    page: { anyOf: [{ type: "integer" }, { type: "null" }] },
                    any: { $ref: "#/x" }
                  }
                }
              }
            }
          }
        }
      }
    }
  ]
}
const discoveryRequest = { method: "GET", path: "/connectors/", query: [["modules", "demo"]], headers: {} }
const headers = { "content-type": "application/json", "x-api-key": "KEY1" }
const ran = { method: "POST", path: "/demo/get", headers, body_json: { id: 1 } }
const ok = { json: { data: 1, meta: null } }
const done = { op: "execute", returns: [ok.json, 200] }

const call = (args: object = {}, op = "execute") => ({
  op,
  args: { app: "demo", action: "get", input_: { id: 1 }, ...args }
})

const answered = (id: string, version: string, ...responses: ReadonlyArray<object>) => ({
  id,
  client_version: [version],
  call: [call()],
  server_script: [discovery, { method: "POST", responses }],
  requests: [discoveryRequest, ran],
  outcome: [done]
})

const page = { data: [1], meta: { page: 1, has_next: true } }

const file = (content: object, type: string, status: number, filename: string | null = null) => ({
  op: "execute",
  returns: [{ $file: { ...content, filename, content_type: type } }, status]
})

export const unobserved: ReadonlyArray<unknown> = [
  {
    ...answered("disc.modules.500", "0.1.6"),
    call: [{ op: "modules" }],
    server_script: [{ responses: [{ status: 500, json: {} }] }],
    requests: [{ method: "GET", path: "/connectors", headers: {} }],
    outcome: [{ op: "modules", returns: [] }]
  },
  {
    ...answered("disc.status.401@0.1.6", "0.1.6"),
    server_script: [{ responses: [{ status: 401, json: {} }] }],
    requests: [discoveryRequest],
    outcome: [{ op: "execute", raises: { kind: "connector_not_found" } }]
  },
  { ...answered("disc.shape.prop_ref", "gl-0.1.15", ok), call: [call({ input_: { id: 1, any: ["x"] } })] },
  {
    ...answered("exec.bearer", "0.3.3", ok),
    call: [call({ token: "Bearer T" })],
    requests: [discoveryRequest, { ...ran, headers: { ...headers, authorization: "Bearer Bearer T" } }]
  },
  {
    ...answered("exec.headers_type", "gl-0.1.15", ok),
    call: [call({ headers: { "Content-Type": "text/x" } })],
    requests: [discoveryRequest, { ...ran, headers: { ...headers, "content-type": "text/x" } }]
  },
  {
    ...answered("exec.headers_after", "0.1.6", ok),
    call: [call({ headers: { "X-H": "1" } }), { op: "caller_headers_after" }],
    requests: [discoveryRequest, { ...ran, headers: { ...headers, "x-h": "1" } }],
    outcome: [done, { op: "caller_headers_after", returns: { "X-H": "1", "X-API-Key": "KEY1" } }]
  },
  {
    ...answered("exec.redirect307", "gl-0.1.15", { status: 307, headers: { Location: "/there" } }, ok),
    requests: [discoveryRequest, ran, { ...ran, path: "/there" }]
  },
  { ...answered("resp.204", "gl-0.1.15", { status: 204 }), outcome: [file({ text: "" }, "", 204)] },
  {
    ...answered("resp.problem", "gl-0.1.15", {
      status: 400,
      text: '{"title": "t"}',
      headers: { "Content-Type": "application/problem+json" }
    }),
    outcome: [file({ text: '{"title": "t"}' }, "application/problem+json", 400)]
  },
  {
    ...answered("file.down.path", "gl-0.1.15", {
      text: "x",
      headers: { "Content-Type": "text/x", "Content-Disposition": 'attachment; filename="../../etc/passwd"' }
    }),
    outcome: [file({ text: "x" }, "text/x", 200, "../../etc/passwd")]
  },
  {
    ...answered("gl.redact", "gl-0.1.15", ok),
    call: [{ op: "redact_text", args: { text: "token=abc" } }],
    requests: [],
    outcome: [{ op: "redact_text", returns: "token=[REDACTED]" }]
  },
  {
    ...answered("page.all_error", "gl-0.1.15", { json: page }, { status: 500, json: { error: "e" } }),
    call: [call({}, "run"), { op: "all" }],
    requests: [discoveryRequest, ran, { ...ran, body_json: { id: 1, page: 2 } }],
    outcome: [
      { op: "run", returns: { $response: { ...page, status: 200, is_list: true, has_next: true, has_prev: null } } },
      { op: "all", returns: [page, { data: { error: "e" }, meta: {} }] }
    ]
  },
  {
    ...answered("int.has.500@0.1.6", "0.1.6"),
    call: [{ op: "has_integration", args: { app: "demo", token: "T" } }],
    server_script: [{ responses: [{ status: 500, json: {} }] }],
    requests: [
      {
        method: "GET",
        path: "/connectors/demo/integration-exists",
        headers: { "x-api-key": "KEY1", authorization: "Bearer T" }
      }
    ],
    outcome: [{ op: "has_integration", returns: false }]
  },
  {
    ...answered("int.remove_id.404", "0.3.3"),
    call: [{ op: "remove", args: { app: "demo", token: "T", identifier: "a" } }],
    server_script: [{ responses: [{ status: 404, json: { error: { message: "none" } } }] }],
    requests: [
      {
        method: "DELETE",
        path: "/connectors/demo/integrations/a",
        headers: { "x-api-key": "KEY1", authorization: "Bearer T" }
      }
    ],
    outcome: [{ op: "remove", returns: { $model: "ActionResult", success: false, message: "success" } }]
  }
]
