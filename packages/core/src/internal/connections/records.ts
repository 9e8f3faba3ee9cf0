import * as Result from "../data/result.js"
import * as Option from "effect/Option"
import * as Predicate from "effect/Predicate"
import type {
  Connection,
  Field,
  SavedAction,
  Subscribed,
  Trigger,
  TriggerDetail,
  TriggerList,
  Unsubscribed
} from "../../Records.js"
import { booleanIn, idIn, listIn, textIn } from "../data/decoders.js"
import type { Decode, ParsedResponse } from "../http/response.js"
import { type Fields, fieldsOf, isFields } from "../data/fields.js"

/** Reads a thing from what the response says of it, and its ids from the same with all their digits. */
type ReadRecord<A> = (raw: unknown, exact: unknown) => A

const connection: ReadRecord<Connection> = (raw, exact) => {
  const fields = fieldsOf(raw)
  const ids = fieldsOf(exact)
  return {
    slug: textIn(fields, "slug"),
    displayName: textIn(fields, "display_name", "name"),
    description: textIn(fields, "description"),
    active: booleanIn(fields, "active", "is_active"),
    authorized: booleanIn(fields, "authorized", "is_authorized"),
    relayId: idIn(ids, "relay_id"),
    templateId: idIn(ids, "template_id"),
    raw
  }
}

const savedAction = (raw: unknown): SavedAction => {
  const fields = fieldsOf(raw)
  return {
    slug: textIn(fields, "slug"),
    displayName: textIn(fields, "display_name", "name"),
    description: textIn(fields, "description"),
    connection: textIn(fields, "connection_slug", "connection"),
    raw
  }
}

// an input may be given by its name alone
const field = (raw: unknown): Field => {
  const fields = Predicate.isString(raw) ? { name: raw } : fieldsOf(raw)
  return {
    name: textIn(fields, "name"),
    type: textIn(fields, "type"),
    required: booleanIn(fields, "required"),
    description: textIn(fields, "description"),
    raw
  }
}

const trigger = (raw: unknown): Trigger => {
  const fields = fieldsOf(raw)
  return {
    slug: textIn(fields, "slug"),
    displayName: textIn(fields, "display_name", "name"),
    description: textIn(fields, "description"),
    inputs: fieldsOf(fields["config"])["inputs"],
    subscriptions: listIn(fields, "subscriptions"),
    raw
  }
}

// an object of objects is a list whose names are its keys; null is how some servers write an empty one
const elements = (value: unknown): ReadonlyArray<unknown> | undefined => {
  if (Array.isArray(value)) return value
  if (value === null) return []
  if (!isFields(value)) return undefined
  const entries = Object.entries(value)
  return entries.every(([, element]) => isFields(element))
    ? entries.map(([name, element]) => ({ name, ...fieldsOf(element) }))
    : undefined
}

const listed = (body: unknown, name: string): ReadonlyArray<unknown> | undefined => {
  if (!isFields(body)) return Array.isArray(body) ? body : undefined
  if (Object.hasOwn(body, name)) return elements(body[name])
  return Object.hasOwn(body, "data") ? listed(body["data"], name) : undefined
}

const list =
  <A>(name: string, decode: ReadRecord<A>): Decode<ReadonlyArray<A>> =>
  ({ body, exact }) => {
    const all = listed(body, name)
    const exactly = exact === body ? all : listed(exact, name)
    return Result.fromUndefined(
      all?.map((raw, index) => decode(raw, exactly?.[index])),
      () => [`expected a list in "${name}"`]
    )
  }

// it stands under its name, under `data`, or is the whole body
const inner = (body: unknown, name: string): Fields | undefined => {
  if (!isFields(body)) return undefined
  if (isFields(body[name])) return body[name]
  return isFields(body["data"]) ? inner(body["data"], name) : body
}

const one =
  <A>(name: string, decode: ReadRecord<A>): Decode<A> =>
  ({ body, exact }) =>
    Result.map(
      Result.fromUndefined(inner(body, name), () => [`expected an object in "${name}"`]),
      (raw) => decode(raw, exact === body ? raw : inner(exact, name))
    )

const object =
  <A>(decode: (raw: Fields, exact: Fields) => A): Decode<A> =>
  ({ body, exact }) =>
    // only a 204 comes here without a body: the work is done
    isFields(body) || body === null
      ? Result.succeed(decode(body ?? {}, fieldsOf(exact)))
      : Result.fail(["expected an object"])

const accountOf = (body: unknown): unknown => {
  const fields = fieldsOf(body)
  return fields["account"] === undefined ? fieldsOf(fields["data"])["account"] : fields["account"]
}

const withAccount =
  <A, B>(decode: Decode<A>, make: (value: A, account: unknown, raw: unknown) => B): Decode<B> =>
  (received) =>
    Result.map(decode(received), (value) => make(value, accountOf(received.body), received.body))

/** @internal */
export const connections = list("connections", connection)
/** @internal */
export const connectionDetail = one("connection", connection)
/** @internal */
export const savedActions = list("actions", savedAction)
/** @internal */
export const savedActionDetail = one("action", savedAction)
/** @internal */
export const inputs = list("inputs", field)
/** @internal */
export const outputs = list("outputs", field)
/** @internal */
export const triggers: Decode<TriggerList> = withAccount(list("triggers", trigger), (triggers, account, raw) => ({
  triggers,
  account,
  raw
}))
/** @internal */
export const triggerDetail: Decode<TriggerDetail> = withAccount(one("trigger", trigger), (trigger, account, raw) => ({
  trigger,
  account,
  raw
}))
/** @internal */
export const subscribed = object((raw, exact): Subscribed => ({
  created: booleanIn(raw, "created"),
  id: idIn(fieldsOf(exact["subscriber"]), "id"),
  subscriber: raw["subscriber"],
  raw
}))
/** @internal */
export const unsubscribed = object((raw, exact): Unsubscribed => ({
  id: idIn(exact, "id"),
  deleted: booleanIn(raw, "deleted"),
  webhook: raw["webhook"],
  raw
}))
/** @internal */
export const acknowledged: Decode<Option.Option<unknown>> = ({ body }: ParsedResponse) =>
  Result.succeed(Option.fromNullable(body))
