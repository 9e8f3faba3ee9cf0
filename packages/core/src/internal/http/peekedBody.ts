import * as Cause from "effect/Cause"
import * as Chunk from "effect/Chunk"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Option from "effect/Option"
import * as Scope from "effect/Scope"
import * as Stream from "effect/Stream"
import { concat } from "../data/concat.js"

const startsObject = (text: string): boolean | undefined => {
  const content = text.trimStart()
  return content === "" ? undefined : content.startsWith("{")
}

/**
 * A body whose type nobody has said: read to its end when it begins as an object does and is within the limit, else a
 * stream of the whole of it.
 *
 * @internal
 */
export const peeked = <E>(
  body: Stream.Stream<Uint8Array, E>,
  maxBytes: number,
  scope: Scope.Scope
): Effect.Effect<Uint8Array | Stream.Stream<Uint8Array, E>> =>
  Effect.gen(function* () {
    const pull = yield* Scope.extend(Stream.toPull(body), scope)
    const decoder = new TextDecoder()
    const held: Array<Uint8Array> = []
    let size = 0
    let isObject: boolean | undefined = undefined
    while (isObject !== false && size <= maxBytes) {
      const exit = yield* Effect.exit(pull)
      if (Exit.isFailure(exit)) {
        const ended = Option.flatten(Exit.causeOption(exit).pipe(Option.map(Cause.failureOption)))
        if (Option.isSome(ended) && Option.isNone(ended.value)) return concat(held)
        return Stream.concat(Stream.fromIterable(held), Stream.fromPull(Effect.succeed(Effect.failCause(exit.cause))))
      }
      for (const chunk of Chunk.toReadonlyArray(exit.value)) {
        held.push(chunk)
        size += chunk.byteLength
        isObject ??= startsObject(decoder.decode(chunk, { stream: true }))
      }
    }
    return Stream.concat(Stream.fromIterable(held), Stream.fromPull(Effect.succeed(pull)))
  })
