import type { JobView } from "../../ConnectionsModel.js"
import { platformNamed } from "../platforms.js"
import { addressOf, type Filter, jobStateOf, targetOf } from "./filter.js"
import { html, type Html } from "./html.js"
import type { BodyView, DetailView, RequestView } from "./views.js"

const clock = (iso: string): Html => html`<time datetime="${iso}">${iso.slice(11, 19)}</time>`

const statusClass = (status: number): string => `s${Math.floor(status / 100)}`

const outcome = ({ state, status }: RequestView): Html => {
  if (state === "pending") return html`<span class="chip wait">waiting</span>`
  if (state === "interrupted") return html`<span class="chip">client left</span>`
  if (state === "lost") return html`<span class="chip s5">lost${status === undefined ? "" : ` (${status})`}</span>`
  return status === undefined ? html`` : html`<span class="chip ${statusClass(status)}">${status}</span>`
}

const marks = ({ executed, fault }: RequestView): Html =>
  html`${executed ? html`<span class="chip did">executed</span>` : undefined}
  ${fault === undefined ? undefined : html`<span class="chip fault">${fault}</span>`}`

/** How long a request took. @internal */
const took = ({ durationMillis }: RequestView): string =>
  durationMillis === undefined
    ? ""
    : durationMillis < 1_000
      ? `${durationMillis} ms`
      : `${Math.round(durationMillis / 100) / 10} s`

/** A request as a row of the table. @internal */
export const requestRow = (view: RequestView, filter: Filter): Html => html`<tr id="request-${view.id}">
  <td class="num">${view.id}</td>
  <td>${clock(view.at)}</td>
  <td><span class="method">${view.method}</span></td>
  <td class="path"><a href="${addressOf(filter, view.id)}#detail" title="${targetOf(view)}"><bdi>${targetOf(view)}</bdi></a></td>
  <td>${outcome(view)}</td>
  <td class="num">${took(view)}</td>
  <td>${marks(view)}</td>
</tr>`

const fraction = (progress: unknown): number | undefined =>
  typeof progress === "number" && progress >= 0 ? Math.min(1, progress > 1 ? progress / 100 : progress) : undefined

const jobBar = ({ progress, ended }: JobView): Html | undefined => {
  const done = fraction(progress)
  return done === undefined || ended
    ? undefined
    : html`<progress max="100" value="${Math.round(done * 100)}" aria-label="progress">${Math.round(done * 100)} %</progress>`
}

const jobClasses = { running: "wait", succeeded: "s2", failed: "s5" }

/** The id of a job's row. It is encoded, because a job id may have any character. @internal */
export const jobKey = ({ id }: JobView): string => `job-${Buffer.from(String(id)).toString("base64url")}`

/** @internal */
export const isJobKey = (id: string): boolean => id.startsWith("job-")

/** A job as a row of the table. @internal */
export const jobRow = (job: JobView): Html => html`<tr id="${jobKey(job)}">
  <td class="id"><bdi>${job.id}</bdi></td>
  <td class="path"><bdi>${job.connection === "" ? "" : `${job.connection}/${job.name}`}</bdi></td>
  <td><span class="chip ${jobClasses[jobStateOf(job)]}">${job.status}</span> ${jobBar(job)}</td>
  <td class="num">${job.polls}</td>
</tr>`

const headersTable = (caption: string, headers: Readonly<Record<string, string>>): Html => html`<table class="headers">
  <caption>${caption}</caption>
  <tbody>
    ${Object.entries(headers).map(
      ([name, value]) => html`<tr><th scope="row">${name}</th><td><bdi>${value}</bdi></td></tr>`
    )}
  </tbody>
</table>`

const size = (bytes: number): string =>
  bytes < 1_024
    ? `${bytes} bytes`
    : bytes < 1_048_576
      ? `${Math.round(bytes / 102.4) / 10} kB`
      : `${Math.round(bytes / 104_857.6) / 10} MB`

const bodyBlock = (title: string, { bytes, contentType, text }: BodyView): Html => html`<h4>${title}</h4>
${
  bytes === 0
    ? html`<p class="quiet">empty</p>`
    : text === undefined
      ? html`<p class="quiet">${size(bytes)} of ${contentType ?? "unknown type"}, not shown</p>`
      : html`<pre tabindex="0" aria-label="${title}">${text}</pre>`
}`

const fact = (name: string, value: string | number | undefined): Html | undefined =>
  value === undefined || value === "" ? undefined : html`<dt>${name}</dt><dd><bdi>${value}</bdi></dd>`

/** Everything about one request. @internal */
export const detail = (view: DetailView, filter: Filter): Html => html`<section
  id="detail"
  data-request="${view.id}"
  aria-labelledby="detail-title"
>
  <div class="head">
    <h2 id="detail-title" tabindex="-1">Request ${view.id}</h2>
    <a class="close" href="${addressOf(filter)}">Close</a>
  </div>
  <p class="line"><span class="method">${view.method}</span> <code><bdi>${targetOf(view)}</bdi></code></p>
  <p class="line">${outcome(view)} ${marks(view)}</p>
  <dl>
    ${[
      fact("Platform", platformNamed(view.platform).title),
      fact("Operation", view.operation),
      fact(platformNamed(view.platform).targetTitle, view.target),
      fact("Action", view.action),
      fact("At", view.at),
      fact("Took", took(view))
    ].flatMap((each) => (each === undefined ? [] : [each]))}
  </dl>
  <h3>Request</h3>
  ${headersTable("Request headers", view.requestHeaders)}
  ${bodyBlock("Request body", view.requestBody)}
  <h3>Response</h3>
  ${
    view.responseHeaders === undefined || view.responseBody === undefined
      ? html`<p class="quiet">${view.state === "pending" ? "none yet" : "none was sent"}</p>`
      : html`${headersTable("Response headers", view.responseHeaders)}${bodyBlock("Response body", view.responseBody)}`
  }
</section>`
