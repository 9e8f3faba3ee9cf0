/**
 * `connections`, `actions` and `triggers`.
 */
import * as Options from "@effect/cli/Options"
import type {
  Connection,
  Field,
  SavedAction,
  Subscribed,
  Trigger,
  TriggerDetail,
  TriggerList,
  Unsubscribed
} from "@effect-connectors/core/Records"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Redacted from "effect/Redacted"
import { UsageError } from "../failure.js"
import * as Given from "../given.js"
import { type Group, onConnections as on } from "../operation.js"
import * as View from "../view.js"
import * as take from "./arguments.js"
import { executed } from "./execution.js"

const connection = {
  slug: (of: Connection) => of.slug,
  name: (of: Connection) => of.displayName,
  active: (of: Connection) => of.active,
  authorized: (of: Connection) => of.authorized
}

const savedAction = {
  connection: (of: SavedAction) => of.connection,
  slug: (of: SavedAction) => of.slug,
  name: (of: SavedAction) => of.displayName,
  description: (of: SavedAction) => of.description
}

const field = {
  name: (of: Field) => of.name,
  type: (of: Field) => of.type,
  required: (of: Field) => of.required,
  description: (of: Field) => of.description
}

const trigger = {
  slug: (of: Trigger) => of.slug,
  name: (of: Trigger) => of.displayName,
  description: (of: Trigger) => of.description,
  inputs: (of: Trigger) => of.inputs,
  subscriptions: (of: Trigger) => of.subscriptions.length
}

const { connection: slug } = take

export const connections: Group = {
  name: "connections",
  summary: "Connections: the accounts of the tenant on other systems",
  commands: [
    on.one({
      name: "list",
      summary: "List the connections",
      takes: {
        relay: take.text("relay", "Only those of this relay"),
        template: take.text("template", "Only those of this template")
      },
      run: ({ relay, template }, api) =>
        api.list({ relayId: Option.getOrUndefined(relay), templateId: Option.getOrUndefined(template) }),
      view: View.rows(connection)
    }),
    on.one({
      name: "show",
      summary: "Show a connection",
      takes: { slug },
      run: ({ slug }, api) => api.get(slug),
      view: View.fields({ ...connection, description: ({ description }: Connection) => description })
    }),
    on.one({
      name: "authorize",
      summary: "Authorize a connection",
      takes: { slug },
      run: ({ slug }, api) => api.authorize(slug),
      view: View.optional
    }),
    on.one({
      name: "unauthorize",
      summary: "Take the authorization of a connection away",
      takes: { slug },
      run: ({ slug }, api) => api.unauthorize(slug),
      view: View.optional
    }),
    ...[true, false].map((active) =>
      on.one({
        name: active ? "enable" : "disable",
        summary: active ? "Let a connection be used" : "Keep a connection from being used",
        takes: { slug },
        run: ({ slug }, api) => api.setActive(slug, active),
        view: View.optional
      })
    )
  ]
}

export const actions: Group = {
  name: "actions",
  summary: "Saved actions of connections",
  commands: [
    on.one({
      name: "list",
      summary: "List the saved actions of a connection, or of all without one",
      takes: { slug: take.optional(slug) },
      run: ({ slug }, api) =>
        Option.match(slug, { onNone: () => api.catalog, onSome: (slug) => api.actions.list(slug) }),
      view: View.rows(savedAction)
    }),
    on.one({
      name: "show",
      summary: "Show a saved action",
      takes: { slug, action: take.action },
      run: ({ action, slug }, api) => api.actions.get(slug, action),
      view: View.fields(savedAction)
    }),
    ...(["inputs", "outputs"] as const).map((which) =>
      on.one({
        name: which,
        summary: which === "inputs" ? "List what an action takes" : "List what an action gives",
        takes: { slug, action: take.action },
        run: ({ action, slug }, api) => api.actions[which](slug, action),
        view: View.rows(field)
      })
    ),
    on.follow({
      name: "execute",
      summary: "Execute a saved action",
      takes: {
        slug,
        action: take.action,
        input: take.input,
        check: take.flag("check", "Compare the input with what the server declares before it is sent"),
        ...take.execution
      },
      run: ({ action, check, input, slug, ...how }, api, deadline) =>
        Effect.map(Given.object("--input", input), (given) =>
          executed(api.jobs, how, deadline, (options) =>
            api.actions.execute(
              slug,
              action,
              Option.isSome(input) ? { input: given } : {},
              check ? { ...options, checkInputs: true } : options
            )
          )
        )
    })
  ]
}

const account = take.text("account", "The slug of the account; the one that a run would use unless given")

const accountOf = (account: Option.Option<string>) => ({ accountSlug: Option.getOrUndefined(account) })

export const triggers: Group = {
  name: "triggers",
  summary: "Triggers of connections, and who is notified of them",
  commands: [
    on.one({
      name: "list",
      summary: "List the triggers of a connection",
      takes: { slug, account },
      run: ({ account, slug }, api) => api.triggers.list(slug, accountOf(account)),
      view: View.part(({ triggers }: TriggerList) => triggers, View.rows(trigger))
    }),
    on.one({
      name: "show",
      summary: "Show a trigger",
      takes: { slug, trigger: take.trigger, account },
      run: ({ account, slug, trigger }, api) => api.triggers.get(slug, trigger, accountOf(account)),
      view: View.part(({ trigger }: TriggerDetail) => trigger, View.fields(trigger))
    }),
    on.one({
      name: "subscribe",
      summary: "Have the events of a trigger sent to a URL",
      takes: {
        slug,
        trigger: take.trigger,
        url: Options.text("url").pipe(Options.withDescription("Where the events are sent to")),
        service: take.text("service", "The service that authorizes them"),
        apiKeyStdin: take.flag("api-key-stdin", "Read the API key that authorizes them from stdin"),
        apiKeyHeader: take.text("api-key-header", "The header of that key; x-api-key unless given"),
        user: take.text("user", "The id of the user they are for, with --service"),
        account: take.text("account", "The account they are of"),
        name: take.text("name", "A name for the subscription"),
        input: take.input
      },
      run: ({ account, apiKeyHeader, apiKeyStdin, input, name, service, slug, trigger, url, user }, { triggers }) =>
        Effect.gen(function* () {
          if (apiKeyStdin && Option.getOrUndefined(input) === "-") {
            return yield* new UsageError({ message: "stdin is either the API key or the input: give --input @FILE" })
          }
          const inputs = yield* Given.object("--input", input)
          const apiKey = apiKeyStdin ? yield* Given.secret("--api-key-stdin") : undefined
          return yield* triggers.subscribe(slug, trigger, {
            targetUrl: url,
            service: Option.getOrUndefined(service),
            apiKey: apiKey === undefined ? undefined : Redacted.value(apiKey),
            apiKeyHeader: Option.getOrUndefined(apiKeyHeader),
            userId: Option.getOrUndefined(user),
            account: Option.getOrUndefined(account),
            name: Option.getOrUndefined(name),
            inputs: Option.isSome(input) ? inputs : undefined
          })
        }),
      view: View.fields({ id: ({ id }: Subscribed) => id, created: ({ created }) => created })
    }),
    on.one({
      name: "unsubscribe",
      summary: "End a subscription",
      takes: { id: take.named("subscription", "The id that subscribe printed") },
      run: ({ id }, api) => api.subscribers.remove(id),
      view: View.fields({ id: ({ id }: Unsubscribed) => id, deleted: ({ deleted }) => deleted })
    })
  ]
}
