/**
 * Which command the words of a command line name. For a wrong one it says what there is at its place.
 */
import * as Either from "effect/Either"
import { UsageError } from "./failure.js"
import { type Group, isGroup, type Operation } from "./operation.js"

/** The words that lead to a command, and the command. */
export type Route =
  | { readonly path: string; readonly command: Group }
  | { readonly path: string; readonly command: Operation; readonly args: ReadonlyArray<string> }

/** How many letters have to change for one word to be the other. */
const distance = (a: string, b: string): number => {
  let row = Array.from({ length: b.length + 1 }, (_, index) => index)
  for (let i = 1; i <= a.length; i++) {
    const next = [i]
    for (let j = 1; j <= b.length; j++) {
      const changed = (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1)
      next.push(Math.min(changed, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1))
    }
    row = next
  }
  return row[b.length] ?? 0
}

const meant = (given: string, known: ReadonlyArray<string>): string => {
  const [nearest] = known
    .map((name) => ({ name, far: distance(given, name) }))
    .filter(({ far, name }) => far <= Math.min(3, Math.floor(name.length / 2)))
    .sort((a, b) => a.far - b.far)
  return nearest === undefined ? "" : ` Did you mean ${nearest.name}?`
}

const refuse = (message: string) => Either.left(new UsageError({ message }))

const wrongName = (given: string, at: string, known: ReadonlyArray<string>) =>
  refuse(`${JSON.stringify(given)} is not a command of ${at}.${meant(given, known)} There are: ${known.join(", ")}`)

const isHelp = (arg: string): boolean => arg === "--help" || arg === "-h"

/** What may be options: after `--` all are arguments. */
export const beforeOptionsEnd = (args: ReadonlyArray<string>): ReadonlyArray<string> => {
  const at = args.indexOf("--")
  return at === -1 ? args : args.slice(0, at)
}

export const hasHelp = (args: ReadonlyArray<string>): boolean => beforeOptionsEnd(args).some(isHelp)

/** The command that the words name, or the group where they end. */
export const routeOf = (root: Group, argv: ReadonlyArray<string>): Either.Either<Route, UsageError> => {
  let group = root
  let path = root.name
  for (const [index, word] of argv.entries()) {
    if (isHelp(word)) break
    const found = group.commands.find(({ name }) => name === word)
    if (found === undefined) {
      return wrongName(
        word,
        path,
        group.commands.map(({ name }) => name)
      )
    }
    path = `${path} ${word}`
    if (!isGroup(found)) return Either.right({ path, command: found, args: argv.slice(index + 1) })
    group = found
  }
  return Either.right({ path, command: group })
}

/** The arguments, each flag once: again it says nothing new. What takes a value is another matter. */
export const withoutRepeatedFlags = ({ options }: Operation, args: ReadonlyArray<string>): ReadonlyArray<string> => {
  const kept: Array<string> = []
  const seen = new Set<string>()
  for (let index = 0; index < args.length; index++) {
    const arg = args[index] ?? ""
    if (arg === "--") return [...kept, ...args.slice(index)]
    const takesValue = options?.get(arg)
    if (takesValue === false && seen.has(arg)) continue
    if (takesValue === false) seen.add(arg)
    kept.push(arg)
    const value = args[index + 1]
    if (takesValue !== true || value === undefined) continue
    kept.push(value)
    index += 1
  }
  return kept
}

/** An option that the command does not have would be taken as an argument. */
export const checkOptions = ({ options }: Operation, args: ReadonlyArray<string>): Either.Either<void, UsageError> => {
  if (options === undefined) return Either.void
  for (let index = 0; index < args.length; index++) {
    const arg = args[index] ?? ""
    if (arg === "--") break
    if (!arg.startsWith("-") || arg === "-") continue
    const name = arg.split("=", 1)[0] ?? arg
    const takesValue = options.get(name)
    if (takesValue === undefined) {
      const known = [...options.keys()]
      return refuse(
        `${JSON.stringify(name)} is not an option of this command.${meant(name, known)} There are: ${known.join(", ")}. An argument that starts with - goes after --`
      )
    }
    if (takesValue && !arg.includes("=")) index += 1
  }
  return Either.void
}
