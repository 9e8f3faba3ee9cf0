import { bodilessStatuses } from "../fakeServer/webResponse.js"

/** Whether an answer has no body by the rules of HTTP. @internal */
export const hasNoBody = (answer: {
  readonly status: number
  readonly request: { readonly method: string }
}): boolean => answer.request.method === "HEAD" || bodilessStatuses.has(answer.status)
