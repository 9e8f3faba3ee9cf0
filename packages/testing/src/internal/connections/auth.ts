import type { WorldAuth } from "../../World.js"

/** Whether a request is authorized: a known service token, or a known cookie with its CSRF token. @internal */
export const isAllowed = (auth: WorldAuth | undefined, headers: Readonly<Record<string, string>>): boolean => {
  if (auth === undefined) return true
  const token = headers["x-service-token"]
  if (token !== undefined) return auth.serviceTokens?.includes(token) === true
  const cookie = headers["cookie"]
  const csrf = headers["x-csrf-token"]
  return auth.sessions?.some((session) => session.cookie === cookie && session.csrfToken === csrf) === true
}
