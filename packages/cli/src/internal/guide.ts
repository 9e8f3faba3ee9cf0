/**
 * The parts of docs/cli.md that are the commands' own help. `npm run cli:docs` writes them.
 */
import { root } from "./commands/table.js"
import { exitCodes } from "./failure.js"
import { describe } from "./help.js"
import { commonOptions, type Group, isGroup, type Operation } from "./operation.js"
import { settings } from "./settings.js"

const table = (heads: ReadonlyArray<string>, rows: ReadonlyArray<ReadonlyArray<string>>): string => {
  const widths = heads.map((head, index) => Math.max(head.length, ...rows.map((row) => row[index]?.length ?? 0)))
  const line = (cells: ReadonlyArray<string>) =>
    `| ${cells.map((cell, index) => cell.padEnd(widths[index] ?? 0)).join(" | ")} |`
  return [line(heads), `| ${widths.map((width) => "-".repeat(width)).join(" | ")} |`, ...rows.map(line)].join("\n")
}

const entry = (name: string, summary: string): string => `- \`${name}\`: ${summary}`

const ofOperation = (path: string, operation: Operation): ReadonlyArray<string> => {
  const { arguments: args, options, usage } = describe(path, operation)
  const own = options.filter(({ name }) => !commonOptions.has(name.split(" ")[0] ?? name))
  const listed = [...args, ...own].map(({ name, summary }) => entry(name, summary))
  return [
    `#### \`${usage.replace(" [options]", "")}\``,
    `${operation.summary}.`,
    ...(listed.length === 0 ? [] : [listed.join("\n")])
  ]
}

const ofCommand = (path: string, command: Group | Operation): ReadonlyArray<string> =>
  isGroup(command)
    ? command.commands.flatMap((child) => ofCommand(`${path} ${child.name}`, child))
    : ofOperation(path, command)

const commands = root.commands.flatMap((command) => [
  `### ${command.name}`,
  ...(isGroup(command) ? [`${command.summary}.`] : []),
  ...ofCommand(`${root.name} ${command.name}`, command)
])

/** Each part by the name of its place in the page. */
export const parts: Readonly<Record<string, string>> = {
  "exit codes": table(
    ["code", "means"],
    Object.values(exitCodes).map(({ code, means }) => [`\`${code}\``, means])
  ),
  settings: table(
    ["setting", "what it is", "secret"],
    Object.entries(settings).map(([name, { about, isSecret }]) => [`\`${name}\``, about, isSecret ? "yes" : ""])
  ),
  commands: commands.join("\n\n")
}
