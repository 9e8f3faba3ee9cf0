import * as Operations from "@effect-connectors/core/Operation"
import * as Effect from "effect/Effect"
import type { JobView } from "../../ConnectionsModel.js"
import { faultsPanel } from "./faultsPanel.js"
import { type Filter, isFilter, jobStates, statuses } from "./filter.js"
import { html, Html } from "./html.js"
import { type Inspector, limits } from "./inspector.js"
import { detail, jobRow, requestRow } from "./rows.js"
import { script } from "./script.js"
import { style } from "./style.js"
import type { RequestView } from "./views.js"

/** @internal */
export interface RenderedPage {
  readonly text: string
  /** The content security policy: the page may load nothing but itself. */
  readonly policy: string
}

const icon =
  "data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 16 16'%3E%3Cpath d='M2 8h4m4 0h4M6 4v8h4V4z' fill='none' stroke='%231d5fd1' stroke-width='2'/%3E%3C/svg%3E"

const button = (
  token: string,
  action: string,
  label: string
): Html => html`<form method="post" action="/__emulator/form">
  <input type="hidden" name="token" value="${token}" />
  <button name="do" value="${action}">${label}</button>
</form>`

const policyOf = (nonce: string): string =>
  [
    "default-src 'none'",
    `style-src 'nonce-${nonce}'`,
    `script-src 'nonce-${nonce}'`,
    "img-src data:",
    "connect-src 'self'",
    "form-action 'self'",
    "base-uri 'none'",
    "frame-ancestors 'none'"
  ].join("; ")

const options = (labels: Readonly<Record<string, string>>, chosen: string): ReadonlyArray<Html> =>
  Object.entries({ ...labels, ...(chosen in labels ? {} : { [chosen]: chosen }) }).map(
    ([value, label]) => html`<option value="${value}"${chosen === value ? selected : undefined}>${label}</option>`
  )

const selected = new Html(" selected")

const operations = [...Operations.connections, ...Operations.bosa]

const filterForm = (
  filter: Filter
): Html => html`<form id="filter" role="search" method="get" action="/" class="fields">
  <label>Text <input type="search" name="text" value="${filter.text}" placeholder="path, name or fault" /></label>
  <label>Operation <input name="operation" value="${filter.operation}" list="operations" placeholder="any" /></label>
  <datalist id="operations">${operations.map((name) => html`<option value="${name}"></option>`)}</datalist>
  <label>Status <select name="status">${options(statuses, filter.status)}</select></label>
  <label>Job state <select name="job">${options(jobStates, filter.job)}</select></label>
  <button>Filter</button> <a class="all" href="/">Show all</a>
</form>`

const requestsTable = (
  requests: ReadonlyArray<RequestView>,
  filter: Filter
): Html => html`<section id="requests-panel" class="requests" aria-labelledby="requests-title">
    <div class="head"><h2 id="requests-title">Requests</h2><p class="quiet">newest first, the last ${limits.requests}</p></div>
    <div class="scroll"><table>
      <thead><tr><th scope="col" class="num">No.</th><th scope="col">At (UTC)</th><th scope="col">Method</th>
        <th scope="col">Path</th><th scope="col">Response</th><th scope="col" class="num">Took</th><th scope="col">Marks</th></tr></thead>
      <tbody id="requests">${[...requests].reverse().map((view) => requestRow(view, filter))}</tbody>
      <tbody class="none"><tr><td colspan="7" class="empty">${
        isFilter(filter) ? "No request fits the filter." : "No requests yet. Send one to this address."
      }</td></tr></tbody>
    </table></div>
  </section>`

const jobsTable = (
  jobs: ReadonlyArray<JobView>,
  filter: Filter
): Html => html`<section id="jobs-panel" class="jobs" aria-labelledby="jobs-title">
      <div class="head"><h2 id="jobs-title">Jobs</h2><p class="quiet">newest first, the last ${limits.jobs} of the Connections platform</p></div>
      <div class="scroll"><table>
        <thead><tr><th scope="col">Id</th><th scope="col">Work</th><th scope="col">State</th>
          <th scope="col" class="num">Polls</th></tr></thead>
        <tbody id="jobs">${[...jobs].reverse().map(jobRow)}</tbody>
        <tbody class="none"><tr><td colspan="4" class="empty">${
          isFilter(filter) ? "No job fits the filter." : "No jobs yet."
        }</td></tr></tbody>
      </table></div>
    </section>`

/** The page with the current state of the emulator. @internal */
export const render = Effect.fnUntraced(function* (
  inspector: Inspector,
  view: {
    readonly token: string
    readonly nonce: string
    readonly request: number | undefined
    readonly filter: Filter
  }
): Effect.fn.Return<RenderedPage> {
  const { filter, token, nonce } = view
  // first: a change during the reads below is sent again as an event
  const last = inspector.events.last
  const jobs = yield* inspector.jobs(filter)
  const faults = yield* faultsPanel(inspector, token)
  const opened = view.request === undefined ? undefined : inspector.detail(view.request)
  const page = html`<!doctype html>
<html lang="en">
<head>
  <meta charset="utf-8" />
  <meta name="viewport" content="width=device-width" />
  <title>Connections emulator</title>
  <link rel="icon" href="${new Html(icon)}" />
  <style nonce="${nonce}">${new Html(style)}</style>
</head>
<body data-last="${last}">
<header>
  <h1>Connections emulator</h1>
  <p id="live" class="quiet" role="status">as of when the page was loaded</p>
  <div class="tools">${button(token, "clear", "Clear requests")}${button(token, "reset", "Reset platforms")}</div>
</header>
${filterForm(filter)}
<main>
  <div class="column">
    ${requestsTable(inspector.requests({ filter }), filter)}
    ${opened === undefined ? html`<section id="detail" data-request="" hidden></section>` : detail(opened, filter)}
  </div>
  <div class="column side">
    ${faults}
    ${jobsTable(jobs, filter)}
  </div>
</main>
<script type="module" nonce="${nonce}">${new Html(script)}</script>
</body>
</html>
`
  return { text: page.text, policy: policyOf(nonce) }
})
