/**
 * `bosa`: connectors, their actions, and what is around them.
 */
import * as Options from "@effect/cli/Options"
import type * as Action from "@effect-connectors/core/Action"
import type { Parameter } from "@effect-connectors/core/ActionSchema"
import type { BosaApi } from "@effect-connectors/core/BosaApi"
import type * as ConnectorFile from "@effect-connectors/core/ConnectorFile"
import type { ActionInfo } from "@effect-connectors/core/Discovery"
import type { Position } from "@effect-connectors/core/Page"
import type { Saved } from "@effect-connectors/node/NodeFile"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Stream from "effect/Stream"
import { UsageError } from "../failure.js"
import * as Given from "../given.js"
import { type Group, onBosa as on, type Operation } from "../operation.js"
import * as View from "../view.js"
import * as take from "./arguments.js"
import { catalog, search, skills } from "./bosaCatalog.js"
import { integrations, users } from "./bosaUsers.js"

// undici stands behind them: loaded where a file is sent or saved
const nodeFile = Effect.promise(() => import("@effect-connectors/node/NodeFile"))

const { connector } = take
const action = take.named("action", "The name of the action")

const call = {
  connector,
  action,
  input: take.input,
  account: take.text("account", "Which of the user's accounts; the selected one unless given"),
  strict: take.flag("strict", "Refuse unknown parameters in place of leaving them out"),
  fields: Options.text("field").pipe(
    Options.withDescription("A field that the response shall have; all unless given"),
    Options.repeated
  )
} as const

interface CallGiven {
  readonly connector: string
  readonly action: string
  readonly input: Option.Option<string>
  readonly account: Option.Option<string>
  readonly strict: boolean
  readonly fields: ReadonlyArray<string>
}

const actionOf = ({ account, action, connector, fields, input, strict }: CallGiven, { connect }: BosaApi.Service) =>
  Effect.map(Given.object("--input", input), (given) =>
    connect(connector)
      .action(action)
      .with({
        given,
        options: {
          ...(Option.isSome(account) ? { identifier: account.value } : {}),
          ...(strict ? { strict } : {}),
          ...(fields.length > 0 ? { responseFields: fields } : {})
        }
      })
  )

const position = {
  page: take.number("page", "The number of the page to start with"),
  cursor: take.text("cursor", "The cursor to start with"),
  max: take.number("max-pages", "The most pages that are read; one more is an error")
} as const

interface PagesGiven extends CallGiven {
  readonly page: Option.Option<number>
  readonly cursor: Option.Option<string>
  readonly max: Option.Option<number>
}

const pagesOf = ({ cursor, max, page, ...given }: PagesGiven, api: BosaApi.Service) =>
  Stream.unwrap(
    Effect.map(actionOf(given, api), (action) => {
      const from = { page: Option.getOrUndefined(page), cursor: Option.getOrUndefined(cursor) }
      return action.with({
        options: {
          ...(Option.isSome(page) || Option.isSome(cursor) ? { from } : {}),
          ...(Option.isSome(max) ? { maxPages: max.value } : {})
        }
      }).pages
    })
  )

const executed: View.View<Action.Executed> = {
  json: ({ data, ignored, requestId, status }) => ({ status, requestId, ignored, data }),
  text: ({ data }, look) => View.json.text(data, look)
}

interface PageShown {
  readonly data: unknown
  readonly meta: unknown
  readonly next: Position | null
}

const actionRow = {
  name: ({ name }: ActionInfo) => name,
  parameters: ({ parameters }: ActionInfo) => parameters.length,
  description: ({ docstring }: ActionInfo) => docstring.split("\n")[0]
}

/** `name=path` of a file to send. */
const fileOf = (given: string) =>
  Effect.gen(function* () {
    const at = given.indexOf("=")
    if (at < 1) {
      return yield* new UsageError({
        message: `--file ${JSON.stringify(given)} is not NAME=PATH, such as file=report.csv`
      })
    }
    const { fromPath } = yield* nodeFile
    return { name: given.slice(0, at), file: yield* fromPath(given.slice(at + 1)) }
  })

const filesOf = (given: ReadonlyArray<string>) =>
  Effect.map(Effect.forEach(given, fileOf), (files) => {
    const byName: Record<string, ConnectorFile.ConnectorFile | ReadonlyArray<ConnectorFile.ConnectorFile>> = {}
    for (const { file, name } of files) {
      const before = byName[name]
      byName[name] = before === undefined ? file : [before, file].flat()
    }
    return byName
  })

const calls: ReadonlyArray<Operation> = [
  on.one({
    name: "connectors",
    summary: "List the connectors",
    takes: {},
    run: (_, { connectors }) => connectors,
    view: View.lines
  }),
  on.one({
    name: "actions",
    summary: "List the actions of a connector",
    takes: { connector },
    run: ({ connector }, { connect }) => connect(connector).actions,
    view: View.rows(actionRow)
  }),
  on.one({
    name: "describe",
    summary: "List what an action takes",
    takes: { connector, action },
    run: ({ action, connector }, { connect }) => connect(connector).action(action).parameters,
    view: View.rows({
      name: ({ name }: Parameter) => name,
      type: ({ type }) => type,
      required: ({ required }) => required
    })
  }),
  on.one({
    name: "execute",
    summary: "Execute an action",
    takes: call,
    run: (given, api) => Effect.flatMap(actionOf(given, api), ({ execute }) => execute),
    view: executed
  }),
  on.each({
    name: "pages",
    summary: "Execute an action, and print each page of its list on a line of JSON",
    takes: { ...call, ...position },
    run: (given, api) =>
      Stream.map(pagesOf(given, api), ({ data, meta, nextPosition }): PageShown => ({
        data,
        meta,
        next: Option.getOrNull(nextPosition)
      })),
    view: View.jsonLine
  }),
  on.each({
    name: "items",
    summary: "Execute an action, and print each item of all pages on a line of JSON",
    takes: { ...call, ...position },
    run: (given, api) =>
      Stream.flatMap(pagesOf(given, api), ({ data }) =>
        Array.isArray(data) ? Stream.fromIterable<unknown>(data) : Stream.make(data)
      ),
    view: View.jsonLine
  }),
  on.one({
    name: "upload",
    summary: "Execute an action with files",
    takes: {
      ...call,
      files: Options.text("file").pipe(
        Options.withDescription("A file as NAME=PATH; the same NAME again makes a list"),
        Options.atLeast(1)
      )
    },
    run: ({ files, ...given }, api) =>
      Effect.gen(function* () {
        const action = yield* actionOf(given, api)
        return yield* action.with({ given: yield* filesOf(files) }).execute
      }),
    view: executed
  }),
  on.one({
    name: "download",
    summary: "Execute an action, and save the file that it gives",
    takes: {
      ...call,
      to: Options.text("to").pipe(
        Options.withDescription("The path to save it at, or a folder; this folder unless given"),
        Options.withDefault(".")
      ),
      overwrite: take.flag("overwrite", "Replace a file of that name")
    },
    run: ({ overwrite, to, ...given }, api) =>
      Effect.gen(function* () {
        const action = yield* actionOf(given, api)
        const { save } = yield* nodeFile
        return yield* save(yield* action.download, to, { overwrite })
      }).pipe(Effect.scoped),
    view: View.fields({ path: ({ path }: Saved) => path, bytes: ({ bytes }) => bytes, sha256: ({ sha256 }) => sha256 })
  })
]

export const bosa: Group = {
  name: "bosa",
  summary: "BOSA / GL Connectors: connectors, their actions, users and the catalog",
  commands: [...calls, users, integrations, catalog, search, skills]
}
