/**
 * A command as a value: what it takes, what it does, and how its value is printed. Help, output and errors are the
 * runner's, the same for all.
 */
import type * as CliApp from "@effect/cli/CliApp"
import * as CliConfig from "@effect/cli/CliConfig"
import * as Command from "@effect/cli/Command"
import * as Descriptor from "@effect/cli/CommandDescriptor"
import * as HelpDoc from "@effect/cli/HelpDoc"
import * as Options from "@effect/cli/Options"
import * as ValidationError from "@effect/cli/ValidationError"
import type { BosaApi } from "@effect-connectors/core/BosaApi"
import type { ConnectionsApi } from "@effect-connectors/core/ConnectionsApi"
import type * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Stream from "effect/Stream"
import { type Failure, UsageError } from "./failure.js"
import * as Given from "./given.js"
import type { Followed } from "./jobView.js"
import { jsonText } from "./printable.js"
import { print, printStyled, Shell } from "./shell.js"
import { nothing, type View } from "./view.js"

/** A command that can be run and described. */
export interface Operation {
  readonly name: string
  readonly summary: string
  readonly help: HelpDoc.HelpDoc
  /** Its options by name, and whether each takes a value; none where all arguments go to another program. */
  readonly options: ReadonlyMap<string, boolean> | undefined
  readonly descriptor: Descriptor.Command<unknown>
  /** What the arguments ask for. */
  readonly parse: (
    args: ReadonlyArray<string>
  ) => Effect.Effect<
    Effect.Effect<void, Failure, Shell>,
    ValidationError.ValidationError | UsageError,
    CliApp.CliApp.Environment
  >
}

/** Commands under one word. */
export interface Group {
  readonly name: string
  readonly summary: string
  readonly commands: ReadonlyArray<Group | Operation>
}

export const isGroup = (command: Group | Operation): command is Group => "commands" in command

const config = CliConfig.make({ showBuiltIns: false, isCaseSensitive: true, autoCorrectLimit: 0 })

const json = Options.boolean("json").pipe(Options.withDescription("Print JSON: one value, or one on each line"))

/** What every command with a client takes. */
const withClient = {
  json,
  profile: Options.text("profile").pipe(
    Options.withDescription("The profile to use; CONNECTORS_PROFILE or the one in use unless given"),
    Options.optional
  ),
  deadline: Options.text("deadline").pipe(
    Options.mapEffect((text) =>
      Effect.mapError(Given.duration("--deadline", text), ({ message }) =>
        ValidationError.invalidValue(HelpDoc.p(message))
      )
    ),
    Options.withDescription('How long a call may take with its retries, and a job until its end, such as "30 seconds"'),
    Options.optional
  )
} as const

/** The options that no command has for itself. */
export const commonOptions: ReadonlySet<string> = new Set(Object.keys(withClient).map((name) => `--${name}`))

const withoutClient = {
  json,
  profile: Options.none.pipe(Options.map(() => Option.none<string>())),
  deadline: Options.none.pipe(Options.map(() => Option.none<Duration.Duration>()))
} as const

type Given<C extends Command.Command.Config> = Command.Command.ParseConfig<{ readonly own: C }>["own"]

interface Definition<C extends Command.Command.Config> {
  readonly name: string
  readonly summary: string
  readonly takes: C
}

interface Valued<Api, C extends Command.Command.Config, Value, Result> extends Definition<C> {
  readonly run: (given: Given<C>, api: Api, deadline: Duration.Duration | undefined) => Result
  readonly view: View<Value>
}

export type Common = Given<typeof withClient>

/** How a value is printed. */
interface Shown<in A> {
  readonly view: View<A>
  readonly asJson: boolean
}

/** Gives the operations of a group what they use. */
type Within<Api> = (
  use: (api: Api) => Effect.Effect<void, Failure, Shell>,
  common: Common
) => Effect.Effect<void, Failure, Shell>

const isOption = Options.isOptions

const optionsOf = (config: Command.Command.Config): ReadonlyMap<string, boolean> => {
  const found = new Map<string, boolean>()
  for (const value of Object.values(config)) {
    if (!isOption(value)) continue
    const name = Option.getOrUndefined(Options.getIdentifier(value))
    if (name !== undefined) found.set(name, !Options.isBool(value))
  }
  return found
}

const described = <A>(
  name: string,
  summary: string,
  takes: Command.Command.Config,
  command: Descriptor.Command<A>,
  run: (given: A) => Effect.Effect<void, Failure, Shell>
): Operation => {
  const descriptor = Descriptor.withDescription(command, summary)
  const options = optionsOf(takes)
  return {
    name,
    summary,
    descriptor,
    options,
    get help() {
      return Descriptor.getHelp(descriptor, config)
    },
    parse: (args) =>
      Effect.flatMap(Descriptor.parse(descriptor, [name, ...args], config), (directive) => {
        if (directive._tag === "BuiltIn") return Effect.fail(new UsageError({ message: "see --help" }))
        const [unknown] = directive.leftover
        if (unknown === undefined) return Effect.succeed(run(directive.value))
        const [option = unknown] = unknown.split("=", 1)
        const message = options.has(option)
          ? `${option} is given more than once`
          : `${JSON.stringify(unknown)} is one argument too many`
        return Effect.fail(new UsageError({ message }))
      })
  }
}

type CommonOptions = { readonly [K in keyof Common]: Options.Options<Common[K]> }

const printValue =
  <A>({ asJson, view }: Shown<A>) =>
  (value: A) =>
    Effect.flatMap(Shell, ({ stdout }) => {
      if (asJson) return print(jsonText(view.json(value)) ?? "null")
      const text = view.text(value, { isTable: stdout.isTTY === true })
      return text === undefined ? Effect.void : printStyled(text)
    })

// clients, schemas and undici stand behind them, and `--help` needs none of these
const work = Effect.promise(() => import("./work.js"))

/** Makes the operations of a group. */
const operations = <Api>(options: CommonOptions, within: Within<Api>) => {
  const make = <C extends Command.Command.Config, A, Result>(
    { name, run, summary, takes, view }: Valued<Api, C, A, Result>,
    emit: (result: Result, show: Shown<A>) => Effect.Effect<void, Failure, Shell>
  ): Operation =>
    described(
      name,
      summary,
      { ...takes, ...options },
      Command.make(name, { own: takes, common: options }).descriptor,
      ({ common, own }) =>
        within(
          (api) => emit(run(own, api, Option.getOrUndefined(common.deadline)), { view, asJson: common.json }),
          common
        )
    )
  return {
    /** Prints one value. */
    one: <const C extends Command.Command.Config, A>(definition: Valued<Api, C, A, Effect.Effect<A, Failure, Shell>>) =>
      make(definition, (effect, shown) => Effect.flatMap(effect, printValue(shown))),
    /** Prints the values of a Stream, one after the other. */
    each: <const C extends Command.Command.Config, A>(
      definition: Valued<Api, C, A, Stream.Stream<A, Failure, Shell>>
    ) => make(definition, (stream, shown) => Stream.runForEach(stream, printValue(shown))),
    /** Shows how a job goes on, and prints its result. */
    follow: <const C extends Command.Command.Config>(
      definition: Omit<Valued<Api, C, never, Effect.Effect<Followed, Failure, Shell>>, "view">
    ) =>
      make({ ...definition, view: nothing }, (effect, { asJson }) =>
        Effect.flatMap(work, ({ showJob }) => Effect.flatMap(effect, (followed) => showJob(followed, asJson)))
      )
  }
}

/** Operations on Connections. */
export const onConnections = operations<ConnectionsApi.Service>(withClient, (use, common) =>
  Effect.flatMap(work, ({ withConnections }) => withConnections(use, common))
)

/** Operations on BOSA / GL Connectors. */
export const onBosa = operations<BosaApi.Service>(withClient, (use, common) =>
  Effect.flatMap(work, ({ withBosa }) => withBosa(use, common))
)

/** The platforms that a tenant is known on. */
export interface Tenant {
  readonly bosa?: BosaApi.Service | undefined
  readonly connections?: ConnectionsApi.Service | undefined
}

/** Operations on all platforms that there are settings for. */
export const onTenant = operations<Tenant>(withClient, (use, common) =>
  Effect.flatMap(work, ({ withTenant }) => withTenant(use, common))
)

/** Operations on this machine. */
export const local = operations<undefined>(withoutClient, (use) => use(undefined))

/** Gives all its arguments, `--help` among them, to another program. */
export const forwarded = (
  name: string,
  summary: string,
  run: (args: ReadonlyArray<string>) => Effect.Effect<void, Failure, Shell>
): Operation => ({
  ...described(name, summary, {}, Command.make(name, {}).descriptor, () => run([])),
  options: undefined,
  parse: (args) => Effect.succeed(run(args))
})
