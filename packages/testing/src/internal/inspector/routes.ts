import * as NodeHttpServerRequest from "@effect/platform-node/NodeHttpServerRequest"
import type * as HttpApp from "@effect/platform/HttpApp"
import * as HttpIncomingMessage from "@effect/platform/HttpIncomingMessage"
import * as HttpRouter from "@effect/platform/HttpRouter"
import * as HttpServerRequest from "@effect/platform/HttpServerRequest"
import * as HttpServerResponse from "@effect/platform/HttpServerResponse"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Stream from "effect/Stream"
import { randomBytes, timingSafeEqual } from "node:crypto"
import { addFault, removeFault, setFaults, shownFaults } from "./faultRoutes.js"
import { faultsPanel } from "./faultsPanel.js"
import { asData, asParts, feed } from "./feed.js"
import { refusalOf } from "./guard.js"
import type { Inspector } from "./inspector.js"
import * as page from "./page.js"

const maxBodyBytes = 1024 * 1024

/** Whether a request is for the inspector; every other one is a platform's. @internal */
export const isInspector = (method: string, path: string): boolean =>
  path === "/__emulator" || path.startsWith("/__emulator/") || (path === "/" && (method === "GET" || method === "HEAD"))

const always = {
  "cache-control": "no-store",
  "x-content-type-options": "nosniff",
  "cross-origin-resource-policy": "same-origin"
}

const json = (body: unknown, status = 200): HttpServerResponse.HttpServerResponse =>
  HttpServerResponse.text(`${JSON.stringify(body, undefined, 2)}\n`, {
    status,
    headers: always,
    contentType: "application/json"
  })

const refuse = (status: number, code: string, message: string): HttpServerResponse.HttpServerResponse =>
  json({ code, message }, status)

const search = Effect.map(HttpServerRequest.ParsedSearchParams, (all) => (name: string): string | undefined => {
  const value = all[name]
  return typeof value === "string" ? value : value?.[0]
})

const numberOf = (text: string | undefined): number | undefined =>
  text !== undefined && /^\d{1,9}$/.test(text) ? Number(text) : undefined

const same = (a: string, b: string): boolean => {
  const [left, right] = [Buffer.from(a), Buffer.from(b)]
  return left.byteLength === right.byteLength && timingSafeEqual(left, right)
}

/** What a form of the page asks for. */
const submitted = (inspector: Inspector, token: string) =>
  Effect.gen(function* () {
    const request = yield* HttpServerRequest.HttpServerRequest
    const fields = new URLSearchParams(yield* request.text)
    const get = (name: string) => fields.get(name) ?? ""
    if (!same(get("token"), token)) return refuse(403, "FORBIDDEN", "the form is of another run: load the page again")
    switch (get("do")) {
      case "clear":
        yield* inspector.clear
        break
      case "reset":
        yield* inspector.reset
        break
      case "add-fault":
        if (!(yield* addFault(inspector, get))) return refuse(400, "BAD_REQUEST", "the form offers no such fault")
        break
      case "remove-fault":
        if (!(yield* removeFault(inspector, get))) return refuse(409, "GONE", "the fault is not on any more")
        break
      default:
        return refuse(400, "BAD_REQUEST", `${JSON.stringify(get("do"))} is nothing that a form can do`)
    }
    return HttpServerResponse.redirect("/", { status: 303, headers: always })
  })

const events = (inspector: Inspector, token: string) =>
  Effect.gen(function* () {
    const request = yield* HttpServerRequest.HttpServerRequest
    const get = yield* search
    if (inspector.events.isFull) return refuse(503, "TOO_MANY", "too many listen already")
    const voice =
      get("as") === "html" ? asParts(faultsPanel(inspector, token)) : asData(inspector, shownFaults(inspector))
    const response = NodeHttpServerRequest.toServerResponse(request)
    const bytes = Stream.unwrapScoped(
      feed(inspector, voice, request.headers["last-event-id"] ?? get("after"), () => response.destroy())
    )
    return HttpServerResponse.stream(bytes, { contentType: "text/event-stream", headers: always })
  })

const router = (inspector: Inspector, token: string) =>
  HttpRouter.empty.pipe(
    HttpRouter.get(
      "/",
      Effect.gen(function* () {
        const get = yield* search
        const nonce = randomBytes(16).toString("base64url")
        const { policy, text } = yield* page.render(inspector, { token, nonce, request: numberOf(get("request")) })
        const headers = { ...always, "content-security-policy": policy, "referrer-policy": "no-referrer" }
        return HttpServerResponse.text(text, { headers, contentType: "text/html; charset=utf-8" })
      })
    ),
    HttpRouter.get(
      "/__emulator/requests",
      Effect.map(search, (get) => {
        const after = numberOf(get("after"))
        const limit = numberOf(get("limit"))
        return json({
          requests: inspector.requests({ ...(after !== undefined && { after }), ...(limit !== undefined && { limit }) })
        })
      })
    ),
    HttpRouter.get(
      "/__emulator/requests/:id",
      Effect.map(HttpRouter.params, ({ id }) => {
        const found = inspector.detail(numberOf(id) ?? 0)
        return found === undefined ? refuse(404, "NOT_FOUND", `no request ${id} is kept`) : json(found)
      })
    ),
    HttpRouter.del("/__emulator/requests", Effect.as(inspector.clear, HttpServerResponse.empty({ headers: always }))),
    HttpRouter.get(
      "/__emulator/jobs",
      Effect.map(inspector.jobs, (jobs) => json({ jobs: jobs.map((job) => inspector.secrets.json(job)) }))
    ),
    HttpRouter.get(
      "/__emulator/executions",
      Effect.gen(function* () {
        const { connections, bosa } = inspector.platforms
        const shown = (log: ReadonlyArray<unknown>) => log.map((execution) => inspector.secrets.json(execution))
        return json({ connections: shown(yield* connections.executionLog), bosa: shown(yield* bosa.executionLog) })
      })
    ),
    HttpRouter.get(
      "/__emulator/world",
      Effect.gen(function* () {
        const { connections, bosa } = inspector.platforms
        return json(
          inspector.secrets.json({
            connections: yield* connections.connections,
            subscribers: yield* connections.subscribers,
            users: yield* bosa.users
          })
        )
      })
    ),
    HttpRouter.post("/__emulator/reset", Effect.as(inspector.reset, HttpServerResponse.empty({ headers: always }))),
    HttpRouter.get(
      "/__emulator/faults",
      Effect.map(shownFaults(inspector), (faults) => json(faults))
    ),
    HttpRouter.put(
      "/__emulator/faults",
      Effect.gen(function* () {
        const request = yield* HttpServerRequest.HttpServerRequest
        yield* setFaults(inspector, yield* request.text)
        return json(yield* shownFaults(inspector))
      })
    ),
    HttpRouter.del(
      "/__emulator/faults",
      Effect.as(setFaults(inspector, undefined), HttpServerResponse.empty({ headers: always }))
    ),
    HttpRouter.get("/__emulator/events", events(inspector, token)),
    HttpRouter.post("/__emulator/form", submitted(inspector, token))
  )

/** Answers what {@link isInspector} is for: the page at `/`, and what it and other programs ask. @internal */
export const make = (inspector: Inspector): Effect.Effect<HttpApp.Default<never, never>> =>
  Effect.map(HttpRouter.toHttpApp(router(inspector, randomBytes(24).toString("base64url"))), (app) =>
    Effect.flatMap(HttpServerRequest.HttpServerRequest, (request) => {
      const refusal = refusalOf(request)
      if (refusal !== undefined) return Effect.succeed(refuse(403, "FORBIDDEN", refusal))
      return app.pipe(
        HttpIncomingMessage.withMaxBodySize(Option.some(maxBodyBytes)),
        Effect.catchTags({
          RouteNotFound: () =>
            Effect.succeed(
              refuse(
                404,
                "NOT_FOUND",
                "there are /__emulator/requests, jobs, executions, world, faults, events and reset"
              )
            ),
          RequestError: () => Effect.succeed(refuse(400, "BAD_REQUEST", "the body cannot be read")),
          FaultsInvalid: ({ message }) => Effect.succeed(refuse(400, "BAD_REQUEST", message)),
          ExecutorFailure: ({ message }) => Effect.succeed(refuse(500, "RESET_FAILED", message))
        })
      )
    })
  )
