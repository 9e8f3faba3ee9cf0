import type { CreatedUser, UserInfo, UserIntegration, UserToken } from "@effect-connectors/core/Users"
import type { Integration, IntegrationResult } from "@effect-connectors/core/Integrations"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import * as Schema from "effect/Schema"
import { type Fields, isFields } from "./matching.js"
import { type Operation, operation, optional, Parameters, text } from "./operation.js"
import { api } from "./session.js"
import { plain } from "./values.js"

// our records in the names of the wire

const ofUser = (user: CreatedUser): Fields => ({
  id: user.id,
  identifier: user.identifier,
  secret: plain(user.secret),
  secret_preview: user.secretPreview,
  is_active: user.isActive
})

const ofToken = (token: UserToken): Fields => ({
  token: plain(token.token),
  token_type: token.tokenType,
  expires_at: token.expiresAt,
  is_revoked: token.isRevoked,
  user_id: token.userId,
  client_id: token.clientId
})

const ofIntegration = (integration: UserIntegration): Fields => ({
  id: integration.id,
  client_id: integration.clientId,
  user_id: integration.userId,
  connector: integration.connector,
  user_identifier: integration.account,
  selected: integration.isSelected,
  auth_status: integration.authStatus
})

const ofInfo = (info: UserInfo): Fields => ({
  id: info.id,
  client_id: info.clientId,
  identifier: info.identifier,
  secret_preview: info.secretPreview,
  is_active: info.isActive,
  integrations: info.integrations.map(ofIntegration)
})

// what the server says of an account, with what is kept from logs
const ofAccount = ({ authString, raw }: Integration): unknown =>
  isFields(raw) && "auth_string" in raw ? { ...raw, auth_string: plain(authString) } : raw

const ofResult = ({ message, success }: IntegrationResult): Fields => ({ success, message })

const token = text
const redacted = Redacted.make<string>
const linked = Schema.Struct({ app: text, token })
const account = Schema.Struct({ ...linked.fields, identifier: text })

const replacing = { replace_duplicate: Schema.optional(Schema.Boolean) }

const replacingOf = ({
  replace_duplicate: replaceDuplicate
}: {
  readonly replace_duplicate?: boolean | undefined
}) => ({
  replaceDuplicate
})

/** The steps that users and integrations are. */
export const users: Readonly<Record<string, Operation>> = {
  create_user: operation(Schema.Struct({ identifier: text }), (session, { identifier }) =>
    Effect.flatMap(api(session), ({ users }) => Effect.map(users.create(identifier), ofUser))
  ),
  authenticate: operation(Schema.Struct({ identifier: text, secret: text }), (session, { identifier, secret }) =>
    Effect.flatMap(api(session), ({ users }) => Effect.map(users.authenticate(identifier, redacted(secret)), ofToken))
  ),
  user_info: operation(Schema.Struct({ token }), (session, { token }) =>
    Effect.flatMap(api(session), ({ users }) => Effect.map(users.me(redacted(token)), ofInfo))
  ),
  has_integration: operation(linked, (session, { app, token }) =>
    Effect.flatMap(api(session), ({ integrations }) => integrations.has(app, redacted(token)))
  ),
  initiate: operation(
    Schema.Struct({ ...linked.fields, ...replacing, callback_uri: text }),
    (session, { app, callback_uri: callback, token, ...options }) =>
      Effect.flatMap(api(session), ({ integrations }) =>
        integrations.initiate(app, redacted(token), callback, replacingOf(options))
      )
  ),
  configure: operation(
    Schema.Struct({ ...linked.fields, ...replacing, configuration: optional(Parameters) }),
    (session, { app, configuration, token, ...options }) =>
      Effect.flatMap(api(session), ({ integrations }) =>
        Effect.map(integrations.configure(app, redacted(token), configuration ?? {}, replacingOf(options)), ofResult)
      )
  ),
  select: operation(account, (session, { app, identifier, token }) =>
    Effect.flatMap(api(session), ({ integrations }) =>
      Effect.map(integrations.select(app, redacted(token), identifier), ofResult)
    )
  ),
  get_integration: operation(account, (session, { app, identifier, token }) =>
    Effect.flatMap(api(session), ({ integrations }) =>
      Effect.map(integrations.get(app, redacted(token), identifier), ofAccount)
    )
  ),
  remove: operation(
    Schema.Struct({ ...linked.fields, identifier: optional(text) }),
    (session, { app, identifier, token }) =>
      Effect.flatMap(api(session), ({ integrations }) =>
        Effect.map(integrations.remove(app, redacted(token), identifier ?? undefined), ofResult)
      )
  )
}
