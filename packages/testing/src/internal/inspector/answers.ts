import * as HttpServerResponse from "@effect/platform/HttpServerResponse"

type Response = HttpServerResponse.HttpServerResponse

/** On whatever the inspector answers: it is of the moment, what it says it is, and for its own pages. @internal */
export const always: Readonly<Record<string, string>> = {
  "cache-control": "no-store",
  "x-content-type-options": "nosniff",
  "cross-origin-resource-policy": "same-origin"
}

/** @internal */
export const json = (body: unknown, status = 200): Response =>
  HttpServerResponse.text(`${JSON.stringify(body, undefined, 2)}\n`, {
    status,
    headers: always,
    contentType: "application/json"
  })

/** @internal */
export const refuse = (status: number, code: string, message: string): Response => json({ code, message }, status)

/** @internal */
export const done: Response = HttpServerResponse.empty({ headers: always })

/** HTML that may load only what the policy allows; nothing unless it is given. @internal */
export const page = (text: string, policy = "default-src 'none'"): Response =>
  HttpServerResponse.text(text, {
    headers: { ...always, "content-security-policy": policy, "referrer-policy": "same-origin" },
    contentType: "text/html; charset=utf-8"
  })

/** Back to the page, after a form. @internal */
export const back: Response = HttpServerResponse.redirect("/", { status: 303, headers: always })
