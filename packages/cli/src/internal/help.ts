/**
 * Help, from the table of commands.
 */
import * as HelpDoc from "@effect/cli/HelpDoc"
import { stripVTControlCharacters } from "node:util"
import { exitCodes } from "./failure.js"
import { type Group, isGroup, type Operation } from "./operation.js"
import type { Route } from "./route.js"

interface Entry {
  readonly name: string
  readonly summary: string
}

const plain = (doc: HelpDoc.HelpDoc): string => stripVTControlCharacters(HelpDoc.toAnsiText(doc)).trim()

// what every option and argument of its kind says
const kinds: ReadonlySet<string> = new Set(["A user-defined piece of text.", "A true or false value.", "An integer."])
const optional = "This setting is optional."

const sentences = (doc: HelpDoc.HelpDoc): ReadonlyArray<string> =>
  plain(doc)
    .split(/\n\s*\n/)
    .map((text) => text.replaceAll(/\s*\n\s*/g, " ").trim())

/** The options and arguments that a command describes. */
const described = (doc: HelpDoc.HelpDoc): ReadonlyArray<Entry & { readonly isOptional: boolean }> => {
  if (HelpDoc.isSequence(doc)) return [...described(doc.left), ...described(doc.right)]
  if (!HelpDoc.isDescriptionList(doc)) return []
  return doc.definitions.map(([span, about]) => {
    const said = sentences(about)
    return {
      name: plain(HelpDoc.p(span)),
      summary: said.filter((text) => !kinds.has(text) && text !== optional).join(" "),
      isOptional: said.includes(optional)
    }
  })
}

interface Described {
  readonly usage: string
  readonly arguments: ReadonlyArray<Entry>
  readonly options: ReadonlyArray<Entry>
}

/** What a command takes, as its help and the guide say it. */
export const describe = (path: string, { help }: Operation): Described => {
  const entries = described(help)
  const args = entries.filter(({ name }) => name.startsWith("<"))
  const words = args.map(({ isOptional, name }) => (isOptional ? `[${name}]` : name))
  return {
    usage: [path, ...words, "[options]"].join(" "),
    arguments: args,
    options: entries.filter(({ name }) => name.startsWith("-"))
  }
}

const heading = (text: string): string => `\u001b[1m${text}\u001b[0m`

const section = (title: string, entries: ReadonlyArray<Entry>): ReadonlyArray<string> => {
  if (entries.length === 0) return []
  const width = Math.max(...entries.map(({ name }) => name.length))
  return ["", heading(title), ...entries.map(({ name, summary }) => `  ${name.padEnd(width)}  ${summary}`)]
}

const usage = (text: string): ReadonlyArray<string> => [heading("USAGE"), `  ${text}`]

const codes = section(
  "EXIT CODES",
  Object.values(exitCodes).map(({ code, means }) => ({ name: String(code), summary: means }))
)

const ofGroup = (path: string, { commands, summary }: Group): ReadonlyArray<string> => [
  `${summary}.`,
  "",
  ...usage(`${path} <command> [options]`),
  ...section("COMMANDS", commands),
  ...(path.includes(" ") ? [] : codes),
  "",
  `${path} <command> --help says more.`
]

const ofOperation = (path: string, operation: Operation): ReadonlyArray<string> => {
  const described = describe(path, operation)
  return [
    `${operation.summary}.`,
    "",
    ...usage(described.usage),
    ...section("ARGUMENTS", described.arguments),
    ...section("OPTIONS", described.options)
  ]
}

/** Help as text, with colors. */
export const helpOf = ({ command, path }: Pick<Route, "command" | "path">): string =>
  (isGroup(command) ? ofGroup(path, command) : ofOperation(path, command)).join("\n")

export const errorText = plain
