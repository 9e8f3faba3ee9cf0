import type { Action, ActionError, ActionOptions, Executed, Item, Parameters } from "./Action.js"
import type { ReadError } from "./ApiError.js"
import type { ActionInfo, ConnectorInfo } from "./Discovery.js"
import type { ActionsOf, ConnectorTypes, InputIn, InputOf, Name } from "./GeneratedTypes.js"
import type { Page, PageError } from "./Page.js"
import type * as Effect from "effect/Effect"
import type * as Either from "effect/Either"
import type * as Schema from "effect/Schema"
import type * as Stream from "effect/Stream"

export interface OutputOptions<A, I> extends ActionOptions {
  readonly output?: Schema.Schema<A, I> | undefined
}
export interface ActionCalls {
  readonly execute: (
    action: string,
    input?: Parameters,
    options?: ActionOptions
  ) => Effect.Effect<Executed, ActionError>
  readonly either: (
    action: string,
    input?: Parameters,
    options?: ActionOptions
  ) => Effect.Effect<Either.Either<Executed, Executed>, ActionError>
  readonly run: <A = unknown, I = unknown>(
    action: string,
    input?: Parameters,
    options?: OutputOptions<A, I>
  ) => Effect.Effect<Page<A>, PageError>
  readonly pages: <A = unknown, I = unknown>(
    action: string,
    input?: Parameters,
    options?: OutputOptions<A, I>
  ) => Stream.Stream<Page<A>, PageError>
  readonly items: <A = unknown, I = unknown>(
    action: string,
    input?: Parameters,
    options?: OutputOptions<A, I>
  ) => Stream.Stream<Item<A>, PageError>
}
export interface TypedActionCalls<Actions> {
  readonly execute: <N extends Name<Actions>>(
    action: N,
    input?: InputOf<Actions, N, Parameters>,
    options?: ActionOptions
  ) => Effect.Effect<Executed, ActionError>
  readonly either: <N extends Name<Actions>>(
    action: N,
    input?: InputOf<Actions, N, Parameters>,
    options?: ActionOptions
  ) => Effect.Effect<Either.Either<Executed, Executed>, ActionError>
  readonly run: <A = unknown, I = unknown, N extends Name<Actions> = string>(
    action: N,
    input?: InputOf<Actions, N, Parameters>,
    options?: OutputOptions<A, I>
  ) => Effect.Effect<Page<A>, PageError>
  readonly pages: <A = unknown, I = unknown, N extends Name<Actions> = string>(
    action: N,
    input?: InputOf<Actions, N, Parameters>,
    options?: OutputOptions<A, I>
  ) => Stream.Stream<Page<A>, PageError>
  readonly items: <A = unknown, I = unknown, N extends Name<Actions> = string>(
    action: N,
    input?: InputOf<Actions, N, Parameters>,
    options?: OutputOptions<A, I>
  ) => Stream.Stream<Item<A>, PageError>
}
export interface UnboundActionCalls {
  readonly execute: <C extends Name<ConnectorTypes>, N extends Name<ActionsOf<ConnectorTypes, C>>>(
    connector: C,
    action: N,
    input?: InputIn<ConnectorTypes, C, N, Parameters>,
    options?: ActionOptions
  ) => Effect.Effect<Executed, ActionError>
  readonly either: <C extends Name<ConnectorTypes>, N extends Name<ActionsOf<ConnectorTypes, C>>>(
    connector: C,
    action: N,
    input?: InputIn<ConnectorTypes, C, N, Parameters>,
    options?: ActionOptions
  ) => Effect.Effect<Either.Either<Executed, Executed>, ActionError>
  readonly run: <
    A = unknown,
    I = unknown,
    C extends Name<ConnectorTypes> = string,
    N extends Name<ActionsOf<ConnectorTypes, C>> = string
  >(
    connector: C,
    action: N,
    input?: InputIn<ConnectorTypes, C, N, Parameters>,
    options?: OutputOptions<A, I>
  ) => Effect.Effect<Page<A>, PageError>
  readonly pages: <
    A = unknown,
    I = unknown,
    C extends Name<ConnectorTypes> = string,
    N extends Name<ActionsOf<ConnectorTypes, C>> = string
  >(
    connector: C,
    action: N,
    input?: InputIn<ConnectorTypes, C, N, Parameters>,
    options?: OutputOptions<A, I>
  ) => Stream.Stream<Page<A>, PageError>
  readonly items: <
    A = unknown,
    I = unknown,
    C extends Name<ConnectorTypes> = string,
    N extends Name<ActionsOf<ConnectorTypes, C>> = string
  >(
    connector: C,
    action: N,
    input?: InputIn<ConnectorTypes, C, N, Parameters>,
    options?: OutputOptions<A, I>
  ) => Stream.Stream<Item<A>, PageError>
}
export interface ConnectorHandle extends ActionCalls {
  readonly name: string
  readonly actions: Effect.Effect<ReadonlyArray<ActionInfo>, ReadError>
  readonly info: Effect.Effect<ConnectorInfo, ReadError>
  readonly action: (name: string) => Action
  readonly refresh: Effect.Effect<void>
}
export interface TypedConnectorHandle<Actions>
  extends Omit<ConnectorHandle, keyof ActionCalls | "action">, TypedActionCalls<Actions> {
  readonly action: <N extends Name<Actions>>(name: N) => Action<unknown, InputOf<Actions, N, Parameters>>
}
export type ConnectorOf<C extends string> = [C] extends [keyof ConnectorTypes]
  ? TypedConnectorHandle<ConnectorTypes[C]>
  : ConnectorHandle
