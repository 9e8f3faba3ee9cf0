import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import { parseArgs } from "node:util"
import { State } from "../../DurableJob.js"
import type { State as StateName } from "../../DurableJob.js"
import { UsageError } from "./exitCodes.js"

/** @internal */
export interface List {
  readonly _tag: "list"
  readonly states: ReadonlyArray<StateName> | undefined
  readonly connection: string | undefined
  readonly olderThan: Duration.Duration | undefined
  readonly limit: number
  readonly cursor: string | undefined
}

interface Show {
  readonly _tag: "show"
  readonly key: string
}

/** @internal */
export interface Settle {
  readonly _tag: "settle"
  readonly key: string
  readonly outcome: "done" | "accepted" | "not-done" | "given-up"
  /** Where the value or the reference is: JSON, `@file` or `-`. */
  readonly source: string | undefined
  readonly isConfirmed: boolean
}

/** @internal */
export interface Prune {
  readonly _tag: "prune"
  readonly olderThan: Duration.Duration
  /** As it was given. */
  readonly age: string
  readonly dryRun: boolean
  readonly isConfirmed: boolean
}

/** @internal */
export interface CommandLine {
  readonly command: List | Show | Settle | Prune
  readonly file: string | undefined
  readonly asJson: boolean
}

const text = { type: "string" } as const
const flag = { type: "boolean" } as const
const common = { file: text, json: flag } as const

const options = {
  list: {
    ...common,
    state: { ...text, multiple: true },
    connection: text,
    "older-than": text,
    limit: text,
    cursor: text
  },
  show: common,
  settle: { ...common, value: text, job: text, yes: flag },
  prune: { ...common, "older-than": text, "dry-run": flag, yes: flag }
} as const

type Name = keyof typeof options

const isName = (name: string): name is Name => Object.hasOwn(options, name)

const quoted = (value: string): string => JSON.stringify(value)

const refuse = (message: string): UsageError => new UsageError({ message: `${message} (see --help)` })

const read = <const N extends Name>(name: N, args: ReadonlyArray<string>, takes: ReadonlyArray<string>) =>
  Effect.gen(function* () {
    const { positionals, values } = yield* Effect.try({
      try: () => parseArgs({ args: [...args], options: options[name], allowPositionals: true }),
      catch: (error) => refuse((error instanceof Error ? error.message : String(error)).replaceAll(/\s*\n\s*/g, " "))
    })
    const extra = positionals[takes.length]
    if (extra !== undefined) return yield* refuse(`${quoted(extra)} is one argument too many`)
    const missing = takes[positionals.length]
    if (missing !== undefined) return yield* refuse(`${missing} is missing`)
    return { values, positionals }
  })

const isState = (name: string): name is StateName => State.literals.some((state) => state === name)

const stateOf = (name: string): Effect.Effect<StateName, UsageError> =>
  isState(name)
    ? Effect.succeed(name)
    : refuse(`--state ${quoted(name)} is not a state. There are: ${State.literals.join(", ")}`)

/** A number alone would be milliseconds, and delete nearly all. */
const ageOf = (age: string): Effect.Effect<Duration.Duration, UsageError> =>
  Option.match(/^\s*-?[\d.]+\s*$/.test(age) ? Option.none() : Duration.decodeUnknown(age), {
    onNone: () => refuse(`--older-than ${quoted(age)} is not an age: give one such as "30 days"`),
    onSome: Effect.succeed
  })

const optional = <A, B>(value: A | undefined, of: (value: A) => Effect.Effect<B, UsageError>) =>
  value === undefined ? Effect.succeed(undefined) : of(value)

const limitOf = (limit: string): Effect.Effect<number, UsageError> =>
  /^[1-9]\d{0,14}$/.test(limit)
    ? Effect.succeed(Number(limit))
    : refuse(`--limit ${quoted(limit)} is not a number of rows: give a whole number from 1 on`)

/** Which option an outcome takes. */
const sources = { done: "value", accepted: "job", "not-done": undefined, "given-up": undefined } as const

const isOutcome = (word: string): word is Settle["outcome"] => Object.hasOwn(sources, word)

const asks = {
  value: "done needs --value: what it came to as JSON, and null where that is nothing",
  job: "accepted needs --job: the reference of the job that it became"
} as const

const parsers = {
  list: (args: ReadonlyArray<string>) =>
    Effect.gen(function* () {
      const { values } = yield* read("list", args, [])
      const command: List = {
        _tag: "list",
        states: yield* optional(values.state, (names) => Effect.forEach(names, stateOf)),
        connection: values.connection,
        olderThan: yield* optional(values["older-than"], ageOf),
        limit: yield* limitOf(values.limit ?? "100"),
        cursor: values.cursor
      }
      return { command, values }
    }),
  show: (args: ReadonlyArray<string>) =>
    Effect.map(read("show", args, ["the key"]), ({ positionals: [key = ""], values }) => {
      const command: Show = { _tag: "show", key }
      return { command, values }
    }),
  settle: (args: ReadonlyArray<string>) =>
    Effect.gen(function* () {
      const outcomes = Object.keys(sources).join(", ")
      const {
        positionals: [key = "", outcome = ""],
        values
      } = yield* read("settle", args, ["the key", `what became of it (${outcomes})`])
      if (!isOutcome(outcome)) {
        return yield* refuse(`${quoted(outcome)} is not what can have become of work. There are: ${outcomes}`)
      }
      const taken = sources[outcome]
      const other = (["value", "job"] as const).find((name) => name !== taken && values[name] !== undefined)
      if (other !== undefined) return yield* refuse(`${outcome} takes no --${other}`)
      const source = taken === undefined ? undefined : values[taken]
      if (taken !== undefined && source === undefined) return yield* refuse(asks[taken])
      const command: Settle = { _tag: "settle", key, outcome, source, isConfirmed: values.yes === true }
      return { command, values }
    }),
  prune: (args: ReadonlyArray<string>) =>
    Effect.gen(function* () {
      const { values } = yield* read("prune", args, [])
      const age = values["older-than"]
      if (age === undefined) return yield* refuse('prune needs --older-than, such as "30 days"')
      const command: Prune = {
        _tag: "prune",
        olderThan: yield* ageOf(age),
        age,
        dryRun: values["dry-run"] === true,
        isConfirmed: values.yes === true
      }
      return { command, values }
    })
}

/**
 * What the arguments ask for.
 *
 * @internal
 */
export const parse = (argv: ReadonlyArray<string>): Effect.Effect<CommandLine, UsageError> =>
  Effect.gen(function* () {
    // other users of the machine can read arguments
    if (argv.some((arg) => /^postgres(ql)?:/i.test(arg))) {
      return yield* refuse(
        "the address of a database is not an argument, since it has a password: set it in the environment"
      )
    }
    const [name, ...args] = argv
    const names = Object.keys(options).join(", ")
    if (name === undefined) return yield* refuse(`a command is missing. There are: ${names}`)
    if (!isName(name)) return yield* refuse(`${quoted(name)} is not a command. There are: ${names}`)
    const { command, values } = yield* parsers[name](args)
    return { command, file: values.file, asJson: values.json === true }
  })
