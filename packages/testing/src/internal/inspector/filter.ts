import type { JobView } from "../../ConnectionsModel.js"
import type { RequestView } from "./views.js"

/** Which requests and jobs are shown; an empty field shows all. @internal */
export interface Filter {
  /** Part of what a row says. */
  readonly text: string
  /** An operation, or the start of its name such as `jobs`. */
  readonly operation: string
  /** A status such as `503`, a class such as `5xx`, or the state of a request without a status. */
  readonly status: string
  /** The state of a job: `running`, `succeeded`, `failed`, or its own word. */
  readonly job: string
}

/** The statuses in the form. @internal */
export const statuses: Readonly<Record<string, string>> = {
  "": "any",
  "2xx": "2xx",
  "3xx": "3xx",
  "4xx": "4xx",
  "5xx": "5xx",
  pending: "waiting",
  lost: "lost",
  interrupted: "client left"
}

/** The states of jobs in the form. @internal */
export const jobStates: Readonly<Record<string, string>> = {
  "": "any",
  running: "running",
  succeeded: "succeeded",
  failed: "failed"
}

type Parameters = Readonly<Record<string, string | undefined>>

/** @internal */
export const filterOf = ({ job = "", operation = "", status = "", text = "" }: Parameters): Filter => ({
  text: text.trim(),
  operation: operation.trim(),
  status: status.trim().toLowerCase(),
  job: job.trim().toLowerCase()
})

/** Whether it leaves anything out. @internal */
export const isFilter = (filter: Filter): boolean => Object.values(filter).some((value) => value !== "")

/** The part of an address that says the same; a request that is opened comes after it. @internal */
export const addressOf = (filter: Filter, request?: number): string => {
  const fields = new URLSearchParams(Object.entries(filter).filter(([, value]) => value !== ""))
  if (request !== undefined) fields.set("request", String(request))
  return fields.size === 0 ? "/" : `/?${fields.toString()}`
}

const hasText = (text: string, parts: ReadonlyArray<string | number | undefined>): boolean =>
  text === "" || parts.join(" ").toLowerCase().includes(text.toLowerCase())

const hasOperation = (wanted: string, operation = ""): boolean =>
  operation === wanted || operation.startsWith(wanted.endsWith(".") ? wanted : `${wanted}.`)

const hasStatus = (wanted: string, { state, status }: RequestView): boolean =>
  wanted === state ||
  (state === "answered" && (wanted === String(status) || wanted === `${String(status).slice(0, 1)}xx`))

/** The path and the query of a request. @internal */
export const targetOf = ({ path, query }: RequestView): string =>
  query.length === 0 ? path : `${path}?${query.map(([name, value]) => `${name}=${value}`).join("&")}`

/** @internal */
export const showsRequest = ({ operation, status, text }: Filter, view: RequestView): boolean =>
  (operation === "" || hasOperation(operation, view.operation)) &&
  (status === "" || hasStatus(status, view)) &&
  hasText(text, [
    view.id,
    view.method,
    targetOf(view),
    view.operation,
    view.target,
    view.action,
    view.status,
    view.fault
  ])

/** @internal */
export const jobStateOf = ({ ended, status }: JobView): "running" | "succeeded" | "failed" => {
  if (!ended) return "running"
  return /^(succe|complete|done|finished)/i.test(status) ? "succeeded" : "failed"
}

/** @internal */
export const showsJob = ({ job, text }: Filter, view: JobView): boolean =>
  (job === "" || job === jobStateOf(view) || job === view.status.toLowerCase()) &&
  hasText(text, [view.id, `${view.connection}/${view.name}`, view.status])
