/**
 * The operations of both platforms as a program of Promises sees them.
 *
 * @since 0.5.0
 */
import type { Action, ActionOptions, Change, Executed, Item, Parameters } from "@effect-connectors/core/Action"
import type { ActionTool } from "@effect-connectors/core/ActionTools"
import type { BosaApi } from "@effect-connectors/core/BosaApi"
import type * as ConnectionHandle from "@effect-connectors/core/ConnectionHandle"
import type { ConnectionsApi } from "@effect-connectors/core/ConnectionsApi"
import type { ConnectorFile } from "@effect-connectors/core/ConnectorFile"
import type * as ConnectorHandle from "@effect-connectors/core/ConnectorHandle"
import type {
  ActionsOf,
  ConnectionTypes,
  ConnectorTypes,
  InputIn,
  InputOf,
  Name
} from "@effect-connectors/core/GeneratedTypes"
import type * as Job from "@effect-connectors/core/Job"
import type { JobRef } from "@effect-connectors/core/JobRef"
import type * as Jobs from "@effect-connectors/core/Jobs"
import type * as Page from "@effect-connectors/core/Page"
import type * as Effect from "effect/Effect"
import type * as Either from "effect/Either"
import type * as Option from "effect/Option"
import type * as Stream from "effect/Stream"

/**
 * An operation of a service in its form for Promises: an effect is a function that gives its Promise, a stream one that
 * gives an async iterable, a function gives what its result is in this form.
 *
 * @since 0.5.0
 * @category models
 */
export type Promised<T> =
  // to the compiler every effect is a stream too
  T extends Effect.Effect<infer A, unknown, unknown>
    ? () => Promise<Value<A>>
    : T extends Stream.Stream<infer A, unknown, unknown>
      ? () => AsyncIterable<Value<A>>
      : T extends (...args: infer Args) => infer Result
        ? (...args: Args) => Started<Result>
        : T extends object
          ? { readonly [K in keyof T]: Promised<T[K]> }
          : T

/**
 * What a function of a service gives, in its form for Promises.
 *
 * @since 0.5.0
 * @category models
 */
export type Started<T> =
  T extends Effect.Effect<infer A, unknown, unknown>
    ? Promise<Value<A>>
    : T extends Stream.Stream<infer A, unknown, unknown>
      ? AsyncIterable<Value<A>>
      : Promised<T>

/**
 * A value as a Promise gives it: `undefined` for none, the response of `either` at any status, a page whose neighbors
 * are read by functions, a file that is read by functions.
 *
 * @since 0.5.0
 * @category models
 */
export type Value<A> =
  A extends Option.Option<infer Some>
    ? Some | undefined
    : A extends Either.Either<infer Right, infer Left>
      ? Right | Left
      : A extends Page.Page<infer Data>
        ? PromisedPage<Data>
        : A extends ConnectorFile
          ? ReceivedFile
          : A extends ReadonlyArray<ActionTool>
            ? ReadonlyArray<Promised<ActionTool>>
            : A

/**
 * A page of the items of an action.
 *
 * @since 0.5.0
 * @category models
 */
export interface PromisedPage<A = unknown> extends Omit<
  Page.Page<A>,
  "nextPosition" | "prevPosition" | "next" | "prev"
> {
  /** Where the next page is, to go on from there later with the option `from`. */
  readonly nextPosition: Page.Position | undefined
  readonly prevPosition: Page.Position | undefined
  /** Fetches the next page with the same parameters; `undefined` at the end. */
  readonly next: (() => Promise<PromisedPage<A>>) | undefined
  /** Fetches the page before; `undefined` at the start. */
  readonly prev: (() => Promise<PromisedPage<A>>) | undefined
}

/**
 * A file that was received. It is read once, unless it was small enough to be in memory.
 *
 * @since 0.5.0
 * @category models
 */
export interface ReceivedFile {
  /** The same file as operations take it, such as to send it on. */
  readonly file: ConnectorFile
  readonly filename: string | undefined
  readonly contentType: string | undefined
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>
  /** In bytes, where it is known before it is read. */
  readonly size: number | undefined
  /** Its content, piece by piece. Leaving the loop stops it. */
  readonly stream: () => AsyncIterable<Uint8Array>
  /** Its whole content. */
  readonly bytes: () => Promise<Uint8Array>
  /** Gives back the connection of a `download` that is not read. */
  readonly close: () => Promise<void>
}

/**
 * An action with its parameters and options.
 *
 * @since 0.5.0
 * @category models
 */
export interface PromisedAction<A = unknown, P = Parameters> extends Promised<
  Omit<Action<A, P>, "with" | "decoding" | "pipe" | "given" | "options">
> {
  readonly given: Parameters
  readonly options: ActionOptions
  /** The same action with more parameters or other options; what is not given stays. */
  readonly with: (change: Change) => PromisedAction<A, P>
  /** The same action whose pages' data is decoded. */
  readonly decoding: <B>(decode: (data: unknown) => Either.Either<B, ReadonlyArray<string>>) => PromisedAction<B, P>
}

/**
 * What can be waited for: a reference, or what an execute gave.
 *
 * @since 0.5.0
 * @category models
 */
export type JobTarget = JobRef | JobRef.Encoded | Job.Execution

/**
 * Options with `onSubmitted` as a function that may give a Promise: it is waited for before the first poll.
 *
 * @since 0.5.0
 * @category models
 */
export type WithPromises<Options> = Omit<Options, "onSubmitted"> & {
  readonly onSubmitted?: ((job: JobRef) => Promise<void> | void) | undefined
}

/**
 * Following jobs.
 *
 * @since 0.5.0
 * @category models
 */
export interface JobsOperations extends Promised<Pick<Jobs.Jobs, "get" | "stats" | "wake">> {
  /** `Progress` as it changes, then one `Completed`. Leaving the loop stops the polls and never cancels the job. */
  readonly watch: <B = unknown, I = unknown>(
    job: JobRef | JobRef.Encoded,
    options?: Omit<Jobs.FollowOptions<B, I>, "onSubmitted">
  ) => AsyncIterable<Job.WatchEvent<B>>
  /** `Submitted`, `Progress` as it changes, one `Completed`. Leaving the loop stops the polls and never cancels the job. */
  readonly follow: <B = unknown, I = unknown>(
    target: JobTarget | Promise<JobTarget>,
    options?: WithPromises<Jobs.FollowOptions<B, I>>
  ) => AsyncIterable<Job.JobEvent<B>>
  /** Waits for the end and gives the result. */
  readonly result: <B = unknown, I = unknown>(
    target: JobTarget | Promise<JobTarget>,
    options?: WithPromises<Jobs.FollowOptions<B, I>>
  ) => Promise<B>
  /** Executes many, at most `concurrency` at once, and gives their results. Each function starts one execute. */
  readonly results: <B = unknown, I = unknown, F extends "end" | "value" = "end", V extends boolean = false>(
    source: Iterable<Execute> | AsyncIterable<Execute>,
    options?: WithPromises<Jobs.ResultsOptions<B, I, F, unknown, never, V>>
  ) => AsyncIterable<Jobs.ResultsElement<B, unknown, F, V>>
}

/**
 * Starts one execute. The signal is the one that `results` was called with: give it on by `client.with({ signal })`, so that
 * what is under way ends with it. Leaving the loop waits for the responses of what is under way.
 *
 * @since 0.5.0
 * @category models
 */
export type Execute = (signal: AbortSignal) => Promise<Job.Execution>

/**
 * The saved actions of a connection, typed where types were generated for it.
 *
 * @since 0.5.0
 * @category models
 */
export interface ActionOperations<Actions> extends Promised<Omit<ConnectionHandle.ActionOperations, "execute">> {
  readonly execute: <N extends Name<Actions>>(
    action: N,
    body?: ConnectionHandle.BodyOf<InputOf<Actions, N, ConnectionHandle.Parameters>>,
    options?: ConnectionHandle.ActionExecuteOptions
  ) => Promise<Job.Execution>
}

/**
 * One connection: all that can be done on it.
 *
 * @since 0.5.0
 * @category models
 */
export interface Connection<Actions> extends Promised<Omit<ConnectionHandle.ConnectionHandle, "actions">> {
  readonly actions: ActionOperations<Actions>
}

/**
 * The saved actions with the slug of their connection first.
 *
 * @since 0.5.0
 * @category models
 */
export interface UnboundActionOperations extends Promised<Omit<ConnectionHandle.UnboundActionOperations, "execute">> {
  readonly execute: <S extends Name<ConnectionTypes>, N extends Name<ActionsOf<ConnectionTypes, S>>>(
    slug: S,
    action: N,
    body?: [S] extends [keyof ConnectionTypes]
      ? ConnectionHandle.BodyOf<InputOf<ConnectionTypes[S], N, ConnectionHandle.Parameters>>
      : ConnectionHandle.ActionBody,
    options?: ConnectionHandle.ActionExecuteOptions
  ) => Promise<Job.Execution>
}

/**
 * The operations of Connections.
 *
 * @since 0.5.0
 * @category models
 */
export interface ConnectionsOperations extends Promised<
  Omit<ConnectionsApi.Service, "connection" | "actions" | "jobs">
> {
  readonly connection: <S extends Name<ConnectionTypes>>(slug: S) => Connection<ActionsOf<ConnectionTypes, S>>
  readonly actions: UnboundActionOperations
  readonly jobs: JobsOperations
}

/**
 * One connector: its actions by name, typed where types were generated for it.
 *
 * @since 0.5.0
 * @category models
 */
export interface Connector<Actions> extends Promised<
  Omit<ConnectorHandle.ConnectorHandle, keyof ConnectorHandle.ActionCalls | "action">
> {
  readonly execute: <N extends Name<Actions>>(
    action: N,
    input?: InputOf<Actions, N, Parameters>,
    options?: ActionOptions
  ) => Promise<Executed>
  /** The whole response at any status. */
  readonly either: <N extends Name<Actions>>(
    action: N,
    input?: InputOf<Actions, N, Parameters>,
    options?: ActionOptions
  ) => Promise<Executed>
  readonly run: <A = unknown, I = unknown, N extends Name<Actions> = string>(
    action: N,
    input?: InputOf<Actions, N, Parameters>,
    options?: ConnectorHandle.OutputOptions<A, I>
  ) => Promise<PromisedPage<A>>
  readonly pages: <A = unknown, I = unknown, N extends Name<Actions> = string>(
    action: N,
    input?: InputOf<Actions, N, Parameters>,
    options?: ConnectorHandle.OutputOptions<A, I>
  ) => AsyncIterable<PromisedPage<A>>
  readonly items: <A = unknown, I = unknown, N extends Name<Actions> = string>(
    action: N,
    input?: InputOf<Actions, N, Parameters>,
    options?: ConnectorHandle.OutputOptions<A, I>
  ) => AsyncIterable<Item<A>>
  /** An action with its parameters and options. */
  readonly action: <N extends Name<Actions>>(name: N) => PromisedAction<unknown, InputOf<Actions, N, Parameters>>
}

/**
 * The operations of BOSA / GL Connectors.
 *
 * @since 0.5.0
 * @category models
 */
export interface BosaOperations extends Promised<
  Omit<BosaApi.Service, keyof ConnectorHandle.UnboundActionCalls | "connect">
> {
  readonly connect: <C extends Name<ConnectorTypes>>(connector: C) => Connector<ActionsOf<ConnectorTypes, C>>
  readonly execute: <C extends Name<ConnectorTypes>, N extends Name<ActionsOf<ConnectorTypes, C>>>(
    connector: C,
    action: N,
    input?: InputIn<ConnectorTypes, C, N, Parameters>,
    options?: ActionOptions
  ) => Promise<Executed>
  /** The whole response at any status. */
  readonly either: <C extends Name<ConnectorTypes>, N extends Name<ActionsOf<ConnectorTypes, C>>>(
    connector: C,
    action: N,
    input?: InputIn<ConnectorTypes, C, N, Parameters>,
    options?: ActionOptions
  ) => Promise<Executed>
  readonly run: <
    A = unknown,
    I = unknown,
    C extends Name<ConnectorTypes> = string,
    N extends Name<ActionsOf<ConnectorTypes, C>> = string
  >(
    connector: C,
    action: N,
    input?: InputIn<ConnectorTypes, C, N, Parameters>,
    options?: ConnectorHandle.OutputOptions<A, I>
  ) => Promise<PromisedPage<A>>
  readonly pages: <
    A = unknown,
    I = unknown,
    C extends Name<ConnectorTypes> = string,
    N extends Name<ActionsOf<ConnectorTypes, C>> = string
  >(
    connector: C,
    action: N,
    input?: InputIn<ConnectorTypes, C, N, Parameters>,
    options?: ConnectorHandle.OutputOptions<A, I>
  ) => AsyncIterable<PromisedPage<A>>
  readonly items: <
    A = unknown,
    I = unknown,
    C extends Name<ConnectorTypes> = string,
    N extends Name<ActionsOf<ConnectorTypes, C>> = string
  >(
    connector: C,
    action: N,
    input?: InputIn<ConnectorTypes, C, N, Parameters>,
    options?: ConnectorHandle.OutputOptions<A, I>
  ) => AsyncIterable<Item<A>>
}
