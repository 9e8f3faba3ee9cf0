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

export type Promised<T> =
  T extends Effect.Effect<infer A, unknown, unknown>
    ? () => Promise<Value<A>>
    : T extends Stream.Stream<infer A, unknown, unknown>
      ? () => AsyncIterable<Value<A>>
      : T extends (...args: infer Args) => infer Result
        ? (...args: Args) => Started<Result>
        : T extends object
          ? {
              readonly [K in keyof T]: Promised<T[K]>
            }
          : T
export type Started<T> =
  T extends Effect.Effect<infer A, unknown, unknown>
    ? Promise<Value<A>>
    : T extends Stream.Stream<infer A, unknown, unknown>
      ? AsyncIterable<Value<A>>
      : Promised<T>
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
export interface PromisedPage<A = unknown> extends Omit<
  Page.Page<A>,
  "nextPosition" | "prevPosition" | "next" | "prev"
> {
  readonly nextPosition: Page.Position | undefined
  readonly prevPosition: Page.Position | undefined
  readonly next: (() => Promise<PromisedPage<A>>) | undefined
  readonly prev: (() => Promise<PromisedPage<A>>) | undefined
}
export interface ReceivedFile {
  readonly file: ConnectorFile
  readonly filename: string | undefined
  readonly contentType: string | undefined
  readonly headers: Readonly<Record<string, string>>
  readonly size: number | undefined
  readonly stream: () => AsyncIterable<Uint8Array>
  readonly bytes: () => Promise<Uint8Array>
  readonly close: () => Promise<void>
}
export interface PromisedAction<A = unknown, P = Parameters> extends Promised<
  Omit<Action<A, P>, "with" | "decoding" | "pipe" | "given" | "options">
> {
  readonly given: Parameters
  readonly options: ActionOptions
  readonly with: (change: Change) => PromisedAction<A, P>
  readonly decoding: <B>(decode: (data: unknown) => Either.Either<B, ReadonlyArray<string>>) => PromisedAction<B, P>
}
export type JobTarget = JobRef | JobRef.Encoded | Job.Execution
export type WithPromises<Options> = Omit<Options, "onSubmitted"> & {
  readonly onSubmitted?: ((job: JobRef) => Promise<void> | void) | undefined
}
export interface JobsOperations extends Promised<Pick<Jobs.Jobs, "get" | "stats" | "wake">> {
  readonly watch: <B = unknown, I = unknown>(
    job: JobRef | JobRef.Encoded,
    options?: Omit<Jobs.FollowOptions<B, I>, "onSubmitted">
  ) => AsyncIterable<Job.WatchEvent<B>>
  readonly follow: <B = unknown, I = unknown>(
    target: JobTarget | Promise<JobTarget>,
    options?: WithPromises<Jobs.FollowOptions<B, I>>
  ) => AsyncIterable<Job.JobEvent<B>>
  readonly result: <B = unknown, I = unknown>(
    target: JobTarget | Promise<JobTarget>,
    options?: WithPromises<Jobs.FollowOptions<B, I>>
  ) => Promise<B>
  readonly results: <B = unknown, I = unknown, F extends "end" | "value" = "end", V extends boolean = false>(
    source: Iterable<Execute> | AsyncIterable<Execute>,
    options?: WithPromises<Jobs.ResultsOptions<B, I, F, unknown, never, V>>
  ) => AsyncIterable<Jobs.ResultsElement<B, unknown, F, V>>
}
export type Execute = (signal: AbortSignal) => Promise<Job.Execution>
export interface ActionOperations<Actions> extends Promised<Omit<ConnectionHandle.ActionOperations, "execute">> {
  readonly execute: <N extends Name<Actions>>(
    action: N,
    body?: ConnectionHandle.BodyOf<InputOf<Actions, N, ConnectionHandle.Parameters>>,
    options?: ConnectionHandle.ActionExecuteOptions
  ) => Promise<Job.Execution>
}
export interface Connection<Actions> extends Promised<Omit<ConnectionHandle.ConnectionHandle, "actions">> {
  readonly actions: ActionOperations<Actions>
}
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
export interface ConnectionsOperations extends Promised<
  Omit<ConnectionsApi.Service, "connection" | "actions" | "jobs">
> {
  readonly connection: <S extends Name<ConnectionTypes>>(slug: S) => Connection<ActionsOf<ConnectionTypes, S>>
  readonly actions: UnboundActionOperations
  readonly jobs: JobsOperations
}
export interface Connector<Actions> extends Promised<
  Omit<ConnectorHandle.ConnectorHandle, keyof ConnectorHandle.ActionCalls | "action">
> {
  readonly execute: <N extends Name<Actions>>(
    action: N,
    input?: InputOf<Actions, N, Parameters>,
    options?: ActionOptions
  ) => Promise<Executed>
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
  readonly action: <N extends Name<Actions>>(name: N) => PromisedAction<unknown, InputOf<Actions, N, Parameters>>
}
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
