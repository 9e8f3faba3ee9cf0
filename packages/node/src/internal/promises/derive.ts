import { type ConnectorFile, isConnectorFile } from "@effect-connectors/core/ConnectorFile"
import type { Page } from "@effect-connectors/core/Page"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Exit from "effect/Exit"
import * as Option from "effect/Option"
import * as Predicate from "effect/Predicate"
import * as Scope from "effect/Scope"
import * as Stream from "effect/Stream"
import type { Calls } from "./calls.js"
import { PromisedFile } from "./promisedFile.js"

type Operation = Effect.Effect<unknown, unknown> | Stream.Stream<unknown, unknown>

// to the compiler every effect is a stream too
const isStream = (u: unknown): u is Stream.Stream<unknown, unknown> =>
  !Effect.isEffect(u) && Predicate.hasProperty(u, Stream.StreamTypeId)
const isOperation = (u: unknown): u is Operation => Effect.isEffect(u) || isStream(u)
const isDownload = (key: PropertyKey, u: unknown): u is Effect.Effect<ConnectorFile, unknown, Scope.Scope> =>
  key === "download" && Effect.isEffect(u)
// the data of a server may have members of the same names
const isPage = (u: { readonly [x: PropertyKey]: unknown }): u is typeof u & Page =>
  Option.isOption(u["nextPosition"]) && Option.isOption(u["next"])
const hasOperations = (u: object): boolean =>
  Object.values(u).some((own) => typeof own === "function" || isOperation(own))

/**
 * The operations of a service for promises: an effect is a function that gives its promise, a stream one that gives an
 * async iterable, and a function gives what its result is in this form. `own` members are as they are.
 *
 * @internal
 */
export const derive = (operations: object, calls: Calls, own: object = {}): object =>
  new Proxy(operations, {
    get: (target, key): unknown => (key in own ? Reflect.get(own, key) : member(target, key, calls)),
    has: (target, key) => key in own || key in target
  })

const member = (target: object, key: PropertyKey, calls: Calls): unknown => {
  const value: unknown = Reflect.get(target, key)
  if (isDownload(key, value)) {
    const operation = (): unknown => calls.run(download(value, calls), operation)
    return operation
  }
  if (isOperation(value)) {
    const operation = (): unknown => start(value, calls, operation)
    return operation
  }
  if (typeof value === "function") {
    const operation = (...args: ReadonlyArray<unknown>): unknown => {
      const result: unknown = Reflect.apply(value, target, args)
      if (isOperation(result)) return start(result, calls, operation)
      return Predicate.isRecord(result) ? derive(result, calls) : result
    }
    return operation
  }
  return Predicate.isRecord(value) && hasOperations(value) ? derive(value, calls) : value
}

const start = (operation: Operation, calls: Calls, at: Function): unknown => {
  const show = (value: unknown): unknown => valueOf(value, calls)
  return Effect.isEffect(operation)
    ? calls.run(Effect.map(operation, show), at)
    : calls.iterate(async () => Stream.map(operation, show), at)
}

const valueOf = (value: unknown, calls: Calls): unknown => {
  if (Option.isOption(value)) return Option.getOrUndefined(value)
  if (Either.isEither(value)) return valueOf(Either.merge(value), calls)
  if (isConnectorFile(value)) return new PromisedFile(value, calls)
  if (Array.isArray(value)) return value.map((element) => toolOf(element, calls))
  if (!Predicate.isRecord(value)) return value
  if (isPage(value)) return pageOf(value, calls)
  return isConnectorFile(value["data"]) ? { ...value, data: new PromisedFile(value["data"], calls) } : value
}

const toolOf = (value: unknown, calls: Calls): unknown =>
  Predicate.isRecord(value) && typeof value["invokeSafely"] === "function" ? derive(value, calls) : value

const pageOf = (page: Page, calls: Calls): object => {
  const neighbor = (other: Page["next"]): unknown =>
    Option.getOrUndefined(
      Option.map(other, (read) => {
        const operation = (): unknown => start(read, calls, operation)
        return operation
      })
    )
  return {
    ...page,
    data: valueOf(page.data, calls),
    nextPosition: Option.getOrUndefined(page.nextPosition),
    prevPosition: Option.getOrUndefined(page.prevPosition),
    next: neighbor(page.next),
    prev: neighbor(page.prev)
  }
}

// what it is read from stays open until it is read or closed
const download = (
  file: Effect.Effect<ConnectorFile, unknown, Scope.Scope>,
  calls: Calls
): Effect.Effect<PromisedFile, unknown> =>
  Effect.flatMap(Scope.make(), (scope) =>
    Scope.extend(file, scope).pipe(
      Effect.onError((cause) => Scope.close(scope, Exit.failCause(cause))),
      Effect.map((received) => new PromisedFile(received, calls, Scope.close(scope, Exit.void)))
    )
  )
