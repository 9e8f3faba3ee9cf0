import { bodilessStatuses } from "../fakeServer/webResponse.js"

/** Whether a response has no body by the rules of HTTP. @internal */
export const hasNoBody = (response: {
  readonly status: number
  readonly request: { readonly method: string }
}): boolean => response.request.method === "HEAD" || bodilessStatuses.has(response.status)
