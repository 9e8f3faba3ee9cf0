import * as Either from "effect/Either"
import * as Option from "effect/Option"
import * as Predicate from "effect/Predicate"
import type { Connection, Field, SavedAction, Subscribed, Trigger, TriggerDetail, TriggerList, Unsubscribed } from "../../Records.js"
import type { Decode, Received } from "../request.js"

type Fields = Readonly<Record<string, unknown>>

const isFields = (u: unknown): u is Fields => Predicate.isRecord(u) && !Array.isArray(u)

const string = (fields: Fields, ...names: ReadonlyArray<string>): string | undefined =>
  names.map((name) => fields[name]).find(Predicate.isString)

const boolean = (fields: Fields, ...names: ReadonlyArray<string>): boolean | undefined =>
  names.map((name) => fields[name]).find(Predicate.isBoolean)

const id = (fields: Fields, ...names: ReadonlyArray<string>): string | number | undefined =>
  names.map((name) => fields[name]).find((value) => Predicate.isString(value) || Predicate.isNumber(value))

const connection = (raw: Fields): Connection => ({
  slug: string(raw, "slug"),
  displayName: string(raw, "display_name", "name"),
  description: string(raw, "description"),
  active: boolean(raw, "active", "is_active"),
  authorized: boolean(raw, "authorized", "is_authorized"),
  relayId: id(raw, "relay_id"),
  templateId: id(raw, "template_id"),
  raw
})

const savedAction = (raw: Fields): SavedAction => ({
  slug: string(raw, "slug"),
  displayName: string(raw, "display_name", "name"),
  description: string(raw, "description"),
  connection: string(raw, "connection_slug", "connection"),
  raw
})

// inputs are told as objects, as bare names, or as the type of each name
const field = (raw: unknown): Field => {
  const fields = isFields(raw) ? raw : { name: raw }
  return {
    name: string(fields, "name"),
    type: string(fields, "type"),
    required: boolean(fields, "required"),
    description: string(fields, "description"),
    raw
  }
}

const trigger = (raw: Fields): Trigger => ({
  slug: string(raw, "slug"),
  displayName: string(raw, "display_name", "name"),
  description: string(raw, "description"),
  inputs: isFields(raw["config"]) ? raw["config"]["inputs"] : undefined,
  subscriptions: Array.isArray(raw["subscriptions"]) ? raw["subscriptions"] : [],
  raw
})

// an object is a list whose names are its keys; an element that is no object has nothing but its `raw`
const elements = (value: unknown): ReadonlyArray<unknown> | undefined => {
  if (Array.isArray(value)) return value
  if (value === null) return []
  if (!isFields(value)) return undefined
  return Object.entries(value).map(([name, element]) =>
    isFields(element) ? { name, ...element } : { name, type: element }
  )
}

const listed = (body: unknown, name: string): ReadonlyArray<unknown> | undefined => {
  if (!isFields(body)) return body === null ? undefined : elements(body)
  if (Object.hasOwn(body, name)) return elements(body[name])
  return Object.hasOwn(body, "data") ? listed(body["data"], name) : undefined
}

// what is asked for under its name, under `data`, or as the whole answer
const inner = (body: unknown, name: string): Fields | undefined => {
  if (!isFields(body)) return undefined
  if (isFields(body[name])) return body[name]
  return isFields(body["data"]) ? inner(body["data"], name) : body
}

const one = <A>(name: string, decode: (raw: Fields) => A): Decode<A> => ({ body }) =>
  Either.map(Either.fromNullable(inner(body, name), () => [`expected an object in "${name}"`]), decode)

const object = <A>(decode: (raw: Fields) => A): Decode<A> => ({ body }) =>
  // only a 204 comes here without a body: done, and nothing to tell
  isFields(body) || body === null ? Either.right(decode(body ?? {})) : Either.left(["expected an object"])

const accountOf = (body: unknown): unknown => isFields(body) ? body["account"] : undefined

const withAccount = <A, B>(decode: Decode<A>, make: (value: A, account: unknown, raw: unknown) => B): Decode<B> => (received) =>
  Either.map(decode(received), (value) => make(value, accountOf(received.body), received.body))

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
export const triggers: Decode<TriggerList> = withAccount(
  list("triggers", trigger),
  (triggers, account, raw) => ({ triggers, account, raw })
)
/** @internal */
export const triggerDetail: Decode<TriggerDetail> = withAccount(
  one("trigger", trigger),
  (trigger, account, raw) => ({ trigger, account, raw })
)
/** @internal */
export const subscribed = object((raw): Subscribed => ({
  created: boolean(raw, "created"),
  id: isFields(raw["subscriber"]) ? id(raw["subscriber"], "id") : undefined,
  subscriber: raw["subscriber"],
  raw
}))
/** @internal */
export const unsubscribed = object((raw): Unsubscribed => ({
  id: id(raw, "id"),
  deleted: boolean(raw, "deleted"),
  webhook: raw["webhook"],
  raw
}))
/** @internal */
export const acknowledged: Decode<Option.Option<unknown>> = ({ body }: Received) => Either.right(Option.fromNullable(body))
