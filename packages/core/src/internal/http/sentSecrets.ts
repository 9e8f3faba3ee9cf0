import type * as HttpBody from "@effect/platform/HttpBody"
import * as Redacted from "effect/Redacted"
import type { Credentials } from "../../Auth.js"
import type { CallSettings } from "../../Call.js"
import * as SensitiveName from "../../SensitiveName.js"
import { parse } from "../data/json.js"
import { type Secrets, secretsOf } from "../data/secretValues.js"
import { sensitiveQuery, sensitiveValues, withBare } from "../data/sensitiveValues.js"
import { exactText, type Kind, shownText } from "../data/serverText.js"
import type { Endpoint } from "./endpoint.js"
import type { PreparedRequest } from "./request.js"
import type { Resolved } from "./settings.js"

/**
 * A call as it was sent: what a server may give back of it.
 *
 * @internal
 */
export interface SentCall {
  readonly operation: Pick<Endpoint, "credentials">
  readonly request: PreparedRequest
  readonly credentials: Credentials | undefined
  readonly resolved: Resolved
  readonly settings: CallSettings
}

const passwordIn = (basic: string): ReadonlyArray<string> => {
  try {
    const [, password] = /^[^:]*:([^]+)$/.exec(atob(basic)) ?? []
    return password === undefined ? [] : [password]
  } catch {
    return []
  }
}

const shortestCookie = 6

// of "Bearer x" the x, of cookies each value
const inHeader = (name: string, value: string): ReadonlyArray<string> => {
  if (name === "cookie") {
    const values = value.split(";").map((pair) => pair.slice(pair.indexOf("=") + 1).trim())
    return [value, ...values.filter((one) => one.length >= shortestCookie)]
  }
  const [, basic] = /^basic\s+(\S+)$/i.exec(value) ?? []
  return basic === undefined ? withBare(value) : [...withBare(value), ...passwordIn(basic)]
}

const inHeaders = (
  headers: Readonly<Record<string, string>>,
  isSecret: (name: string) => boolean
): ReadonlyArray<string> =>
  Object.entries(headers).flatMap(([name, value]) => (isSecret(name) ? inHeader(name.toLowerCase(), value) : []))

/**
 * What of the headers of a layer is secret: what was given as redacted, or has the name of a secret.
 *
 * @internal
 */
export const secretHeaders = (headers: Readonly<Record<string, string | Redacted.Redacted>>): ReadonlyArray<string> =>
  Object.entries(headers).flatMap(([name, value]) =>
    Redacted.isRedacted(value)
      ? inHeader(name.toLowerCase(), Redacted.value(value))
      : inHeaders({ [name]: value }, SensitiveName.isHeader)
  )

const ofCredentials = (credentials: Credentials): ReadonlyArray<string> =>
  Object.entries(credentials).flatMap(([name, value]) => inHeader(name.toLowerCase(), Redacted.value(value)))

const noCredentials: Credentials = {}

// most calls of a client send the same: it is prepared once
const sharedSecrets = ({ credentials = noCredentials, resolved }: SentCall): Secrets => {
  const known = resolved.secrets.byCredentials.get(credentials)
  if (known !== undefined) return known
  const made = secretsOf([...ofCredentials(credentials), ...resolved.secrets.headers])
  resolved.secrets.byCredentials.set(credentials, made)
  return made
}

const jsonOf = (values: unknown): string => {
  try {
    return JSON.stringify(values) ?? ""
  } catch {
    return ""
  }
}

// in a form each value is written by itself
const written = (body: HttpBody.HttpBody, values: unknown): unknown => {
  const parsed = parse(body._tag === "Raw" && typeof body.body === "string" ? body.body : jsonOf(values))
  return parsed._tag === "Value" ? parsed.value : undefined
}

const nothing: ReadonlyArray<string> = []

/**
 * The values under sensitive names in what a call sent.
 *
 * @internal
 */
export const sensitiveInput = ({ body, values }: PreparedRequest): ReadonlyArray<string> =>
  sensitiveValues(values) ?? sensitiveValues(written(body, values)) ?? nothing

const isParameter = (name: string): boolean => SensitiveName.isQuery(name) || SensitiveName.isFieldLike(name)
const isAny = (): boolean => true

const ownSecrets = ({ operation, request }: SentCall): ReadonlyArray<string> => {
  const { own, query, secrets = [] } = request
  // a request without the client's credentials has others: in its signed address, or in a header of its own
  const isBare = operation.credentials === "bare"
  return [
    ...secrets,
    ...sensitiveInput(request),
    ...sensitiveQuery(query, isBare ? isAny : isParameter),
    ...(own === undefined
      ? []
      : [
          ...inHeaders(own.before, SensitiveName.isHeader),
          ...inHeaders(own.after, isBare ? isAny : SensitiveName.isHeader)
        ])
  ]
}

const prepared = new WeakMap<PreparedRequest, { readonly shared: Secrets; readonly all: Secrets }>()

/**
 * The credentials that a call sent, and the values under sensitive names of its input.
 *
 * @internal
 */
export const secretsIn = (call: SentCall): Secrets => {
  const shared = sharedSecrets(call)
  const known = prepared.get(call.request)
  if (known?.shared === shared) return known.all
  const own = ownSecrets(call)
  const all = own.length === 0 ? shared : secretsOf([...shared.values, ...own])
  prepared.set(call.request, { shared, all })
  return all
}

/**
 * A text of the response to a call, as it may be shown.
 *
 * @internal
 */
export const textOf = (call: SentCall, kind: Kind, text: string): string => shownText(kind, text, secretsIn(call))

/**
 * The same of an id or a code, which is left out when it cannot be shown as it came.
 *
 * @internal
 */
export const exactTextOf = (call: SentCall, kind: Kind, text: string | undefined): string | undefined =>
  text === undefined ? undefined : exactText(kind, text, secretsIn(call))

const longRepeated = 12

/**
 * Whether an id repeats a credential. A short one may be a part of it by chance.
 *
 * @internal
 */
export const repeatsCredential = (call: SentCall, id: string): boolean =>
  sharedSecrets(call).values.some((value) => value.length >= longRepeated && id.includes(value))

/**
 * The id of a request that was carried out: only credentials are looked for, since this is done for each job.
 *
 * @internal
 */
export const acceptedId = (call: SentCall, requestId: string | undefined): string | undefined =>
  requestId === undefined ? undefined : exactText("name", requestId, sharedSecrets(call))
