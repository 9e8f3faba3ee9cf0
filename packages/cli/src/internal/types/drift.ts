import { compareTypes, type FieldChange } from "./compareTypes.js"
import { type ActionModel, byText, canonicalText, hashOf, type ModuleModel, type Owner } from "./model.js"
import { pathOf, type TypesFile } from "./module.js"
import { quoted } from "./text.js"

/** What happened. */
type Change =
  | FieldChange["change"]
  | "connector-added"
  | "connector-removed"
  | "connection-added"
  | "connection-removed"
  | "action-added"
  | "action-removed"
  | "file-missing"
  | "file-changed"

/** A difference between what was generated and what the tenant has. */
export interface Drift {
  readonly owner: Owner
  /** The connector, or the slug of the connection. */
  readonly name: string
  readonly action?: string
  /** The field, such as `labels[].color`. */
  readonly path?: string
  readonly change: Change
  /** Whether code that compiled may not compile, or may be refused by the server. */
  readonly breaking: boolean
  readonly before?: string
  readonly after?: string
}

const keyOf = ({ name, owner }: Pick<ModuleModel, "name" | "owner">): string => JSON.stringify([owner, name])

const compareActions = (
  owner: Owner,
  name: string,
  before: ReadonlyArray<ActionModel>,
  after: ReadonlyArray<ActionModel>
): ReadonlyArray<Drift> => {
  const now = new Map(after.map((action) => [action.name, action]))
  const then = new Set(before.map((action) => action.name))
  const kept = before.flatMap((action): ReadonlyArray<Drift> => {
    const other = now.get(action.name)
    if (other === undefined) return [{ owner, name, action: action.name, change: "action-removed", breaking: true }]
    if (canonicalText(action) === canonicalText(other)) return []
    return compareTypes(action, other).map((change) => ({ owner, name, action: action.name, ...change }))
  })
  const added = after
    .filter((action) => !then.has(action.name))
    .map((action): Drift => ({ owner, name, action: action.name, change: "action-added", breaking: false }))
  return [...kept, ...added]
}

const order = ({ action = "", name, owner, path = "" }: Drift): string => JSON.stringify([owner, name, action, path])

const sorted = (drifts: ReadonlyArray<Drift>): ReadonlyArray<Drift> =>
  [...drifts].sort((a, b) => byText(order(a), order(b)))

/** What differs between two discoveries, in the order of names. */
export const compareModules = (
  before: ReadonlyArray<ModuleModel>,
  after: ReadonlyArray<ModuleModel>
): ReadonlyArray<Drift> => {
  const now = new Map(after.map((module) => [keyOf(module), module]))
  const then = new Set(before.map(keyOf))
  const kept = before.flatMap((module): ReadonlyArray<Drift> => {
    const other = now.get(keyOf(module))
    const { name, owner } = module
    return other === undefined
      ? [{ owner, name, change: `${owner}-removed`, breaking: true }]
      : compareActions(owner, name, module.actions, other.actions)
  })
  const added = after
    .filter((module) => !then.has(keyOf(module)))
    .map(({ name, owner }): Drift => ({ owner, name, change: `${owner}-added`, breaking: false }))
  return sorted([...kept, ...added])
}

const hashLine = /^\/\/ {3}([0-9a-f]{16}) (".*")$/gm

/** The modules whose file is not the one that was written with the lock. */
export const compareFiles = (
  modules: ReadonlyArray<ModuleModel>,
  files: ReadonlyArray<TypesFile>
): ReadonlyArray<Drift> => {
  const texts = new Map(files.map(({ path, text }) => [path, text]))
  return modules.flatMap((module): ReadonlyArray<Drift> => {
    const { actions, name, owner } = module
    const path = pathOf(module)
    const text = texts.get(path)
    if (text === undefined) return [{ owner, name, path, change: "file-missing", breaking: true }]
    const written = Array.from(text.matchAll(hashLine), ([, hash, action]) => `${hash} ${action}`).join("\n")
    const expected = actions.map((action) => `${hashOf(canonicalText(action))} ${quoted(action.name)}`).join("\n")
    return written === expected ? [] : [{ owner, name, path, change: "file-changed", breaking: false }]
  })
}
