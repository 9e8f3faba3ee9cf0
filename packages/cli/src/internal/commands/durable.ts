/**
 * `durable`: durable jobs bring their own Effect, so their commands are a program of their own.
 */
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Redacted from "effect/Redacted"
import { type Failure, UsageError } from "../failure.js"
import { forwarded, type Group } from "../operation.js"
import { runProgram } from "../program.js"
import { beforeOptionsEnd, hasHelp } from "../route.js"
import { databaseUrl } from "../settings.js"
import { Shell } from "../shell.js"

const program = (args: ReadonlyArray<string>) => runProgram("@effect-connectors/durable", "connectors-durable", args)

/** `--profile` is an option of this program: it is taken out of the arguments. */
const profileIn = (args: ReadonlyArray<string>) => {
  const options = beforeOptionsEnd(args)
  const at = options.findIndex((arg) => arg === "--profile" || arg.startsWith("--profile="))
  if (at === -1) return { name: Option.none<string>(), isMissing: false, rest: args }
  const isOneWord = options[at] !== "--profile"
  const name = isOneWord ? options[at]?.slice("--profile=".length) : options[at + 1]
  return {
    name: Option.fromNullable(name),
    isMissing: name === undefined || name === "",
    rest: [...args.slice(0, at), ...args.slice(at + (isOneWord ? 1 : 2))]
  }
}

/** The address of a profile goes to the program in its environment, where the own environment and `--file` are stronger. */
const withProfile = (args: ReadonlyArray<string>): Effect.Effect<void, Failure, Shell> =>
  Effect.gen(function* () {
    const shell = yield* Shell
    const { isMissing, name, rest } = profileIn(args)
    if (isMissing) return yield* new UsageError({ message: "--profile needs the name of a profile" })
    const isFile = beforeOptionsEnd(rest).some((arg) => arg === "--file" || arg.startsWith("--file="))
    if (isFile || hasHelp(rest) || (shell.env[databaseUrl] ?? "") !== "") return yield* program(rest)
    // schemas stand behind it
    const { current } = yield* Effect.promise(() => import("../profiles.js"))
    const address = (yield* current(name))[databaseUrl]
    const env = address === undefined ? shell.env : { ...shell.env, [databaseUrl]: Redacted.value(address) }
    return yield* Effect.provideService(program(rest), Shell, { ...shell, env })
  })

const command = (name: string, summary: string) => forwarded(name, summary, (args) => withProfile([name, ...args]))

export const durable: Group = {
  name: "durable",
  summary: "Durable jobs: what became of work that outlives its process",
  commands: [
    command("list", "List work, by its state, its connection and its age"),
    command("show", "Show a piece of work"),
    command("settle", "Say what became of work of unknown outcome"),
    command("prune", "Delete what is kept of work that ended long ago")
  ]
}
