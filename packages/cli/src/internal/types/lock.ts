import * as Data from "effect/Data"
import * as Either from "effect/Either"
import { objectOf } from "./combine.js"
import {
  type ActionModel,
  canonicalText,
  type InputField,
  type InputType,
  type ModuleModel,
  type ObjectType
} from "./model.js"
import type { TypesFile, WriteOptions } from "./module.js"

/** What was read: the names that were given, `true` for all, `false` for none. */
export type Selection = ReadonlyArray<string> | boolean

/** What `pull` was called with, and what it found. */
export interface Lock {
  readonly connectors: Selection
  readonly connections: Selection
  readonly options: WriteOptions
  readonly modules: ReadonlyArray<ModuleModel>
}

/** The files of an earlier `pull` cannot be used. */
export class TypesUnreadable extends Data.TaggedError("TypesUnreadable")<{
  readonly path: string
  readonly reason: string
}> {
  override get message(): string {
    return `${this.path}: ${this.reason}`
  }
}

/** Where the lock is, next to the folders of the modules. */
export const lockPath = "types.lock.json"

const actionLine = (action: ActionModel): string =>
  `        { "name": ${JSON.stringify(action.name)}, "takes": ${canonicalText(action)} }`

const moduleText = ({ actions, name, owner }: ModuleModel): string => {
  const lines = actions.map(actionLine).join(",\n")
  const list = lines === "" ? "[]" : `[\n${lines}\n      ]`
  return `    {\n      "owner": "${owner}",\n      "name": ${JSON.stringify(name)},\n      "actions": ${list}\n    }`
}

/** The lock as text, one line for each action. */
export const lockFile = ({ connections, connectors, modules, options }: Lock): TypesFile => {
  const { functions = false, schemas = false } = options
  const list = modules.map(moduleText).join(",\n")
  const fields = [
    `  "version": 1`,
    `  "connectors": ${JSON.stringify(connectors)}`,
    `  "connections": ${JSON.stringify(connections)}`,
    `  "functions": ${functions}`,
    `  "schemas": ${schemas}`,
    `  "modules": ${list === "" ? "[]" : `[\n${list}\n  ]`}`
  ]
  return { path: lockPath, text: `{\n${fields.join(",\n")}\n}\n` }
}

type Fields = Readonly<Record<string, unknown>>

class Wrong extends Data.Error<{ readonly reason: string }> {}

const wrong = (reason: string): Wrong => new Wrong({ reason })

const fieldsOf = (value: unknown, what: string): Fields => {
  if (typeof value === "object" && value !== null && !Array.isArray(value)) return { ...value }
  throw wrong(`${what} is not an object`)
}

const listOf = (value: unknown, what: string): ReadonlyArray<unknown> => {
  if (Array.isArray(value)) return value
  throw wrong(`${what} is not a list`)
}

const textOf = (value: unknown, what: string): string => {
  if (typeof value === "string") return value
  throw wrong(`${what} is not a text`)
}

const literalIn = (value: unknown): InputType => {
  if (value === null || typeof value === "string" || typeof value === "number" || typeof value === "boolean") {
    return { kind: "literal", value }
  }
  throw wrong("a literal is not a scalar")
}

const typeIn = (value: unknown): InputType => {
  const fields = fieldsOf(value, "a type")
  const { kind } = fields
  switch (kind) {
    case "string":
    case "number":
    case "integer":
    case "boolean":
    case "null":
    case "date":
    case "file":
    case "unknown":
      return { kind }
    case "literal":
      return literalIn(fields["value"])
    case "array":
      return { kind, items: typeIn(fields["items"]) }
    case "union":
      return { kind, members: listOf(fields["members"], "a union").map(typeIn) }
    case "ref":
      return { kind, name: textOf(fields["name"], "a reference") }
    case "object":
      return objectIn(fields)
    default:
      throw wrong("a type has a kind that is not known")
  }
}

const fieldIn = (value: unknown): InputField => {
  const { name, required, type } = fieldsOf(value, "a field")
  return { name: textOf(name, "a field's name"), type: typeIn(type), required: required === true, description: "" }
}

const objectIn = ({ fields, rest }: Fields): ObjectType =>
  objectOf(listOf(fields, "the fields of an object").map(fieldIn), rest === undefined ? undefined : typeIn(rest))

const actionIn = (value: unknown): ActionModel => {
  const { name, takes } = fieldsOf(value, "an action")
  const { definitions, input } = fieldsOf(takes, "what an action takes")
  const types = Object.entries(fieldsOf(definitions, "the definitions"))
  return {
    name: textOf(name, "an action's name"),
    description: "",
    input: objectIn(fieldsOf(input, "an input")),
    definitions: Object.fromEntries(types.map(([key, type]) => [key, typeIn(type)]))
  }
}

const moduleIn = (value: unknown): ModuleModel => {
  const { actions, name, owner } = fieldsOf(value, "a module")
  if (owner !== "connector" && owner !== "connection") throw wrong("a module is of nothing that is known")
  return {
    owner,
    name: textOf(name, "a module's name"),
    actions: listOf(actions, "the actions of a module").map(actionIn)
  }
}

const selectionIn = (value: unknown): Selection =>
  typeof value === "boolean" ? value : listOf(value, "the selection").map((name) => textOf(name, "a selected name"))

const lockIn = (text: string): Lock => {
  const { connections, connectors, functions, modules, schemas, version } = fieldsOf(JSON.parse(text), "it")
  if (version !== 1) throw wrong("it was written by another version")
  return {
    connectors: selectionIn(connectors),
    connections: selectionIn(connections),
    options: { functions: functions === true, schemas: schemas === true },
    modules: listOf(modules, "the list of modules").map(moduleIn)
  }
}

/** What an earlier `pull` found, from the files that it wrote. */
export const readLock = (files: ReadonlyArray<TypesFile>): Either.Either<Lock, TypesUnreadable> => {
  const file = files.find(({ path }) => path === lockPath)
  const refuse = (reason: string) => new TypesUnreadable({ path: lockPath, reason })
  if (file === undefined) return Either.left(refuse("there is none: run `connectors types pull` first"))
  return Either.try({
    try: () => lockIn(file.text),
    catch: (error) =>
      refuse(`${error instanceof Wrong ? error.reason : "it is not JSON"}: run \`connectors types pull\` again`)
  })
}
