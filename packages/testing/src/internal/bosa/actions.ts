import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Encoding from "effect/Encoding"
import type { BosaContext, BosaFailure, BosaFile } from "../../BosaWorld.js"
import type { Json, JsonObject } from "../../Executor.js"
import { reportDefect } from "../fakeServer/reportDefect.js"
import { type FakeResponse, json } from "../fakeServer/response.js"
import { isArray, isObject } from "../fakeServer/json.js"
import type { Log } from "./log.js"
import type { LiveAction } from "./connectors.js"
import { type Call, isResponse, refusal, refuse } from "./envelope.js"
import { type Input, inputOf, uploadRecord } from "./input.js"
import type { Directory, User } from "./directory.js"
import { pageOf } from "./pages.js"
import { responseFields } from "./responseFields.js"

const refuseWith = (call: Call, failure: BosaFailure): FakeResponse => refuse(call.requestId, failure)

const isBinary = (schema: Json | undefined): boolean => {
  if (!isObject(schema)) return false
  const { anyOf, items, format } = schema
  return format === "binary" || isBinary(items) || (isArray(anyOf) && anyOf.some(isBinary))
}

// like most servers: a name that is not ASCII is sent in the extended form only
const dispositionOf = (filename: string): string =>
  /^[\x20-\x7e]*$/.test(filename)
    ? `attachment; filename="${filename.replace(/["\\]/g, "\\$&")}"`
    : `attachment; filename*=UTF-8''${encodeURIComponent(filename)}`

const download = ({ filename, contentType, text, base64, headers }: BosaFile): FakeResponse => {
  const type = contentType ?? "application/octet-stream"
  const body =
    base64 === undefined ? (text ?? "") : Either.getOrElse(Encoding.decodeBase64(base64), () => new Uint8Array())
  return {
    _tag: "Answer",
    status: 200,
    headers: {
      ...(type === "" ? {} : { "content-type": type }),
      ...(filename === undefined ? {} : { "content-disposition": dispositionOf(filename) }),
      ...headers
    },
    body
  }
}

const accountOf = (call: Call, user: User, connector: string): string | FakeResponse | undefined => {
  const { headers } = call.request
  const chosen = headers["x-integration"] ?? headers["x-bosa-integration"]
  const linked = user.integrations.filter((integration) => integration.connector === connector)
  if (chosen === undefined) return linked.find(({ selected }) => selected)?.account
  return linked.some(({ account }) => account === chosen)
    ? chosen
    : refusal(call, 403, "INTEGRATION_REQUIRED", `${chosen} is not linked to ${connector}`, { connector })
}

/** Runs actions and counts them. @internal */
export class Actions {
  constructor(
    private readonly directory: Directory,
    private readonly log: Log
  ) {}

  /** The caller of an action; a response when the caller may not run it. */
  private authorize(
    call: Call,
    { definition, connector }: LiveAction
  ): Pick<BosaContext, "user" | "account"> | FakeResponse {
    const client = this.directory.client(call)
    if (client !== undefined && isResponse(client)) return client
    const user = this.directory.bearer(call)
    if (user === undefined) {
      return definition.needsIntegration === true
        ? refusal(call, 401, "INTEGRATION_REQUIRED", `${connector} needs the token of a user who is linked to it`, {
            connector
          })
        : { user: undefined, account: undefined }
    }
    if (isResponse(user)) return user
    if (user.client !== client)
      return refusal(call, 403, "TOKEN_OF_ANOTHER_CLIENT", "the user belongs to another client")
    const account = accountOf(call, user, connector)
    if (typeof account === "object") return account
    return account === undefined && definition.needsIntegration === true
      ? refusal(call, 403, "INTEGRATION_REQUIRED", `${user.identifier} is not linked to ${connector}`, { connector })
      : { user: user.identifier, account }
  }

  execute(call: Call, record: { executed: boolean }, action: LiveAction): Effect.Effect<FakeResponse> {
    const { definition } = action
    const caller = this.authorize(call, action)
    if ("_tag" in caller) return Effect.succeed(caller)
    const input = inputOf(call.request)
    if ("status" in input) return Effect.succeed(refuseWith(call, input))
    const response = this.attempt(call, record, action, input, caller)
    const takes = definition.takesMillis ?? 0
    return takes > 0 ? Effect.zipLeft(response, Effect.sleep(takes)) : response
  }

  private attempt(
    call: Call,
    record: { executed: boolean },
    action: LiveAction,
    input: Input,
    caller: Pick<BosaContext, "user" | "account">
  ): Effect.Effect<FakeResponse> {
    const { connector, definition } = action
    const { error, flaky, name } = definition
    const missing = (definition.required ?? []).filter((name) => input.values[name] === undefined)
    if (missing.length > 0) {
      const message = `${missing.join(", ")} must be given`
      return Effect.succeed(refusal(call, 422, "VALIDATION_ERROR", message, { fields: missing }))
    }
    if (error !== undefined) return Effect.succeed(refuseWith(call, error))
    const fails = flaky !== undefined && action.failures < flaky.times
    if (!fails || flaky.commits === true) {
      record.executed = true
      const { executionCount: index } = this.log
      this.log.execute(
        { index, at: call.now, connector, action: name, input: input.values, ...caller },
        call.request.bytes.byteLength
      )
    }
    if (fails) {
      action.failures++
      return Effect.succeed(refuseWith(call, flaky))
    }
    return this.work(call, action, input, caller)
  }

  private work(
    call: Call,
    { connector, definition }: LiveAction,
    input: Input,
    caller: Pick<BosaContext, "user" | "account">
  ): Effect.Effect<FakeResponse> {
    const { echo, file, handler, meta, name, pages, properties, upload, value } = definition
    const respond = (value: Json, meta: JsonObject | null = null): FakeResponse =>
      json(200, { data: responseFields(value, input.values), meta })
    if (handler !== undefined) {
      const execution = this.log.executionsOf(connector, name)
      return Effect.suspend(() => handler(input.values, { connector, action: name, execution, ...caller })).pipe(
        reportDefect(connector, name),
        Effect.map((value) => respond(value, meta)),
        Effect.catchAll(({ status, code, message }) => Effect.succeed(refusal(call, status, code, message))),
        Effect.catchAllDefect(() => Effect.succeed(refusal(call, 500, "INTERNAL", "the work broke")))
      )
    }
    if (upload === true)
      return Effect.succeed(
        respond(
          uploadRecord(input, (name) => isBinary(properties?.[name])),
          meta
        )
      )
    if (file !== undefined) return Effect.succeed(download(file))
    if (pages !== undefined) {
      return Effect.succeed(
        Either.match(pageOf(pages, input.values), {
          onLeft: (failure) => refuseWith(call, failure),
          onRight: ({ items, meta: own }) => respond(items, { ...own, ...meta })
        })
      )
    }
    return Effect.succeed(respond(echo === true ? input.values : (value ?? null), meta))
  }
}
