import { Auth } from "@effect-connectors/core/Auth"
import { BosaApi } from "@effect-connectors/core/BosaApi"
import type { Dialect } from "@effect-connectors/core/Dialect"
import type { InvalidRequest } from "@effect-connectors/core/InvalidRequest"
import * as HttpClient from "@effect/platform/HttpClient"
import * as Effect from "effect/Effect"
import type * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import { answer, type Fake, fakeClient, type Reply } from "./fakeClient.js"

export const baseUrl = "http://localhost:8081"

export const dialects: ReadonlyArray<Dialect> = ["bosa", "bosa-0.3", "gl"]

/** An API key, and nobody's token. */
const key: Layer.Layer<Auth, InvalidRequest> = Auth.apiKey(Redacted.make("KEY1"))

export const token = Redacted.make("T")

export const bosaOver = <E = never>(
  client: HttpClient.HttpClient,
  options: BosaApi.Options = {},
  auth: Layer.Layer<Auth, E | InvalidRequest> = key
): Effect.Effect<BosaApi.Service, E | InvalidRequest> =>
  BosaApi.make({ baseUrl, ...options }).pipe(Effect.provide(auth), Effect.provideService(HttpClient.HttpClient, client))

/** A client whose requests can be read. */
export const seen = Effect.fnUntraced(function* (
  options: BosaApi.Options,
  ...replies: readonly [Reply, ...Array<Reply>]
): Effect.fn.Return<{ readonly bosa: BosaApi.Service; readonly fake: Fake }, InvalidRequest> {
  const fake = fakeClient(...replies)
  return { bosa: yield* bosaOver(fake.client, options), fake }
})

/** A request as the wire has it, without what all of them have. */
export const wire = (fake: Fake, index = 0) => {
  const sent = fake.sent[index]
  if (sent === undefined) throw new Error(`there is no request ${index}`)
  const { body, headers, method, url } = sent
  const { accept: _accept, "user-agent": _agent, ...rest } = headers
  const parsed: unknown = body === "" ? undefined : JSON.parse(body)
  return { method, path: url.replace(baseUrl, ""), headers: rest, body: parsed }
}

export const data = (value: unknown, status = 200): Reply => answer(status, { json: { data: value, meta: null } })

/** What a token's answer needs, but for the token itself. */
export const issuedToken = {
  token_type: "Bearer",
  expires_at: "some day",
  is_revoked: false,
  user_id: "11111111-1111-1111-1111-111111111111",
  client_id: "22222222-2222-2222-2222-222222222222"
}

export const ids = {
  user: "11111111-1111-1111-1111-111111111111",
  client: "22222222-2222-2222-2222-222222222222",
  integration: "33333333-3333-3333-3333-333333333333"
}
