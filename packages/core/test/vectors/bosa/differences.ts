import type { Vector } from "./format.js"
import { notOffered } from "./operation.js"
import { isFields } from "./matching.js"
import {
  givenHeaders,
  isDoubled,
  isEmptyFile,
  nothing,
  once,
  setsType,
  tagOf,
  actionsChanged,
  changed,
  ending,
  failsByStatus,
  firstFailure,
  flag,
  input,
  isAction,
  isDropping,
  isJsonFile,
  isNoResult,
  isRenamed,
  keeping,
  parsed,
  part,
  raises,
  refused,
  renamed,
  user,
  withActions,
  type Expected
} from "./expected.js"

import { leftToDefault, requiresDefault } from "./optional.js"

/**
 * Vectors that this library answers differently on purpose, and how: what `ours` gives is checked as a vector is,
 * and one that also passes as it is fails the run.
 */
export interface Difference {
  readonly ids: RegExp
  /** Where not all that are called so differ. */
  readonly when?: (vector: Vector) => boolean
  /** A defect of the published clients by its number, a rule of ours that is safer, or what only their language has. */
  readonly because: `defect ${number}` | "safer rule" | "Python only"
  readonly reason: string
  readonly ours: (vector: Vector, version: string) => Expected
}

const isRedacting = (op: string): boolean => op === "redact_text" || op === "redact_value"

/** All of them. */
export const differences: ReadonlyArray<Difference> = [
  {
    ids: /./,
    when: requiresDefault,
    because: "safer rule",
    reason: "a parameter with a default may be left out: the server says so, and nobody has to invent a value",
    ours: leftToDefault
  },
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
    reason: "a failure of discovery is reported by its status, and not as a connector that is not there",
    ours: failsByStatus
  },
  {
    ids: /^disc\.modules/,
    when: (vector) => firstFailure(vector) >= 300,
    because: "defect 7",
    reason: "a failure is not an empty list of connectors",
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
    ids: /^disc\.shape\.prop_/,
    when: isDropping,
    because: "safer rule",
    reason: "the value of a property that is not understood is sent as it is, and not dropped",
    ours: keeping
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
    ids: /^exec\./,
    when: isDoubled,
    because: "safer rule",
    reason: "a token that begins with Bearer is a bearer token already",
    ours: once
  },
  {
    ids: /^(?:exec|file\.up)\./,
    when: setsType,
    because: "defect 5",
    reason: "the type of the body is not the caller's to set: it would break a form",
    ours: (vector) => ({
      ...vector,
      requests: withActions(vector, 0),
      outcome: ending(vector, () => refused("headers"))
    })
  },
  {
    ids: /./,
    when: ({ call }) => call.some(({ op }) => op === "caller_headers_after"),
    because: "defect 5",
    reason: "the caller's headers stay as they were, and hold no credentials",
    ours: (vector) => ({
      ...vector,
      outcome: ending(vector, ({ op }) =>
        op === "caller_headers_after" ? { returns: givenHeaders(vector) } : undefined
      )
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
      requests: vector.requests.slice(0, vector.requests.findIndex(isAction) + 1),
      outcome: ending(vector, () => ({ returns: [{ $file: { base64: "" } }, firstFailure(vector)] }))
    })
  },
  {
    ids: /^resp\./,
    when: isEmptyFile,
    because: "defect 10",
    reason: "204 has no body, and no file either",
    ours: nothing
  },
  {
    ids: /^resp\./,
    when: isJsonFile,
    because: "safer rule",
    reason: "a media type has no case, and what ends in json is JSON",
    ours: parsed
  },
  {
    ids: /^file\.down\./,
    when: isRenamed,
    because: "defect 11",
    reason: "the encoded name of a file goes before the plain one, and is not a path",
    ours: renamed
  },
  {
    ids: /^file\.up\.values@0/,
    because: "defect 3",
    reason: "an object next to a file is one field of JSON",
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
    ids: /^file\.up\.unknown_param$/,
    because: "safer rule",
    reason: "a file under a name that is not a parameter is refused: a slip of the name would send it",
    ours: (vector) => ({ ...vector, requests: withActions(vector, 0), outcome: ending(vector, () => refused("zzz")) })
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
    reason: "the same request again is not a next page",
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
    ids: /./,
    when: ({ call }) => call.some(({ op }) => isRedacting(op)),
    because: "Python only",
    reason: "there is no function that redacts a text: errors never print what a server said",
    ours: (vector) => ({
      ...vector,
      outcome: ending(vector, ({ op }) => (isRedacting(op) ? { returns: notOffered } : undefined))
    })
  },
  {
    ids: /^page\./,
    when: (vector) => firstFailure(vector) >= 300 && vector.call.some(({ op }) => op === "all"),
    because: "defect 9",
    reason: "a page that failed is not data: all pages end with its error",
    ours: (vector) => ({
      ...vector,
      outcome: ending(vector, ({ op }) => (op === "all" ? raises(tagOf(firstFailure(vector))) : undefined))
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
    ids: /^int\./,
    when: isNoResult,
    because: "defect 13",
    reason: "what the server refuses is a failure that holds its words, and no result",
    ours: failsByStatus
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
  }
]

/** Why and how a vector differs, if it does. */
export const differenceOf = (vector: Vector): Difference | undefined =>
  differences.find(({ ids, when }) => ids.test(vector.id) && (when === undefined || when(vector)))
