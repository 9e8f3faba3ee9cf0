import { jsonText } from "../data/jsonText.js"
import * as Effect from "effect/Effect"
import * as Faults from "../../Faults.js"
import { html, type Html } from "./html.js"
import type { Inspector } from "./inspector.js"

/** The kinds of faults in the form, and what each does. @internal */
export const kinds: Readonly<Record<Faults.Kind, string>> = {
  unavailable: "503, nothing done",
  gatewayTimeout: "504 after the work",
  rateLimited: "429 with a Retry-After",
  reset: "connection reset, nothing done",
  lostAnswer: "connection reset after the work",
  refused: "connection ended, nothing sent",
  hang: "never a response",
  cutBody: "response cut in the middle",
  slowBytes: "response arrives slowly",
  staleRead: "read sees the past",
  duplicate: "request arrives twice",
  html: "HTML in place of JSON",
  clockSkew: "server's clock an hour ahead",
  delay: "response a second later"
}

/** @internal */
export const scopes = {
  any: "any request",
  "actions.execute": "executes of actions",
  "jobs.get": "polls of jobs"
} as const

const optionTags = (labels: Readonly<Record<string, string>>): ReadonlyArray<Html> =>
  Object.entries(labels).map(([value, label]) => html`<option value="${value}">${label}</option>`)

const inForce = (token: string, rule: Faults.Rule): Html => {
  const words = Faults.print({ rules: [rule] })
  return html`<li><span class="plan"><bdi>${words}</bdi></span>
    <form method="post" action="/__emulator/form">
      <input type="hidden" name="token" value="${token}" />
      <input type="hidden" name="rule" value="${jsonText(rule)}" />
      <button name="do" value="remove-fault" aria-label="Switch off: ${words}">Switch off</button>
    </form></li>`
}

/** The faults in force, and a form that adds one. @internal */
export const faultsPanel = (inspector: Inspector, token: string): Effect.Effect<Html> =>
  Effect.map(
    inspector.platforms.connections.faults,
    ({ rules }) => html`<section id="faults" aria-labelledby="faults-title">
    <div class="head"><h2 id="faults-title">Faults</h2><p class="quiet">of both platforms</p></div>
    <form method="post" action="/__emulator/form" class="fields">
      <input type="hidden" name="token" value="${token}" />
      <label>What happens <select name="kind">${optionTags(kinds)}</select></label>
      <label>To <select name="to">${optionTags(scopes)}</select></label>
      <label>How often <select name="often"><option value="next">the next one</option><option value="always">every one</option></select></label>
      <button class="main" name="do" value="add-fault">Switch on</button>
    </form>
    ${
      rules.length === 0
        ? html`<p class="empty">No faults are on: the platforms respond normally.</p>`
        : html`<ul class="plan">${rules.map((rule) => inForce(token, rule))}</ul>`
    }
  </section>`
  )
