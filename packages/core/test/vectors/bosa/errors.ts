import { responseOf } from "@effect-connectors/core/ApiError"
import * as Predicate from "effect/Predicate"
import type { Raised } from "./format.js"
import { differing, mismatch, type Mismatches } from "./matching.js"
import type { Failed } from "./session.js"

const byStatus = Symbol("by status")

const lost = ["NotSent", "OutcomeUnknown", "Unreachable"]

/** Our tags for the causes that vectors name. */
const kinds: Readonly<Record<string, ReadonlyArray<string> | typeof byStatus>> = {
  connector_not_found: ["NotFound"],
  connector_init_http: byStatus,
  connector_unavailable: ["ServerFailed"],
  request_failed: byStatus,
  http_status: byStatus,
  user_call_failed: byStatus,
  integration_call_failed: byStatus,
  // of which the kind does not say whether there was an answer
  connector_init_other: ["UnexpectedBody", "Unreachable"],
  invalid_json: ["UnexpectedBody", "OutcomeUnknown"],
  response_shape: ["UnexpectedBody"],
  response_key_missing: ["UnexpectedBody"],
  no_data_envelope: ["UnexpectedBody"],
  transport: lost,
  timeout: lost,
  invalid_parameters: ["InvalidRequest"],
  invalid_max_attempts: ["InvalidRequest"],
  invalid_action: ["InvalidRequest"],
  invalid_url: ["InvalidRequest"],
  not_json_number: ["InvalidRequest"],
  api_key_required: ["InvalidRequest"],
  checksum_mismatch: ["SkillRejected"],
  unknown_skill_source: ["SkillRejected"],
  unsafe_archive_path: ["SkillRejected"],
  no_download_url: ["SkillRejected"],
  unknown_source_type: ["SkillRejected"],
  not_a_zip: ["SkillRejected"],
  snapshot_pending: ["SkillRejected"]
}

/** The reasons of a `SkillRejected` for the causes that vectors name. */
const reasons: Readonly<Record<string, string>> = {
  checksum_mismatch: "checksum mismatch",
  unknown_skill_source: "unknown source",
  unsafe_archive_path: "unsafe path",
  no_download_url: "no download url",
  unknown_source_type: "unknown source",
  not_a_zip: "not a zip",
  snapshot_pending: "snapshot pending"
}

const tagOf = (status: number): string => {
  if (status === 401) return "Unauthorized"
  if (status === 403) return "Forbidden"
  if (status === 404) return "NotFound"
  if (status === 429) return "RateLimited"
  if (status >= 500) return "ServerFailed"
  if (status >= 400) return "ApiRejected"
  // a good status with what is not a good body
  return status >= 300 ? "UnexpectedRedirect" : "UnexpectedBody"
}

const field = (value: unknown, name: string): unknown => (Predicate.hasProperty(value, name) ? value[name] : undefined)

const statusOf = (error: Failed): number | undefined => {
  const status = field(error, "status")
  return typeof status === "number" ? status : undefined
}

const isStatusError = (error: Failed): boolean => {
  const status = statusOf(error)
  return status !== undefined && error._tag === tagOf(status)
}

const isFailure = (error: Failed): boolean => isStatusError(error) && (statusOf(error) ?? 0) >= 300

const bodyOf = (error: Failed): unknown =>
  error._tag === "PaginationLoop" || error._tag === "SkillRejected" || error._tag === "SkillNotWritten"
    ? undefined
    : responseOf(error)?.body

const requestIdIn = (body: unknown): unknown => field(field(body, "error"), "request_id")

/** The id that the server's body or headers give the request. */
export const requestIdOf = (error: Failed): unknown => requestIdIn(bodyOf(error)) ?? field(error, "requestId")

/** All that can be read from an error. */
const reachable = (error: Failed): string =>
  [
    error.message,
    JSON.stringify(error),
    JSON.stringify(bodyOf(error)),
    ...(error._tag === "InvalidRequest" ? error.issues.map(({ message, path }) => `${path.join(".")} ${message}`) : []),
    ...(error._tag === "UnexpectedBody" ? (error.expected ?? []) : [])
  ].join("\n")

const kindMismatches = (at: string, kind: string, error: Failed): Mismatches => {
  const tags = kinds[kind]
  if (tags === undefined) return [`${at}: the replay does not know the cause "${kind}"`]
  const described = `${error._tag}: ${error.message}`
  if (tags === byStatus) return isStatusError(error) ? [] : mismatch(`${at} ${kind}`, "an error by status", described)
  // a failure is one whatever its body is
  if (kind === "invalid_json" && isFailure(error)) return []
  if (!tags.includes(error._tag)) return mismatch(`${at} ${kind}`, tags.join(" or "), described)
  const reason = reasons[kind]
  return reason === undefined ? [] : differing(`${at} reason`, reason, field(error, "reason"))
}

const fieldsOf = (error: Failed): ReadonlyArray<string> =>
  error._tag === "InvalidRequest" ? [...new Set(error.issues.map(({ path }) => path[0] ?? ""))] : []

/** How an error is not the expected one. */
export const errorMismatches = (at: string, expected: Raised, error: Failed): Mismatches => {
  const words = [
    ...(expected.mentions ?? []),
    ...(expected.at ?? []),
    ...(expected.key === undefined ? [] : [expected.key]),
    ...(expected.missing_key === undefined ? [] : [expected.missing_key])
  ]
  const text = reachable(error)
  return [
    ...(expected.kind === undefined ? [] : kindMismatches(at, expected.kind, error)),
    ...(expected.tag === undefined || expected.tag === error._tag
      ? []
      : mismatch(`${at} tag`, expected.tag, `${error._tag}: ${error.message}`)),
    ...(expected.kind === undefined && expected.tag === undefined ? [`${at}: the vector names no cause`] : []),
    ...(expected.fields === undefined
      ? []
      : differing(`${at} fields`, Object.keys(expected.fields).sort(), [...fieldsOf(error)].sort())),
    ...(expected.status_code === undefined ? [] : differing(`${at} status`, expected.status_code, statusOf(error))),
    ...(expected.api_code === undefined ? [] : differing(`${at} code`, expected.api_code, field(error, "serverCode"))),
    ...(expected.request_id === undefined
      ? []
      : differing(`${at} request id`, expected.request_id, requestIdOf(error))),
    ...words.filter((word) => !text.includes(word)).map((word) => `${at}: "${word}" cannot be read from ${text}`)
  ]
}
