/**
 * A file of tokens, which its owner alone can read.
 */
import { decode, encode, type TokenStore } from "@effect-connectors/core/TokenStore"
import type { UserToken } from "@effect-connectors/core/Users"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Predicate from "effect/Predicate"
import { constants } from "node:fs"
import * as Fs from "node:fs/promises"
import * as Path from "node:path"
import { codeOf } from "./errorCodes.js"
import { flaw, noFollow, replaceWith } from "./ownerOnlyFile.js"
import { remove, temporaryNextTo } from "./fileWriting.js"

type Tokens = Map<string, UserToken>

// thousands of tokens; whatever is larger is something else
const maxBytes = 4 * 1024 * 1024

const corrupt = "CORRUPT"

const attempt = <A>(evaluate: () => Promise<A>): Effect.Effect<A, string> =>
  Effect.tryPromise({ try: evaluate, catch: codeOf })

type Content =
  | { readonly _tag: "Tokens"; readonly tokens: Tokens }
  /** Nothing that can be used, and why. */
  | { readonly _tag: "Unusable"; readonly code: string }

const empty: Content = { _tag: "Tokens", tokens: new Map() }

const unusable = (code: string): Content => ({ _tag: "Unusable", code })

const parsed = (text: string): Content => {
  try {
    const body: unknown = JSON.parse(text)
    const listed = Predicate.hasProperty(body, "tokens") ? body.tokens : undefined
    if (!Predicate.isRecord(listed)) return unusable(corrupt)
    const tokens: Tokens = new Map()
    for (const [key, value] of Object.entries(listed)) {
      const token = decode(value)
      if (Option.isSome(token)) tokens.set(key, token.value)
    }
    return { _tag: "Tokens", tokens }
  } catch {
    return unusable(corrupt)
  }
}

const contentOf = (path: string): Promise<Content> =>
  Fs.open(path, constants.O_RDONLY | noFollow).then(
    async (handle) => {
      try {
        const found = await handle.stat()
        const wrong = flaw(found) ?? (found.size > maxBytes ? corrupt : undefined)
        return wrong === undefined ? parsed(await handle.readFile("utf8")) : unusable(wrong)
      } finally {
        await handle.close()
      }
    },
    (error: unknown) => (codeOf(error) === "ENOENT" ? empty : unusable(codeOf(error)))
  )

const read = (path: string): Effect.Effect<Content> =>
  Effect.catchAll(
    attempt(() => contentOf(path)),
    (code) => Effect.succeed(unusable(code))
  )

const write = (path: string, tokens: Tokens): Effect.Effect<void, string> => {
  const temporary = temporaryNextTo(path)
  const encoded = Object.fromEntries([...tokens].map(([key, token]) => [key, encode(token)]))
  const text = `${JSON.stringify({ version: 1, tokens: encoded }, undefined, 2)}\n`
  const written = attempt(() => replaceWith(path, temporary, text))
  return Effect.ensuring(written, remove(temporary))
}

// two stores of one file take turns too
const turns = new Map<string, Effect.Semaphore>()

const turnOf = (path: string): Effect.Semaphore => {
  const known = turns.get(path)
  if (known !== undefined) return known
  const made = Effect.unsafeMakeSemaphore(1)
  turns.set(path, made)
  return made
}

const warned = (path: string, code: string): Effect.Effect<void> =>
  Effect.logWarning(`${path} cannot be used as a file of tokens (${code}), and is treated as empty`)

/** The store; fails with a code when the path is not to be used. */
export const open = Effect.fnUntraced(function* (given: string): Effect.fn.Return<TokenStore, string> {
  const path = Path.resolve(given)
  const found = yield* Effect.catchAll(
    attempt(() => Fs.lstat(path)),
    (code) => (code === "ENOENT" ? Effect.succeed(undefined) : Effect.fail(code))
  )
  const wrong = found === undefined ? undefined : flaw(found)
  if (wrong !== undefined) return yield* Effect.fail(wrong)
  yield* attempt(() => Fs.mkdir(Path.dirname(path), { recursive: true, mode: 0o700 }))
  const turn = turnOf(path)

  const usable: Effect.Effect<Tokens> = Effect.flatMap(read(path), (content) =>
    content._tag === "Tokens"
      ? Effect.succeed(content.tokens)
      : Effect.as(warned(path, content.code), new Map<string, UserToken>())
  )

  // what another program wrote there is not lost, and what cannot even be read is left alone
  const setAside = (code: string): Effect.Effect<Tokens, string> =>
    code === corrupt
      ? warned(path, code).pipe(
          Effect.zipRight(attempt(() => Fs.rename(path, `${path}.corrupt`))),
          Effect.as(new Map<string, UserToken>())
        )
      : Effect.fail(code)

  const change = (edit: (tokens: Tokens) => void): Effect.Effect<void> =>
    Effect.gen(function* () {
      const content = yield* read(path)
      const tokens = content._tag === "Tokens" ? new Map(content.tokens) : yield* setAside(content.code)
      const now = yield* Clock.currentTimeMillis
      for (const [key, token] of tokens) if ((token.expiresAtMillis ?? Infinity) <= now) tokens.delete(key)
      edit(tokens)
      yield* write(path, tokens)
    }).pipe(
      Effect.catchAll((code) =>
        Effect.logWarning(`${path} was not written (${code}): the token is kept in memory only`)
      ),
      // a write that has started ends: it takes no longer than the disk
      Effect.uninterruptible,
      turn.withPermits(1)
    )

  return {
    get: (key) => Effect.map(usable, (tokens) => Option.fromNullable(tokens.get(key))),
    set: (key, token) => change((tokens) => void tokens.set(key, token)),
    remove: (key) => change((tokens) => void tokens.delete(key))
  }
})
