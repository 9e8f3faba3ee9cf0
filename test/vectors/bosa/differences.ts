import type { Outcome, Raised, Request, Step, Vector } from "./format.js"
import { type Fields, isFields } from "./matching.js"

/** What a replay is told to compare: a vector, or ours where it differs on purpose. */
export interface Told {
  readonly call: Vector["call"]
  readonly requests: ReadonlyArray<Request>
  readonly outcome: ReadonlyArray<Outcome>
  readonly waits_s?: Vector["waits_s"]
}

/**
 * Vectors that this library answers differently on purpose, and how: what is told by `ours` is checked as a vector is,
 * and one that also passes as it is fails the run.
 */
export interface Difference {
  readonly ids: RegExp
  /** Of these clients only. */
  readonly versions?: RegExp
  /** Where not all that are called so differ. */
  readonly when?: (vector: Vector) => boolean
  /** A defect of the published clients by its number, a rule of ours that is safer, or what only their language has. */
  readonly because: `defect ${number}` | "safer rule" | "Python only"
  readonly reason: string
  readonly ours: (vector: Vector, version: string) => Told
}

type End = { readonly returns: unknown } | { readonly raises: Raised }

/** Each step's own end; undefined: as it is told. */
const ending = (vector: Vector, ends: (outcome: Outcome, index: number) => End | undefined): ReadonlyArray<Outcome> =>
  vector.outcome.map((outcome, index) => {
    const end = ends(outcome, index)
    return end === undefined ? outcome : { op: outcome.op, ...end }
  })

const raises = (tag: string, more: Raised = {}): { readonly raises: Raised } => ({ raises: { ...more, tag } })

const refused = (...fields: ReadonlyArray<string>) =>
  raises("InvalidRequest", { fields: Object.fromEntries(fields.map((field) => [field, "refused"])) })

const tagOf = (status: number): string => {
  if (status === 401) return "Unauthorized"
  if (status === 403) return "Forbidden"
  if (status === 404) return "NotFound"
  if (status === 429) return "RateLimited"
  return status >= 500 ? "ServerFailed" : "ApiRejected"
}

const statuses = ({ server_script: rules }: Vector): ReadonlyArray<number> =>
  rules.flatMap(({ responses }) => responses.map(({ status }) => status ?? 200))

const firstFailure = (vector: Vector): number => statuses(vector).find((status) => status >= 300) ?? 200

const failsByStatus = (vector: Vector): Told => ({
  ...vector,
  outcome: ending(vector, () => raises(tagOf(firstFailure(vector)), { status_code: firstFailure(vector) }))
})

const isAction = ({ method }: Request): boolean => method === "POST"

/** Only the first `count` requests that run an action, and those before them. */
const withActions = (vector: Vector, count: number): ReadonlyArray<Request> => {
  const last = vector.requests.filter(isAction)[count]
  return last === undefined ? vector.requests : vector.requests.slice(0, vector.requests.indexOf(last))
}

const input = ({ args = {} }: Step): Fields => {
  const given = args["input_"]
  return isFields(given) ? given : {}
}

const part = (name: string, text: string, headers: Readonly<Record<string, string>> = {}) => ({
  headers: { "Content-Disposition": `form-data; name="${name}"`, ...headers },
  text
})

const flag = (version: string): string => (version.startsWith("gl-") ? "true" : "True")

const changed = (vector: Vector, change: (request: Request) => Request): Told => ({
  ...vector,
  requests: vector.requests.map(change)
})

const actionsChanged = (vector: Vector, change: (request: Request) => Request): Told =>
  changed(vector, (request) => (isAction(request) ? change(request) : request))

const filenames: ReadonlyArray<readonly [id: RegExp, filename: string]> = [
  [/\.star@/, "naïve.pdf"],
  [/\.both@/, "b.pdf"]
]

const renamed = (outcome: Outcome, filename: string): End | undefined => {
  if (!Array.isArray(outcome.returns)) return undefined
  const [data, status]: ReadonlyArray<unknown> = outcome.returns
  return isFields(data) && isFields(data["$file"])
    ? { returns: [{ $file: { ...data["$file"], filename } }, status] }
    : undefined
}

const parsed = ({ returns }: Outcome): End | undefined => {
  if (!Array.isArray(returns)) return undefined
  const [data, status]: ReadonlyArray<unknown> = returns
  const text = isFields(data) && isFields(data["$file"]) ? data["$file"]["text"] : undefined
  return typeof text === "string" ? { returns: [JSON.parse(text), status] } : undefined
}

const user = {
  $model: "user",
  id: "11111111-1111-1111-1111-111111111111",
  identifier: "ann",
  secret: "sk-user-abc",
  secret_preview: "sk-user-a...",
  is_active: true
}

/** All of them. */
export const differences: ReadonlyArray<Difference> = [
  {
    ids: /^disc\.modules\.nokey\.prefix@0/,
    because: "Python only",
    reason: "a slash at the end of the base URL is not doubled",
    ours: (vector) => changed(vector, (request) => ({ ...request, path: request.path.replace("//", "/") }))
  },
  {
    ids: /^(?:disc\.status\.|tools\.)\d+@/,
    when: (vector) =>
      firstFailure(vector) !== 404 && vector.outcome.every(({ raises }) => raises?.kind === "connector_not_found"),
    because: "defect 7",
    reason: "a failure of discovery is told by its status, and not as a connector that is not there",
    ours: failsByStatus
  },
  {
    ids: /^disc\.shape\.no_method$|^params\.unknown_action$/,
    because: "safer rule",
    reason: "an action that cannot be used has no empty list of parameters: it is refused with the reason",
    ours: (vector) => ({
      ...vector,
      outcome: ending(vector, ({ op }) => (op === "parameters" ? refused("action") : undefined))
    })
  },
  {
    ids: /^disc\.shape\.no_docstring@/,
    because: "defect 7",
    reason: "an action without a docstring is one with an empty docstring",
    ours: (vector) => ({
      ...vector,
      requests: vector.requests.slice(0, 1),
      outcome: ending(vector, ({ op }) => ({
        returns: op === "actions" ? [["a", "/demo/a", ""]] : [{ name: "x", type: "string", required: true }]
      }))
    })
  },
  {
    ids: /^disc\.shape\.prop_(?:oneof|array_no_type_items)$/,
    because: "safer rule",
    reason: "the value of a property that is not understood is sent as it is, and not dropped",
    ours: (vector) => {
      const execute = vector.call.find(({ op }) => op === "execute")
      return actionsChanged(vector, (request) => ({
        ...request,
        body_json: execute === undefined ? undefined : input(execute)
      }))
    }
  },
  {
    ids: /^disc\.shape\.abs_path@gl/,
    because: "defect 4",
    reason: "credentials do not follow a path of discovery to another origin",
    ours: (vector) => ({
      ...vector,
      requests: withActions(vector, 0),
      outcome: ending(vector, () => refused("action"))
    })
  },
  {
    ids: /^disc\.shape\.rel_path@0/,
    because: "Python only",
    reason: "a path without a slash at its start is joined as in gl",
    ours: (vector) => ({
      ...vector,
      requests: [
        ...vector.requests,
        {
          method: "POST",
          path: "/demo/a",
          headers: { "content-type": "application/json", "x-api-key": "KEY1" },
          body_json: { x: "1" }
        }
      ],
      outcome: ending(vector, () => ({ returns: [{ data: 1, meta: null }, 200] }))
    })
  },
  {
    ids: /^disc\.name_escape@0/,
    because: "defect 12",
    reason: "a connector's name is encoded in the query",
    ours: (vector) =>
      changed(vector, ({ raw_query: _, ...request }) => ({
        ...request,
        query: [["modules", "a b&c/d"]],
        raw_query: "modules=a%20b%26c%2Fd"
      }))
  },
  {
    ids: /^val\.empty_string@/,
    because: "defect 15",
    reason: "a required text of white space only is refused",
    ours: (vector) => ({
      ...vector,
      requests: withActions(vector, 1),
      outcome: ending(vector, (_, index) => (index === 2 ? refused("owner") : undefined))
    })
  },
  {
    ids: /^exec\.emptytoken$/,
    because: "safer rule",
    reason: "an empty token is a mistake: the action would run in no user's name",
    ours: (vector) => ({ ...vector, requests: withActions(vector, 0), outcome: ending(vector, () => refused("token")) })
  },
  {
    ids: /^exec\.nokey@/,
    because: "safer rule",
    reason: "an empty API key is refused when the client is made; to send none there is Auth.none",
    ours: (vector) => ({ call: [vector.call[0]], requests: [], outcome: [{ op: "new", ...refused("Auth") }] })
  },
  {
    ids: /^(?:exec\.timeout_retry|resp\.drop_retry)@0/,
    because: "safer rule",
    reason: "an action whose answer was lost is not run again without replayUnsafe",
    ours: (vector) => ({
      ...vector,
      requests: withActions(vector, 1),
      outcome: ending(vector, () => raises("OutcomeUnknown"))
    })
  },
  {
    ids: /^exec\.redirect/,
    because: "defect 4",
    reason: "no redirect is followed",
    ours: (vector) => ({
      ...vector,
      requests: withActions({ ...vector, requests: vector.requests.filter(({ path }) => path !== "/moved") }, 1),
      outcome: ending(vector, () => ({ returns: [{ $file: { base64: "" } }, firstFailure(vector)] }))
    })
  },
  {
    ids: /^resp\.uppercase_ct@/,
    because: "safer rule",
    reason: "a media type has no case",
    ours: (vector) => ({ ...vector, outcome: ending(vector, parsed) })
  },
  {
    ids: /^file\.down\.(?:star|both)@/,
    because: "defect 11",
    reason: "the encoded name of a file goes before the plain one",
    ours: (vector) => {
      const [, filename = ""] = filenames.find(([id]) => id.test(vector.id)) ?? []
      return { ...vector, outcome: ending(vector, (outcome) => renamed(outcome, filename)) }
    }
  },
  {
    ids: /^file\.up\.values@0/,
    because: "defect 3",
    reason: "an object beside a file is one field of JSON",
    ours: (vector) => {
      const { meta } = input(vector.call[0])
      const isOfMeta = (headers: Readonly<Record<string, string>>) =>
        headers["Content-Disposition"] === 'form-data; name="meta"'
      return actionsChanged(vector, ({ multipart = [], ...request }) => {
        const at = multipart.findIndex(({ headers }) => isOfMeta(headers))
        const others = multipart.filter(({ headers }) => !isOfMeta(headers))
        const whole = part("meta", JSON.stringify(meta))
        return { ...request, multipart: [...others.slice(0, at), whole, ...others.slice(at)] }
      })
    }
  },
  {
    ids: /^file\.up\.many_empty$/,
    versions: /^0\.1\./,
    because: "safer rule",
    reason: "where no file is given the parameters are JSON, an empty list of files too",
    ours: (vector) =>
      actionsChanged(vector, ({ body_text: _, ...request }) => ({
        ...request,
        headers: { ...request.headers, "content-type": "application/json" },
        body_json: { files: [], name: "N" }
      }))
  },
  {
    ids: /^file\.up\.rawbytes@/,
    because: "defect 3",
    reason: "bytes for a file are a file without a name, and not text",
    ours: (vector, version) =>
      actionsChanged(vector, ({ body_json: _json, body_text: _text, ...request }) => ({
        ...request,
        headers: { ...request.headers, "content-type": "multipart/form-data; boundary={boundary}" },
        multipart: [
          part("name", "N"),
          part("n", "1"),
          part("flag", flag(version)),
          part("tags", "a"),
          part("tags", "b"),
          part("file", "hello")
        ]
      }))
  },
  {
    ids: /^file\.up\.opt_omitted@(?:0\.3|gl)/,
    because: "defect 3",
    reason: "an object in a form is one field of JSON",
    ours: (vector, version) =>
      actionsChanged(vector, (request) => ({
        ...request,
        body_text: `name=N&n=5&flag=${flag(version)}&tags=a&tags=b&meta=%7B%22k%22%3A1%7D`
      }))
  },
  {
    ids: /^file\.up\.nested@/,
    because: "defect 3",
    reason: "a file inside of an object is refused: it would not be sent",
    ours: (vector) => ({ ...vector, requests: withActions(vector, 0), outcome: ending(vector, () => refused("meta")) })
  },
  {
    ids: /^retry\.n\.12@/,
    because: "safer rule",
    reason: "more attempts than there can be are refused, and not cut to 11",
    ours: (vector) => ({
      ...vector,
      requests: withActions(vector, 0),
      outcome: ending(vector, () => refused("maxAttempts")),
      waits_s: []
    })
  },
  {
    ids: /^gl\.get_error\.secret$/,
    because: "safer rule",
    reason: "errors never print what the server said, so its body is kept as it came",
    ours: (vector) => ({
      ...vector,
      outcome: ending(vector, ({ op, returns }) => {
        if (op === "raise_for_error") return raises("ApiRejected", { status_code: 400 })
        if (op !== "get_error" || !isFields(returns)) return undefined
        const message = "failed with Authorization: Bearer abcdefghijkl123 and api_key=sk-123456789"
        return { returns: { ...returns, message, details: { password: "p", n: 1, token_count: 5 } } }
      })
    })
  },
  {
    ids: /^page\.no_hint$/,
    because: "defect 9",
    reason: "the same request again is no next page",
    ours: (vector) => ({
      ...vector,
      requests: withActions(vector, 1),
      outcome: ending(vector, ({ op }) => (op === "next" ? raises("PaginationLoop") : undefined))
    })
  },
  {
    ids: /^page\.page_zero$/,
    because: "defect 9",
    reason: "after page 0 comes page 1, and not the same again",
    ours: (vector) => ({
      ...vector,
      requests: vector.requests.map((request, index) =>
        index === 2 ? { ...request, body_json: { owner: "o", page: 1 } } : request
      )
    })
  },
  {
    ids: /^user\.create\.201@/,
    because: "defect 14",
    reason: "201 says that the user is there: its secret is not thrown away",
    ours: (vector) => ({ ...vector, outcome: ending(vector, () => ({ returns: user })) })
  },
  {
    ids: /^user\.create\.emptyid@/,
    because: "defect 15",
    reason: "an empty identifier is refused",
    ours: (vector) => ({ ...vector, requests: [], outcome: ending(vector, () => refused("identifier")) })
  },
  {
    ids: /^user\.auth\.numeric_expiry@/,
    because: "safer rule",
    reason: "a token that works is not refused because its end is a number",
    ours: (vector) => ({
      ...vector,
      outcome: ending(vector, () => ({ returns: { $model: "token", token: "JWT", expires_at: "123" } }))
    })
  },
  {
    ids: /^int\.has\.\d+@0/,
    because: "defect 6",
    reason: "a failure says nothing of whether a connector is linked",
    ours: failsByStatus
  },
  {
    ids: /^int\.has\.name_escape$/,
    because: "defect 12",
    reason: "a connector's name is encoded in the path",
    ours: (vector) =>
      changed(vector, ({ query: _, ...request }) => ({
        ...request,
        path: "/connectors/a%20b%2Fc%3Fd%23e/integration-exists"
      }))
  },
  {
    ids: /^int\.init\.400_envelope@0\.1/,
    because: "defect 13",
    reason: "the envelope's message can be read too",
    ours: (vector) => ({
      ...vector,
      outcome: ending(vector, () => raises("ApiRejected", { status_code: 400, mentions: ["bad callback"] }))
    })
  },
  {
    ids: /^int\.(?:select\.404@|get\.404@0|remove\.404$)/,
    because: "defect 13",
    reason: "what is not there is a failure that holds the server's words, and no result",
    ours: (vector) => ({
      ...vector,
      outcome: ending(vector, () => raises("NotFound", { status_code: 404, mentions: ["nf"] }))
    })
  },
  {
    ids: /^int\.remove\.204$/,
    because: "defect 10",
    reason: "204 is a success without a body",
    ours: (vector) => ({
      ...vector,
      outcome: ending(vector, () => ({ returns: { success: true, message: undefined } }))
    })
  },
  {
    ids: /^int\.remove_id\.escape$/,
    because: "defect 12",
    reason: "an account is encoded in the path",
    ours: (vector) =>
      changed(vector, ({ query: _, ...request }) => ({
        ...request,
        path: "/connectors/demo/integrations/a%2Fb%20c%3Fd%23e%25"
      }))
  },
  {
    ids: /^tools\.(?:invoke@0\.1|direct$)/,
    because: "Python only",
    reason: "a tool runs on the client that made it, which knows the connector already",
    ours: (vector) => ({
      ...vector,
      requests: vector.requests.filter((request, index) => isAction(request) || index === 0)
    })
  }
]

/** Why and how a vector differs, if it does. */
export const differenceOf = (vector: Vector, version: string): Difference | undefined =>
  differences.find(
    ({ ids, versions, when }) =>
      ids.test(vector.id) && versions?.test(version) !== false && (when === undefined || when(vector))
  )
