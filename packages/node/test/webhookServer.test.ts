import * as Webhook from "@effect-connectors/core/Webhook"
import * as WebhookSignature from "@effect-connectors/core/WebhookSignature"
import * as NodeHttpServer from "@effect/platform-node/NodeHttpServer"
import * as HttpRouter from "@effect/platform/HttpRouter"
import * as HttpServer from "@effect/platform/HttpServer"
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import { createServer, request } from "node:http"

/** The statuses of requests that are sent one after the other over one connection. */
const statuses = (port: number, bodies: ReadonlyArray<Buffer>, headers: Readonly<Record<string, string>>) =>
  Effect.forEach(bodies, (body) =>
    Effect.async<number, Error>((resume) => {
      const sent = request({ port, host: "127.0.0.1", path: "/hooks", method: "POST", headers }, (response) => {
        response.resume()
        response.on("end", () => resume(Effect.succeed(response.statusCode ?? 0)))
      })
      sent.on("error", (error) => resume(Effect.fail(error)))
      // in pieces, so that the response may come before the end of the body
      for (let at = 0; at < body.length; at += 65_536) sent.write(body.subarray(at, at + 65_536))
      sent.end()
    })
  )

describe("Webhook behind the server of Node", () => {
  it.scopedLive("a body that is too large is 413 and not a reset; one that fits is handled", () =>
    Effect.gen(function* () {
      const signature = yield* WebhookSignature.sharedHeader({ secrets: Redacted.make("secret") })
      const sizes: Array<number> = []
      const hooks = yield* Webhook.app({
        signature,
        maxBytes: 1_000_000,
        handler: ({ body }) => Effect.sync(() => void sizes.push(body.length))
      })
      yield* HttpServer.serveEffect(HttpRouter.empty.pipe(HttpRouter.post("/hooks", hooks)))
      const address = yield* HttpServer.addressWith(Effect.succeed)
      const port = address._tag === "TcpAddress" ? address.port : assert.fail("no port")
      const bodies = [Buffer.alloc(8_000_000), Buffer.alloc(1_000_000), Buffer.alloc(0)]
      assert.deepStrictEqual(yield* statuses(port, bodies, { "x-api-key": "secret" }), [413, 204, 204])
      assert.deepStrictEqual(sizes, [1_000_000, 0])
    }).pipe(Effect.provide(NodeHttpServer.layer(() => createServer(), { port: 0, host: "127.0.0.1" })))
  )
})
