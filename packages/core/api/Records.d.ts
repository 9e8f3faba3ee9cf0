export interface Connection {
  readonly slug: string | undefined
  readonly displayName: string | undefined
  readonly description: string | undefined
  readonly active: boolean | undefined
  readonly authorized: boolean | undefined
  readonly relayId: string | number | undefined
  readonly templateId: string | number | undefined
  readonly raw: unknown
}
export interface SavedAction {
  readonly slug: string | undefined
  readonly displayName: string | undefined
  readonly description: string | undefined
  readonly connection: string | undefined
  readonly raw: unknown
}
export interface Field {
  readonly name: string | undefined
  readonly type: string | undefined
  readonly required: boolean | undefined
  readonly description: string | undefined
  readonly raw: unknown
}
export interface Trigger {
  readonly slug: string | undefined
  readonly displayName: string | undefined
  readonly description: string | undefined
  readonly inputs: unknown
  readonly subscriptions: ReadonlyArray<unknown>
  readonly raw: unknown
}
export interface TriggerList {
  readonly triggers: ReadonlyArray<Trigger>
  readonly account: unknown
  readonly raw: unknown
}
export interface TriggerDetail {
  readonly trigger: Trigger
  readonly account: unknown
  readonly raw: unknown
}
export interface Subscribed {
  readonly created: boolean | undefined
  readonly id: string | number | undefined
  readonly subscriber: unknown
  readonly raw: unknown
}
export interface Unsubscribed {
  readonly id: string | number | undefined
  readonly deleted: boolean | undefined
  readonly webhook: unknown
  readonly raw: unknown
}
