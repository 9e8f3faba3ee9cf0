/**
 * `bosa users` and `bosa integrations`.
 */
import * as Options from "@effect/cli/Options"
import type { IntegrationResult, Integration, Linked, Visit, Waiting } from "@effect-connectors/core/Integrations"
import type { CreatedUser, UserInfo, UserToken } from "@effect-connectors/core/Users"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Redacted from "effect/Redacted"
import { UsageError } from "../failure.js"
import * as Given from "../given.js"
import { type Group, onBosa as on } from "../operation.js"
import * as View from "../view.js"
import * as take from "./arguments.js"

const identifier = take.named("identifier", "The name of the user")
const { connector } = take

const reveal = take.flag("reveal", "Print the secret in clear")

/** A secret that is printed because the user asks for it: nobody could read it later. */
const revealed = <A extends object>(value: A, secrets: Readonly<Record<string, Redacted.Redacted>>) => ({
  ...value,
  ...Object.fromEntries(Object.entries(secrets).map(([name, secret]) => [name, Redacted.value(secret)]))
})

export const users: Group = {
  name: "users",
  summary: "Users of the client",
  commands: [
    on.one({
      name: "create",
      summary: "Create a user, and print the secret that is shown only once",
      takes: { identifier, reveal },
      run: ({ identifier, reveal }, { users }) =>
        reveal
          ? Effect.map(users.create(identifier), (user) => revealed(user, { secret: user.secret }))
          : Effect.fail(
              new UsageError({
                message: "the server gives the secret of a user only once: give --reveal to have it printed"
              })
            ),
      view: View.fields({
        id: ({ id }: Omit<CreatedUser, "secret">) => id,
        identifier: ({ identifier }) => identifier,
        active: ({ isActive }) => isActive,
        secret: (user) => ("secret" in user ? user.secret : undefined)
      })
    }),
    on.one({
      name: "authenticate",
      summary: "Have a token made for a user, whose secret is on stdin",
      takes: { identifier, reveal },
      run: ({ identifier, reveal }, { users }) =>
        Effect.gen(function* () {
          const secret = yield* Given.secret("the secret of the user")
          const token = yield* users.authenticate(identifier, secret)
          return reveal ? revealed(token, { token: token.token }) : token
        }),
      view: View.fields({
        user: ({ userId }: Omit<UserToken, "token">) => userId,
        expires: ({ expiresAt }) => expiresAt,
        revoked: ({ isRevoked }) => isRevoked,
        token: (token) => ("token" in token ? token.token : undefined)
      })
    }),
    on.one({
      name: "me",
      summary: "Show whom the token of the profile stands for",
      takes: {},
      run: (_, { users }) => users.me(),
      view: View.fields({
        id: ({ id }: UserInfo) => id,
        identifier: ({ identifier }) => identifier,
        active: ({ isActive }) => isActive,
        integrations: ({ integrations }) => integrations.map(({ account, connector }) => `${connector}:${account}`)
      })
    })
  ]
}

const account = take.named("account", "The name of the account at the connector")
const callback = Options.text("callback").pipe(Options.withDescription("Where the user comes back to after linking"))
const replaceDuplicate = take.flag("replace", "Take the place of an account that is linked already; in dialect gl only")

const result = View.fields({
  success: ({ success }: IntegrationResult) => success,
  message: ({ message }) => message
})

export const integrations: Group = {
  name: "integrations",
  summary: "Which connectors the user of the profile has linked",
  commands: [
    on.one({
      name: "has",
      summary: "Print whether a connector is linked",
      takes: { connector },
      run: ({ connector }, { integrations }) => integrations.has(connector, undefined),
      view: View.json
    }),
    on.one({
      name: "link",
      summary: "Print the link where the user can link a connector",
      takes: { connector, callback, replaceDuplicate },
      run: ({ callback, connector, replaceDuplicate }, { integrations }) =>
        integrations.initiate(connector, undefined, callback, replaceDuplicate ? { replaceDuplicate } : {}),
      view: View.json
    }),
    on.one({
      name: "ensure",
      summary: "Print whether a connector is linked, and the link where it is not",
      takes: { connector, callback },
      run: ({ callback, connector }, { integrations }) => integrations.ensure(connector, undefined, callback),
      view: View.fields({
        state: ({ _tag }: Linked | Visit) => (_tag === "Linked" ? "linked" : "not linked"),
        link: (state) => (state._tag === "Visit" ? state.url : undefined)
      })
    }),
    on.one({
      name: "require",
      summary: "Fail unless a connector is linked",
      takes: { connector },
      run: ({ connector }, { integrations }) => integrations.require(connector, undefined),
      view: View.nothing
    }),
    on.each({
      name: "wait",
      summary: "Wait until a connector is linked",
      takes: { connector },
      run: ({ connector }, { integrations }) => integrations.untilLinked(connector, undefined),
      view: View.fields({
        state: ({ _tag }: Waiting | Linked) => (_tag === "Linked" ? "linked" : undefined)
      })
    }),
    on.one({
      name: "show",
      summary: "Show a linked account",
      takes: { connector, account },
      run: ({ account, connector }, { integrations }) => integrations.get(connector, undefined, account),
      view: View.fields({
        connector: ({ connector }: Integration) => connector,
        account: ({ account }) => account,
        selected: ({ isSelected }) => isSelected,
        status: ({ authStatus }) => authStatus,
        scopes: ({ authScopes }) => authScopes
      })
    }),
    on.one({
      name: "configure",
      summary: "Link a connector with credentials in its own form, as JSON in --input",
      takes: { connector, input: take.input, replaceDuplicate },
      run: ({ connector, input, replaceDuplicate }, { integrations }) =>
        Effect.gen(function* () {
          const configuration = yield* Given.object("--input", input)
          const options = replaceDuplicate ? { replaceDuplicate } : {}
          return yield* integrations.configure(connector, undefined, configuration, options)
        }),
      view: result
    }),
    on.one({
      name: "select",
      summary: "Have calls that name no account use this one",
      takes: { connector, account },
      run: ({ account, connector }, { integrations }) => integrations.select(connector, undefined, account),
      view: result
    }),
    on.one({
      name: "remove",
      summary: "Unlink an account, or the connector without one",
      takes: { connector, account: take.optional(account) },
      run: ({ account, connector }, { integrations }) =>
        integrations.remove(connector, undefined, Option.getOrUndefined(account)),
      view: result
    })
  ]
}
