import * as HttpServerResponse from "@effect/platform/HttpServerResponse"

type Response = HttpServerResponse.HttpServerResponse

/** The headers of every response of the inspector. @internal */
export const commonHeaders: Readonly<Record<string, string>> = {
  "cache-control": "no-store",
  "x-content-type-options": "nosniff",
  "cross-origin-resource-policy": "same-origin"
}

/** @internal */
export const json = (body: unknown, status = 200): Response =>
  HttpServerResponse.text(`${JSON.stringify(body, undefined, 2)}\n`, {
    status,
    headers: commonHeaders,
    contentType: "application/json"
  })

/** @internal */
export const refuse = (status: number, code: string, message: string): Response => json({ code, message }, status)

/** @internal */
export const noContent: Response = HttpServerResponse.empty({ headers: commonHeaders })

/** HTML that may load only what the policy allows; nothing by default. @internal */
export const page = (text: string, policy = "default-src 'none'"): Response =>
  HttpServerResponse.text(text, {
    headers: { ...commonHeaders, "content-security-policy": policy, "referrer-policy": "same-origin" },
    contentType: "text/html; charset=utf-8"
  })

/** Redirects to the page after a form. @internal */
export const redirectToPage: Response = HttpServerResponse.redirect("/", { status: 303, headers: commonHeaders })
