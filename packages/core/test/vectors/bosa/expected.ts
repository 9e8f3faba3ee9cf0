import type { Outcome, Raised, Request, Step, Vector } from "./format.js"
import { type Fields, isFields } from "./matching.js"

/** What a replay compares with: a vector, or ours where it differs on purpose. */
export interface Expected {
  readonly call: Vector["call"]
  readonly requests: ReadonlyArray<Request>
  readonly outcome: ReadonlyArray<Outcome>
  readonly waits_s?: Vector["waits_s"]
}

type End = { readonly returns: unknown } | { readonly raises: Raised }

/** Each step's own end; undefined: as the vector has it. */
export const ending = (
  vector: Vector,
  ends: (outcome: Outcome, index: number) => End | undefined
): ReadonlyArray<Outcome> =>
  vector.outcome.map((outcome, index) => {
    const end = ends(outcome, index)
    return end === undefined ? outcome : { op: outcome.op, ...end }
  })

export const raises = (tag: string, more: Raised = {}): { readonly raises: Raised } => ({ raises: { ...more, tag } })

export const refused = (...fields: ReadonlyArray<string>) =>
  raises("InvalidRequest", { fields: Object.fromEntries(fields.map((field) => [field, "refused"])) })

export const tagOf = (status: number): string => {
  if (status === 401) return "Unauthorized"
  if (status === 403) return "Forbidden"
  if (status === 404) return "NotFound"
  if (status === 429) return "RateLimited"
  return status >= 500 ? "ServerFailed" : "ApiRejected"
}

const statuses = ({ server_script: rules }: Vector): ReadonlyArray<number> =>
  rules.flatMap(({ responses }) => responses.map(({ status }) => status ?? 200))

export const firstFailure = (vector: Vector): number => statuses(vector).find((status) => status >= 300) ?? 200

export const failsByStatus = (vector: Vector): Expected => ({
  ...vector,
  outcome: ending(vector, () => raises(tagOf(firstFailure(vector)), { status_code: firstFailure(vector) }))
})

export const isAction = ({ method }: Request): boolean => method === "POST"

/** Only the first `count` requests that run an action, and those before them. */
export const withActions = (vector: Vector, count: number): ReadonlyArray<Request> => {
  const last = vector.requests.filter(isAction)[count]
  return last === undefined ? vector.requests : vector.requests.slice(0, vector.requests.indexOf(last))
}

export const input = ({ args = {} }: Step): Fields => {
  const given = args["input_"]
  return isFields(given) ? given : {}
}

export const part = (name: string, text: string, headers: Readonly<Record<string, string>> = {}) => ({
  headers: { "Content-Disposition": `form-data; name="${name}"`, ...headers },
  text
})

export const flag = (version: string): string => (version.startsWith("gl-") ? "true" : "True")

export const changed = (vector: Vector, change: (request: Request) => Request): Expected => ({
  ...vector,
  requests: vector.requests.map(change)
})

export const actionsChanged = (vector: Vector, change: (request: Request) => Request): Expected =>
  changed(vector, (request) => (isAction(request) ? change(request) : request))

/** The file that a step returns, as the vector has it. */
const fileIn = ({ returns }: Outcome): readonly [file: Fields, status: unknown] | undefined => {
  if (!Array.isArray(returns)) return undefined
  const [data, status]: ReadonlyArray<unknown> = returns
  return isFields(data) && isFields(data["$file"]) ? [data["$file"], status] : undefined
}

const disposition = ({ server_script: rules }: Vector): string =>
  rules
    .flatMap(({ responses }) => responses.flatMap(({ headers = {} }) => Object.entries(headers)))
    .map(([name, value]) => (name.toLowerCase() === "content-disposition" ? value : null))
    .find((value) => value !== null) ?? ""

// the encoded name goes first, and a path is cut down to its last part
const filenameOf = (vector: Vector, given: unknown): unknown => {
  const encoded = /filename\*=UTF-8''([^;\s]+)/i.exec(disposition(vector))?.[1]
  const name = encoded === undefined ? given : decodeURIComponent(encoded)
  return typeof name === "string" ? name.replace(/^.*[/\\]/s, "") : name
}

/** A file with the name that it is given here. */
export const renamed = (vector: Vector): Expected => ({
  ...vector,
  outcome: ending(vector, (outcome) => {
    const [file, status] = fileIn(outcome) ?? []
    if (file === undefined) return undefined
    return { returns: [{ $file: { ...file, filename: filenameOf(vector, file["filename"]) } }, status] }
  })
})

/** Whether a step returns a file that has another name here. */
export const isRenamed = (vector: Vector): boolean =>
  vector.outcome.some((outcome) => {
    const [file] = fileIn(outcome) ?? []
    return file !== undefined && filenameOf(vector, file["filename"]) !== file["filename"]
  })

/** Whether a step returns a file that is JSON by its type. */
export const isJsonFile = ({ outcome }: Vector): boolean =>
  outcome.some((one) => /json/i.test(String(fileIn(one)?.[0]["content_type"])))

/** Files that are JSON by their type as what they hold. */
export const parsed = (vector: Vector): Expected => ({
  ...vector,
  outcome: ending(vector, (outcome) => {
    const [file, status] = fileIn(outcome) ?? []
    const text = file?.["text"]
    return typeof text === "string" ? { returns: [JSON.parse(text), status] } : undefined
  })
})

/** Whether a failure is written as a result. */
export const isNoResult = (vector: Vector): boolean =>
  firstFailure(vector) >= 300 &&
  vector.outcome.every(
    ({ returns }) => isFields(returns) && (returns["success"] === false || Object.keys(returns).length === 0)
  )

const propertiesIn = (value: unknown): ReadonlyArray<string> => {
  if (Array.isArray(value)) return value.flatMap(propertiesIn)
  if (!isFields(value)) return []
  const request = value["request"]
  const schema = isFields(request) ? request["schema"] : undefined
  const properties = isFields(schema) ? schema["properties"] : undefined
  return isFields(properties) ? Object.keys(properties) : Object.values(value).flatMap(propertiesIn)
}

const executed = ({ call }: Vector): Fields => {
  const step = call.find(({ op }) => op === "execute")
  return step === undefined ? {} : input(step)
}

// what was given for a property that discovery declares, and was not sent
const dropped = (vector: Vector): Fields => {
  const declared = new Set(propertiesIn(vector.server_script))
  const body = vector.requests.find(isAction)?.body_json
  return Object.fromEntries(
    Object.entries(executed(vector)).filter(
      ([name, value]) => declared.has(name) && value !== null && isFields(body) && !Object.hasOwn(body, name)
    )
  )
}

/** Whether a value is not sent because its property is not understood. */
export const isDropping = (vector: Vector): boolean => Object.keys(dropped(vector)).length > 0

/** The values of all properties that discovery declares. */
export const keeping = (vector: Vector): Expected =>
  actionsChanged(vector, (request) => ({
    ...request,
    body_json: isFields(request.body_json) ? { ...request.body_json, ...dropped(vector) } : request.body_json
  }))

/** A user whose secret came with a 201. */
export const user = {
  $model: "user",
  id: "11111111-1111-1111-1111-111111111111",
  identifier: "ann",
  secret: "sk-user-abc",
  secret_preview: "sk-user-a...",
  is_active: true
}

const headersIn = ({ args = {} }: Step): Readonly<Record<string, string>> => {
  const headers = args["headers"]
  return isFields(headers)
    ? Object.fromEntries(
        Object.entries(headers).filter((entry): entry is [string, string] => typeof entry[1] === "string")
      )
    : {}
}

/** The headers that a caller gave to the first step that takes some. */
export const givenHeaders = ({ call }: Vector): Readonly<Record<string, string>> =>
  call.map(headersIn).find((headers) => Object.keys(headers).length > 0) ?? {}

/** Whether a caller sets the type of the body. */
export const setsType = (vector: Vector): boolean =>
  Object.keys(givenHeaders(vector)).some((name) => name.toLowerCase() === "content-type")

const twice = /^Bearer Bearer /

/** Whether a token that says so itself is called a bearer token once more. */
export const isDoubled = ({ requests }: Vector): boolean =>
  requests.some(({ headers = {} }) => twice.test(headers["authorization"] ?? ""))

/** The same with the word once. */
export const once = (vector: Vector): Expected =>
  changed(vector, ({ headers = {}, ...request }) => ({
    ...request,
    headers: Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, value.replace(twice, "Bearer ")]))
  }))

/** Whether a response without a body is written as a file. */
export const isEmptyFile = (vector: Vector): boolean =>
  statuses(vector).includes(204) && vector.outcome.some((outcome) => fileIn(outcome) !== undefined)

/** Nothing for what is not a body. */
export const nothing = (vector: Vector): Expected => ({
  ...vector,
  outcome: ending(vector, (outcome) => {
    const [file, status] = fileIn(outcome) ?? []
    return file === undefined ? undefined : { returns: [null, status] }
  })
})
