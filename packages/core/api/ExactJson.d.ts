import type * as Option from "effect/Option"

export type Value = null | boolean | number | bigint | string | ReadonlyArray<Value> | ValueFields
export interface ValueFields {
  readonly [name: string]: Value
}
export declare const parse: (text: string) => Option.Option<Value>
export declare const stringify: (value: unknown, space?: number) => string | undefined
