import * as Predicate from "effect/Predicate"

/** The origin of the page or worker of a browser; `undefined` elsewhere. workerd has the global of a worker, and no location. */
const pageOrigin = (): string | undefined => {
  const scope: object = globalThis
  if (!("document" in scope) && !("WorkerGlobalScope" in scope)) return undefined
  const location = Predicate.hasProperty(scope, "location") ? scope.location : undefined
  return Predicate.hasProperty(location, "origin") && Predicate.isString(location.origin) ? location.origin : undefined
}

const isSimple = (name: string, value: unknown): boolean =>
  /^(accept|accept-language|content-language|content-length)$/.test(name) ||
  (name === "content-type" &&
    /^(application\/x-www-form-urlencoded|multipart\/form-data|text\/plain)\s*(;|$)/i.test(String(value)))

const simpleMethods = new Set(["GET", "HEAD", "POST"])

/**
 * What to do about an error of a browser's `fetch`, which gives the same one when the server does not allow the page by
 * CORS and when it cannot be reached; `undefined` when it is not such an error. Names headers, never their values.
 *
 * @internal
 */
export const browserDetail = (error: unknown, thrown: unknown): string | undefined => {
  // the errors of other runtimes have a code or a cause
  if (!(thrown instanceof TypeError) || thrown.cause !== undefined) return undefined
  const request = Predicate.hasProperty(error, "request") ? error.request : undefined
  if (!Predicate.hasProperty(request, "url") || !Predicate.isString(request.url)) return undefined
  const page = pageOrigin()
  if (page === undefined || !URL.canParse(request.url) || new URL(request.url).origin === page) return undefined
  const method = Predicate.hasProperty(request, "method") ? String(request.method) : "GET"
  const headers = Predicate.hasProperty(request, "headers") ? request.headers : undefined
  const asked = Object.entries(Predicate.isRecord(headers) ? headers : {})
    .filter(([name, value]) => !isSimple(name, value))
    .map(([name]) => name)
    .sort()
  const preflight = [
    ...(asked.length === 0 ? [] : [`\`access-control-allow-headers: ${asked.join(", ")}\``]),
    ...(simpleMethods.has(method) ? [] : [`\`access-control-allow-methods: ${method}\``])
  ]
  const also = preflight.length === 0 ? "" : `, and to its preflight request also with ${preflight.join(" and ")}`
  return `A browser gives programs no reason; its console does. If it names CORS, the server must respond to this page with \`access-control-allow-origin: ${page}\`${also}. Otherwise the server cannot be reached`
}
