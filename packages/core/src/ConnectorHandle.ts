/**
 * What can be done with one connector of BOSA / GL Connectors.
 *
 * @since 0.2.0
 */
import type * as Effect from "effect/Effect"
import type * as Schema from "effect/Schema"
import type * as Stream from "effect/Stream"
import type { Action, ActionError, Executed, Item, ActionOptions, Parameters } from "./Action.js"
import type { ReadError } from "./ApiError.js"
import type { ActionInfo, ConnectorInfo } from "./Discovery.js"
import type { ActionsOf, ConnectorTypes, InputIn, InputOf, Name } from "./GeneratedTypes.js"
import type * as Either from "effect/Either"
import type { Page, PageError } from "./Page.js"

/**
 * Options of a call whose data is decoded.
 *
 * @since 0.2.0
 * @category models
 */
export interface OutputOptions<A, I> extends ActionOptions {
  /** Decodes the data of each page. */
  readonly output?: Schema.Schema<A, I> | undefined
}

/**
 * How actions are run by name; the same as the combinators of `Action`, in one call.
 *
 * @since 0.2.0
 * @category models
 */
export interface ActionCalls {
  /** The whole response. A status outside of 2xx is a failure that still has its body. */
  readonly execute: (
    action: string,
    input?: Parameters,
    options?: ActionOptions
  ) => Effect.Effect<Executed, ActionError>
  /** The whole response at any status: right for 2xx, left for the rest. */
  readonly either: (
    action: string,
    input?: Parameters,
    options?: ActionOptions
  ) => Effect.Effect<Either.Either<Executed, Executed>, ActionError>
  /** The response as a page. */
  readonly run: <A = unknown, I = unknown>(
    action: string,
    input?: Parameters,
    options?: OutputOptions<A, I>
  ) => Effect.Effect<Page<A>, PageError>
  /** All pages, each read when the one before was taken. */
  readonly pages: <A = unknown, I = unknown>(
    action: string,
    input?: Parameters,
    options?: OutputOptions<A, I>
  ) => Stream.Stream<Page<A>, PageError>
  /** The items of all pages. */
  readonly items: <A = unknown, I = unknown>(
    action: string,
    input?: Parameters,
    options?: OutputOptions<A, I>
  ) => Stream.Stream<Item<A>, PageError>
}

/**
 * The calls of a connector for which types were generated: those of {@link ActionCalls}, with the parameters that
 * `Actions` has for the action. An action that is not there takes any.
 *
 * @since 0.5.0
 * @category models
 */
export interface TypedActionCalls<Actions> {
  /** The whole response. A status outside of 2xx is a failure that still has its body. */
  readonly execute: <N extends Name<Actions>>(
    action: N,
    input?: InputOf<Actions, N, Parameters>,
    options?: ActionOptions
  ) => Effect.Effect<Executed, ActionError>
  /** The whole response at any status: right for 2xx, left for the rest. */
  readonly either: <N extends Name<Actions>>(
    action: N,
    input?: InputOf<Actions, N, Parameters>,
    options?: ActionOptions
  ) => Effect.Effect<Either.Either<Executed, Executed>, ActionError>
  /** The response as a page. */
  readonly run: <A = unknown, I = unknown, N extends Name<Actions> = string>(
    action: N,
    input?: InputOf<Actions, N, Parameters>,
    options?: OutputOptions<A, I>
  ) => Effect.Effect<Page<A>, PageError>
  /** All pages, each read when the one before was taken. */
  readonly pages: <A = unknown, I = unknown, N extends Name<Actions> = string>(
    action: N,
    input?: InputOf<Actions, N, Parameters>,
    options?: OutputOptions<A, I>
  ) => Stream.Stream<Page<A>, PageError>
  /** The items of all pages. */
  readonly items: <A = unknown, I = unknown, N extends Name<Actions> = string>(
    action: N,
    input?: InputOf<Actions, N, Parameters>,
    options?: OutputOptions<A, I>
  ) => Stream.Stream<Item<A>, PageError>
}

/**
 * The calls with the name of the connector first, typed where types were generated for it.
 *
 * @since 0.5.0
 * @category models
 */
export interface UnboundActionCalls {
  /** The whole response. A status outside of 2xx is a failure that still has its body. */
  readonly execute: <C extends Name<ConnectorTypes>, N extends Name<ActionsOf<ConnectorTypes, C>>>(
    connector: C,
    action: N,
    input?: InputIn<ConnectorTypes, C, N, Parameters>,
    options?: ActionOptions
  ) => Effect.Effect<Executed, ActionError>
  /** The whole response at any status: right for 2xx, left for the rest. */
  readonly either: <C extends Name<ConnectorTypes>, N extends Name<ActionsOf<ConnectorTypes, C>>>(
    connector: C,
    action: N,
    input?: InputIn<ConnectorTypes, C, N, Parameters>,
    options?: ActionOptions
  ) => Effect.Effect<Either.Either<Executed, Executed>, ActionError>
  /** The response as a page. */
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
  /** All pages, each read when the one before was taken. */
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
  /** The items of all pages. */
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

/**
 * A connector. Nothing is requested before it is needed; what discovery says is kept and shared.
 *
 * @since 0.2.0
 * @category models
 */
export interface ConnectorHandle extends ActionCalls {
  readonly name: string
  /** Its actions in the server's order. */
  readonly actions: Effect.Effect<ReadonlyArray<ActionInfo>, ReadError>
  /** The same with what had to be skipped. */
  readonly info: Effect.Effect<ConnectorInfo, ReadError>
  /** An action as a value. */
  readonly action: (name: string) => Action
  /** Forgets what discovery said: the next use asks again. */
  readonly refresh: Effect.Effect<void>
}

/**
 * A connector for which types were generated. It can be given where a {@link ConnectorHandle} is taken.
 *
 * @since 0.5.0
 * @category models
 */
export interface TypedConnectorHandle<Actions>
  extends Omit<ConnectorHandle, keyof ActionCalls | "action">, TypedActionCalls<Actions> {
  /** An action as a value. */
  readonly action: <N extends Name<Actions>>(name: N) => Action<unknown, InputOf<Actions, N, Parameters>>
}

/**
 * The connector of a name, typed where types were generated for it.
 *
 * @since 0.5.0
 * @category models
 */
export type ConnectorOf<C extends string> = [C] extends [keyof ConnectorTypes]
  ? TypedConnectorHandle<ConnectorTypes[C]>
  : ConnectorHandle
