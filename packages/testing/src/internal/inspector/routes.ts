import * as NodeHttpServerRequest from "@effect/platform-node/NodeHttpServerRequest"
import type * as HttpApp from "@effect/platform/HttpApp"
import * as HttpIncomingMessage from "@effect/platform/HttpIncomingMessage"
import * as HttpRouter from "@effect/platform/HttpRouter"
import * as HttpServerRequest from "@effect/platform/HttpServerRequest"
import * as HttpServerResponse from "@effect/platform/HttpServerResponse"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Stream from "effect/Stream"
import { randomBytes } from "node:crypto"
import { executions } from "./executions.js"
import { commonHeaders, noContent, json, page, refuse } from "./responses.js"
import { setFaults } from "./faultRoutes.js"
import { faultsPanel } from "./faultsPanel.js"
import { dataFormat, htmlFormat, feed } from "./feed.js"
import { filterOf } from "./filter.js"
import { mediaTypeOf, submit } from "./forms.js"
import type { Inspector } from "./inspector.js"
import { render } from "./page.js"
import { detail } from "./rows.js"

const maxBodyBytes = 1024 * 1024

const formPath = "/__emulator/form"

/**
 * Why a change is refused: the pages of other sites can send a text without a preflight, but not JSON. A DELETE has no
 * body, and a browser asks before it sends one to another site. A form of the page has a token that no other page knows.
 */
const notJson = (request: HttpServerRequest.HttpServerRequest): string | undefined => {
  const { headers, method, url } = request
  if (method === "GET" || method === "HEAD") return undefined
  if (method === "DELETE" && headers["content-type"] === undefined) return undefined
  const mediaType = mediaTypeOf(request)
  return mediaType === "application/json" || (mediaType === "application/x-www-form-urlencoded" && url === formPath)
    ? undefined
    : "a change has to be sent as JSON: add the header content-type: application/json"
}

/** Whether a request is for the inspector. All others are for a platform. @internal */
export const isInspector = (method: string, path: string): boolean =>
  path === "/__emulator" || path.startsWith("/__emulator/") || (path === "/" && (method === "GET" || method === "HEAD"))

/** The parameters of the path and the query; the first of several values of a name. */
const parameters = Effect.map(
  Effect.all([HttpServerRequest.ParsedSearchParams, HttpRouter.params]),
  ([search, path]): Readonly<Record<string, string | undefined>> => ({
    ...Object.fromEntries(
      Object.entries(search).map(([name, value]) => [name, typeof value === "string" ? value : value?.[0]])
    ),
    ...path
  })
)

const numberOf = (text: string | undefined): number | undefined =>
  text !== undefined && /^\d{1,9}$/.test(text) ? Number(text) : undefined

const shownPage = (inspector: Inspector, token: string) =>
  Effect.gen(function* () {
    const { request, ...fields } = yield* parameters
    const nonce = randomBytes(16).toString("base64url")
    const { policy, text } = yield* render(inspector, {
      token,
      nonce,
      request: numberOf(request),
      filter: filterOf(fields)
    })
    return page(text, policy)
  })

const requests = (inspector: Inspector) =>
  Effect.map(parameters, ({ after, limit, ...fields }) =>
    json({
      requests: inspector.requests({ after: numberOf(after), limit: numberOf(limit), filter: filterOf(fields) })
    })
  )

const request = (inspector: Inspector) =>
  Effect.map(parameters, ({ as, id }) => {
    const found = inspector.detail(numberOf(id) ?? 0)
    if (found === undefined) return refuse(404, "NOT_FOUND", `the request ${id} is not kept`)
    return as === "html" ? page(detail(found, filterOf({})).text) : json(found)
  })

const jobs = ({ jobs, mask }: Inspector) =>
  Effect.flatMap(parameters, (fields) =>
    Effect.map(jobs(filterOf(fields)), (all) => json({ jobs: all.map((job) => mask.json(job)) }))
  )

const executionList = (inspector: Inspector) =>
  Effect.flatMap(parameters, ({ after, limit }) => executions(inspector, after, numberOf(limit)))

const world = ({ platforms, mask }: Inspector) =>
  Effect.gen(function* () {
    const connections = yield* platforms.connections.connections
    const subscribers = yield* platforms.connections.subscribers
    return json(mask.json({ connections, subscribers, users: yield* platforms.bosa.users }))
  })

const putFaults = (inspector: Inspector) =>
  Effect.gen(function* () {
    const { text } = yield* HttpServerRequest.HttpServerRequest
    yield* setFaults(inspector, yield* text)
    return json(yield* inspector.platforms.connections.faults)
  })

const events = (inspector: Inspector, token: string) =>
  Effect.gen(function* () {
    if (inspector.events.isFull) return refuse(503, "TOO_MANY_LISTENERS", "there are too many listeners")
    const request = yield* HttpServerRequest.HttpServerRequest
    const { as, after, ...fields } = yield* parameters
    const filter = filterOf(fields)
    const format =
      as === "html"
        ? htmlFormat(filter, faultsPanel(inspector, token))
        : dataFormat(inspector, filter, inspector.platforms.connections.faults)
    const response = NodeHttpServerRequest.toServerResponse(request)
    const bytes = feed(inspector, format, request.headers["last-event-id"] ?? after, () => response.destroy())
    return HttpServerResponse.stream(Stream.unwrapScoped(bytes), {
      contentType: "text/event-stream",
      headers: commonHeaders
    })
  })

const routerOf = (inspector: Inspector, token: string) =>
  HttpRouter.empty.pipe(
    HttpRouter.get("/", shownPage(inspector, token)),
    HttpRouter.post(formPath, submit(inspector, token)),
    HttpRouter.get("/__emulator/requests", requests(inspector)),
    HttpRouter.get("/__emulator/requests/:id", request(inspector)),
    HttpRouter.del("/__emulator/requests", Effect.as(inspector.clear, noContent)),
    HttpRouter.get("/__emulator/jobs", jobs(inspector)),
    HttpRouter.get("/__emulator/executions", executionList(inspector)),
    HttpRouter.get("/__emulator/world", world(inspector)),
    HttpRouter.post("/__emulator/reset", Effect.as(inspector.reset, noContent)),
    HttpRouter.get(
      "/__emulator/faults",
      Effect.map(inspector.platforms.connections.faults, (plan) => json(plan))
    ),
    HttpRouter.put("/__emulator/faults", putFaults(inspector)),
    HttpRouter.del("/__emulator/faults", Effect.as(setFaults(inspector, undefined), noContent)),
    HttpRouter.get("/__emulator/events", events(inspector, token)),
    HttpRouter.catchTags({
      RequestError: () => Effect.succeed(refuse(400, "BAD_REQUEST", "the body cannot be read")),
      FaultsInvalid: ({ message }) => Effect.succeed(refuse(400, "BAD_REQUEST", message)),
      ExecutorFailure: ({ message }) => Effect.succeed(refuse(500, "RESET_FAILED", message))
    })
  )

const unknown = refuse(
  404,
  "NOT_FOUND",
  "there are /__emulator/requests, /jobs, /executions, /world, /faults, /events and /reset"
)

const tooLarge = refuse(413, "BODY_TOO_LARGE", `the body is over ${maxBodyBytes} bytes`)

/** The app for the requests of {@link isInspector}: the page at `/`, and the routes for the page and other programs. @internal */
export const make = (inspector: Inspector): Effect.Effect<HttpApp.Default> =>
  // only the page has the token, so the page of another site cannot know it
  Effect.map(HttpRouter.toHttpApp(routerOf(inspector, randomBytes(24).toString("base64url"))), (router) => {
    const app = router.pipe(
      HttpIncomingMessage.withMaxBodySize(Option.some(maxBodyBytes)),
      Effect.catchTag("RouteNotFound", () => Effect.succeed(unknown))
    )
    return Effect.flatMap(HttpServerRequest.HttpServerRequest, (request) => {
      const refusal = notJson(request)
      if (refusal !== undefined) return Effect.succeed(refuse(403, "FORBIDDEN", refusal))
      return Number(request.headers["content-length"] ?? 0) > maxBodyBytes ? Effect.succeed(tooLarge) : app
    })
  })
