import type * as Chunk from "effect/Chunk"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Option from "effect/Option"
import * as Scope from "effect/Scope"
import * as Stream from "effect/Stream"

type Run = <A, E>(effect: Effect.Effect<A, E>, stop: AbortSignal | undefined) => Promise<A>

/**
 * The elements of a stream as an async iterator: the next ones are pulled when they are asked for.
 *
 * @internal
 */
export class Elements<A, E> implements AsyncIterator<A, undefined> {
  readonly #open: () => Promise<Stream.Stream<A, E>>
  readonly #run: Run
  readonly #check: () => void
  readonly #stop = new AbortController()
  #scope: Scope.CloseableScope | undefined
  #pull: Effect.Effect<Chunk.Chunk<A>, Option.Option<E>> | undefined
  #pulled: Iterator<A> | undefined
  #last: Promise<unknown> = Promise.resolve()

  /** `check` throws when no further element is to be given. */
  constructor(open: () => Promise<Stream.Stream<A, E>>, run: Run, check: () => void) {
    this.#open = open
    this.#run = run
    this.#check = check
  }

  /** Calls that overlap get their elements in the order of the calls. */
  next(): Promise<IteratorResult<A, undefined>> {
    const next = this.#last.then(() => this.#next())
    this.#last = next.catch(() => undefined)
    return next
  }

  /** Ends the stream, also under a `next` that waits, and is done when its resources are released. */
  async return(): Promise<IteratorResult<A, undefined>> {
    this.#stop.abort()
    await this.#last
    await this.#close()
    return { done: true, value: undefined }
  }

  async #next(): Promise<IteratorResult<A, undefined>> {
    try {
      while (!this.#stop.signal.aborted) {
        this.#check()
        const element = this.#pulled?.next()
        if (element !== undefined && element.done !== true) return { done: false, value: element.value }
        const pull = this.#pull ?? (await this.#start())
        const chunk = await this.#run(Effect.catchAll(pull, endOrFail), this.#stop.signal)
        if (chunk === undefined) break
        this.#pulled = chunk[Symbol.iterator]()
      }
    } catch (error) {
      // it was left while it waited: its end is no failure
      if (!this.#stop.signal.aborted) {
        await this.#end()
        throw error
      }
    }
    await this.#end()
    return { done: true, value: undefined }
  }

  async #start(): Promise<Effect.Effect<Chunk.Chunk<A>, Option.Option<E>>> {
    // what it waits for may never come
    const stream = await Promise.race([this.#open(), rejected(this.#stop.signal)])
    const scope = (this.#scope = await this.#run(Scope.make(), undefined))
    return (this.#pull = await this.#run(Scope.extend(Stream.toPull(stream), scope), this.#stop.signal))
  }

  async #end(): Promise<void> {
    this.#stop.abort()
    await this.#close()
  }

  async #close(): Promise<void> {
    const scope = this.#scope
    this.#scope = undefined
    if (scope !== undefined) await Effect.runPromise(Scope.close(scope, Exit.void))
  }
}

const endOrFail = <E>(end: Option.Option<E>): Effect.Effect<undefined, E> =>
  Option.isNone(end) ? Effect.succeed(undefined) : Effect.fail(end.value)

const rejected = (signal: AbortSignal): Promise<never> =>
  new Promise((_, reject) => {
    signal.addEventListener("abort", () => reject(signal.reason), { once: true })
  })
