import * as Action from "@effect-connectors/core/Action"
import { type ApiError, responseOf } from "@effect-connectors/core/ApiError"
import type { BosaApi } from "@effect-connectors/core/BosaApi"
import type { Page } from "@effect-connectors/core/Page"
import * as Chunk from "effect/Chunk"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Option from "effect/Option"
import * as Redacted from "effect/Redacted"
import * as Schema from "effect/Schema"
import * as Stream from "effect/Stream"
import { requestIdOf } from "./errors.js"
import { type Fields, isFields } from "./matching.js"
import { none, notOffered, type Operation, operation, optional, Parameters, text } from "./operation.js"
import { api, connect, type Failed, type Session } from "./session.js"
import { given, observed, observedPage } from "./values.js"

const Texts = Schema.Record({ key: Schema.String, value: Schema.String })

const known = {
  token: optional(text),
  headers: optional(Texts),
  timeout: optional(Schema.Number),
  max_attempts: optional(Schema.Number)
}

// what a client does not take as an option is a parameter of the action
const inGl = { replay_unsafe: optional(Schema.Boolean) }
const withAccount = { identifier: optional(text), account: optional(text) }

const Options = Schema.Struct({ ...known, ...withAccount, ...inGl })
type Options = typeof Options.Type

const optionNames = (session: Session): ReadonlySet<string> =>
  new Set([
    ...Object.keys(known),
    ...(session.dialect === "bosa" ? [] : Object.keys(withAccount)),
    ...(session.dialect === "gl" ? Object.keys(inGl) : [])
  ])

const defined = <A extends object>(options: A): Partial<A> => {
  const set: Partial<A> = { ...options }
  for (const name of Object.keys(set)) if (Reflect.get(set, name) === undefined) Reflect.deleteProperty(set, name)
  return set
}

// null for a timeout is none, and nothing here is waited for so long
const noTimeout = "1 hour"

const optionsOf = (options: Options): Action.ActionOptions => {
  const account = options.identifier ?? options.account
  return defined({
    token: options.token == null ? undefined : Redacted.make(options.token),
    headers: options.headers ?? undefined,
    timeout: options.timeout === null ? noTimeout : options.timeout === undefined ? undefined : options.timeout * 1000,
    maxAttempts: options.max_attempts ?? undefined,
    identifier: account ?? undefined,
    replayUnsafe: options.replay_unsafe ?? undefined
  })
}

const Direct = Schema.Struct(
  { app: text, action: text, input_: optional(Parameters) },
  { key: Schema.String, value: Schema.Unknown }
)

const decodeOptions = Schema.decodeUnknown(Options)

const parametersOf = (value: Fields): Action.Parameters => {
  const filled = given(value)
  return isFields(filled) ? filled : {}
}

// `input_` goes before what else is given by name
const direct = Effect.fnUntraced(function* (session: Session, args: typeof Direct.Type) {
  const { action, app, input_, ...rest } = args
  const names = optionNames(session)
  const isOption = ([name]: readonly [string, unknown]) => names.has(name)
  const entries = Object.entries(rest)
  const options = yield* Effect.orDie(decodeOptions(Object.fromEntries(entries.filter(isOption))))
  const others = Object.fromEntries(entries.filter((entry) => !isOption(entry)))
  session.callerHeaders = options.headers ?? undefined
  const service = yield* api(session)
  return service
    .connect(app)
    .action(action)
    .with({ given: parametersOf(input_ ?? others), options: optionsOf(options) })
})

const Fluent = Schema.Struct({
  app: text,
  action: text,
  params: optional(Parameters),
  ...known,
  ...withAccount,
  ...inGl
})

const fluent = (session: Session, args: typeof Fluent.Type) =>
  Effect.map(api(session), (service: BosaApi.Service) => {
    const { action, app, params, ...options } = args
    session.callerHeaders = options.headers ?? undefined
    const { headers, identifier, maxAttempts, replayUnsafe, timeout, token } = optionsOf(options)
    const itself = (action: Action.Action) => action
    return service
      .connect(app)
      .action(action)
      .pipe(
        Action.params(parametersOf(params ?? {})),
        token === undefined ? itself : Action.token(token),
        headers === undefined ? itself : Action.headers(headers),
        identifier === undefined ? itself : Action.identifier(identifier),
        timeout === undefined ? itself : Action.timeout(timeout),
        maxAttempts === undefined ? itself : Action.maxAttempts(maxAttempts),
        replayUnsafe === true ? Action.replayUnsafe : itself
      )
  })

const execute = (session: Session, action: Action.Action): Effect.Effect<unknown, Failed> =>
  Effect.flatMap(Action.either(action), (answered) => {
    const executed = Either.merge(answered)
    session.executed = executed
    return Effect.map(observed(executed.data), (data) => [data, executed.status])
  })

const isStatusError = (error: Failed): error is Action.StatusError =>
  "status" in error && error._tag !== "UnexpectedBody" && error._tag !== "OutcomeUnknown"

// the answer that an error is, unwrapped as `run` unwraps one
const refused = (error: Action.StatusError, body: unknown): Effect.Effect<unknown> => {
  const isWrapped = isFields(body) && "data" in body
  const meta = isFields(body) && isFields(body["meta"]) ? body["meta"] : {}
  const data: unknown = isWrapped ? body["data"] : (body ?? {})
  const isList = Array.isArray(data)
  return observedPage({
    data,
    meta,
    status: error.status,
    isList,
    hasNext: isList && Boolean(meta["has_next"]),
    hasPrev: isList && Boolean(meta["has_prev"])
  })
}

const keeping = (session: Session, action: Action.Action, page: Effect.Effect<Page, Failed>) =>
  page.pipe(
    Effect.tap((page) => {
      session.ran = { _tag: "Page", action, page }
    }),
    Effect.flatMap(observedPage),
    Effect.catchAll((error): Effect.Effect<unknown, Failed> => {
      const response = isStatusError(error) ? responseOf(error) : undefined
      // a response of discovery is not one of the action
      if (!isStatusError(error) || response === undefined || error.operation !== "actions.execute") {
        return Effect.fail(error)
      }
      session.ran = { _tag: "Refused", error }
      return refused(error, response.body)
    })
  )

const run = (session: Session, action: Action.Action): Effect.Effect<unknown, Failed> =>
  keeping(session, action, Action.run(action))

const noPage = Effect.dieMessage("there is no page before this step")

type Neighbor = Option.Option<Effect.Effect<Page, Failed>>

const neighbor =
  (pick: (page: Page) => Neighbor, isKept: boolean) =>
  (session: Session): Effect.Effect<unknown, Failed> => {
    const { ran } = session
    if (ran === undefined || ran._tag === "Refused") return noPage
    return Option.match(pick(ran.page), {
      onNone: () => observedPage(ran.page),
      onSome: (page) =>
        isKept
          ? Effect.ensuring(
              keeping(session, ran.action, page),
              Effect.sync(() => {
                session.ran = ran
              })
            )
          : keeping(session, ran.action, page)
    })
  }

// where it has no neighbor, the page itself is given
const isSameAfter =
  (pick: (page: Page) => Neighbor) =>
  ({ ran }: Session): Effect.Effect<unknown, Failed> =>
    ran === undefined || ran._tag === "Refused"
      ? noPage
      : Option.match(pick(ran.page), {
          onNone: () => Effect.succeed(true),
          onSome: (page) => Effect.as(page, false)
        })

const next = ({ next }: Page) => next
const prev = ({ prev }: Page) => prev

const listed = ({ data, meta }: Page) => Effect.map(observed(data), (data) => ({ data, meta }))

// this page and all after it
const all = ({ ran }: Session): Effect.Effect<unknown, Failed> => {
  if (ran === undefined || ran._tag === "Refused") return noPage
  const { action, page } = ran
  const after = Option.match(page.nextPosition, {
    onNone: () =>
      Stream.fromEffect(Effect.flatten(next(page))).pipe(Stream.catchTag("NoSuchElementException", () => Stream.empty)),
    onSome: (position) => Action.pages(action.pipe(Action.from(position)))
  })
  return Stream.make(page).pipe(
    Stream.concat(after),
    Stream.mapEffect(listed),
    Stream.runCollect,
    Effect.map(Chunk.toReadonlyArray)
  )
}

const errorIn = (session: Session): ApiError | undefined =>
  session.ran?._tag === "Refused" ? session.ran.error : undefined

// what is known of an error here, in the words of the vectors
const errorInfo = (error: ApiError): Fields => {
  const response = responseOf(error)
  const body = response?.body
  const envelope = isFields(body) && isFields(body["error"]) ? body["error"] : {}
  const contract = Number(response?.headers["x-gl-error-contract"])
  const retryAfter = response?.headers["retry-after"]
  return {
    status_code: response?.status,
    api_code: "serverCode" in error ? error.serverCode : undefined,
    request_id: requestIdOf(error),
    message:
      isFields(body) && typeof body["detail"] === "string"
        ? body["detail"]
        : isFields(body) && typeof body["error"] === "string"
          ? body["error"]
          : (envelope["message"] ?? error.message),
    error_type: envelope["type"],
    recovery: envelope["recovery"],
    details: envelope["details"],
    retry_after_header: retryAfter === undefined ? undefined : Number(retryAfter),
    error_contract: Number.isNaN(contract) ? undefined : contract
  }
}

// credentials are never defaulted here: whoever wants the default of the real clients gives it
const defaultKey = ({ dialect }: Session): string | null => (dialect === "gl" ? null : "bosa")

const appAction = Schema.Struct({ app: text, action: text })

const issuesByName = (error: Failed): Effect.Effect<unknown, Failed> =>
  error._tag === "InvalidRequest"
    ? Effect.succeed([
        null,
        // the real clients put what is wrong with the action under this name
        Object.fromEntries(
          error.issues.map(({ message, path: [name = ""] }) => [name === "action" ? "_schema" : name, message])
        )
      ])
    : Effect.fail(error)

/** The steps that discovery and actions are. */
export const actions: Readonly<Record<string, Operation>> = {
  new: operation(
    Schema.Struct({
      api_base_url: Schema.optional(text),
      api_key: Schema.optional(Schema.NullOr(text)),
      error_contract: optional(Schema.Number)
    }),
    (session, { api_base_url: baseUrl, api_key: apiKey = defaultKey(session), error_contract: errorContract }) =>
      Effect.as(connect(session, { baseUrl, apiKey, errorContract: errorContract ?? undefined }), "client")
  ),
  modules: operation(none, (session) => Effect.flatMap(api(session), ({ connectors }) => connectors)),
  connect: operation(Schema.Struct({ app: text }), (session, { app }) =>
    Effect.flatMap(api(session), (service) => Effect.as(service.connect(app).info, "action builder"))
  ),
  actions: operation(Schema.Struct({ app: text }), (session, { app }) =>
    Effect.flatMap(api(session), (service) =>
      Effect.map(service.connect(app).actions, (actions) =>
        actions.map(({ docstring, name, path }) => [name, path, docstring])
      )
    )
  ),
  parameters: operation(appAction, (session, { action, app }) =>
    Effect.flatMap(api(session), (service) => service.connect(app).action(action).parameters)
  ),
  validate: operation(Schema.Struct({ ...appAction.fields, params: Parameters }), (session, { action, app, params }) =>
    Effect.flatMap(api(session), (service) =>
      service
        .connect(app)
        .action(action)
        .with({ given: parametersOf(params) })
        .validate.pipe(
          Effect.map(({ values }): unknown => [values, {}]),
          Effect.catchAll(issuesByName)
        )
    )
  ),
  refresh: operation(Schema.Struct({ app: text }), (session, { app }) =>
    Effect.flatMap(api(session), (service) => Effect.as(service.connect(app).refresh, null))
  ),
  execute: operation(Direct, (session, args) =>
    Effect.flatMap(direct(session, args), (action) => execute(session, action))
  ),
  run: operation(Direct, (session, args) => Effect.flatMap(direct(session, args), (action) => run(session, action))),
  fluent_execute: operation(Fluent, (session, args) =>
    Effect.flatMap(fluent(session, args), (action) => execute(session, action))
  ),
  fluent_run: operation(Fluent, (session, args) =>
    Effect.flatMap(fluent(session, args), (action) => run(session, action))
  ),
  async_run_all: operation(Direct, (session, args) =>
    Effect.flatMap(direct(session, args), (action) =>
      Action.pages(action).pipe(Stream.mapEffect(listed), Stream.runCollect, Effect.map(Chunk.toReadonlyArray))
    )
  ),
  next: operation(none, neighbor(next, false)),
  prev: operation(none, neighbor(prev, false)),
  next_keep: operation(none, neighbor(next, true)),
  same_after_next: operation(none, isSameAfter(next)),
  same_after_prev: operation(none, isSameAfter(prev)),
  all: operation(none, all),
  caller_headers_after: operation(none, ({ callerHeaders }) => Effect.succeed(callerHeaders ?? null)),
  // no such functions here: errors never print what a server said
  redact_text: operation(Schema.Unknown, () => Effect.succeed(notOffered)),
  redact_value: operation(Schema.Unknown, () => Effect.succeed(notOffered)),
  result_headers: operation(none, ({ executed }) =>
    Effect.succeed(executed === undefined ? null : { ...executed.headers })
  ),
  get_error: operation(none, (session) => {
    const error = errorIn(session)
    return Effect.succeed(error === undefined ? null : errorInfo(error))
  }),
  raise_for_error: operation(none, (session) => {
    if (session.ran?._tag === "Page") return observedPage(session.ran.page)
    const error = errorIn(session)
    return error === undefined ? noPage : Effect.fail(error)
  })
}
