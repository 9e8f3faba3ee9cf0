/**
 * `emulator` and `completions`.
 */
import * as Args from "@effect/cli/Args"
import * as Descriptor from "@effect/cli/CommandDescriptor"
import * as Effect from "effect/Effect"
import { forwarded, type Group, isGroup, local as on, type Operation } from "../operation.js"
import { runProgram } from "../program.js"
import * as View from "../view.js"

export const emulator = forwarded("emulator", "Run the emulator of the platforms on this machine", (args) =>
  runProgram("@effect-connectors/testing", "connectors-emulator", args)
)

type Node = Descriptor.Command<unknown>

const descriptorOf = (command: Group | Operation): Node => {
  if (!isGroup(command)) return command.descriptor
  const [first, ...others] = command.commands.map((child): [string, Node] => [child.name, descriptorOf(child)])
  const own: Node = Descriptor.withDescription(Descriptor.make(command.name), command.summary)
  return first === undefined ? own : Descriptor.withSubcommands(own, [first, ...others])
}

const shells = {
  bash: Descriptor.getBashCompletions,
  fish: Descriptor.getFishCompletions,
  zsh: Descriptor.getZshCompletions
} as const

// options of the parser that no command here has
const foreign = "(?:completions|log-level|version|wizard)"
const foreignLine = new RegExp(`^\\s*'--${foreign}\\[| -l ${foreign} `)
const foreignWord = new RegExp(` --${foreign}(?=[ "])`, "g")

const ownLines = (lines: ReadonlyArray<string>): ReadonlyArray<string> =>
  lines.filter((line) => !foreignLine.test(line)).map((line) => line.replaceAll(foreignWord, ""))

export const completions = (root: () => Group): Operation =>
  on.one({
    name: "completions",
    summary: "Print a script that completes commands in a shell",
    takes: {
      shell: Args.choice(
        [
          ["bash", "bash"],
          ["fish", "fish"],
          ["zsh", "zsh"]
        ] as const,
        { name: "shell" }
      ).pipe(Args.withDescription("The shell"))
    },
    run: ({ shell }) => Effect.map(shells[shell](descriptorOf(root()), "connectors"), ownLines),
    view: View.script
  })
