import type { ActionModel, InputField, InputType, ObjectType } from "./model.js"
import { typeKey } from "./model.js"
import { typeText } from "./typeText.js"

/** A difference in what an action takes. */
export interface FieldChange {
  readonly path: string
  readonly change:
    | "field-added"
    | "field-removed"
    | "field-required"
    | "field-optional"
    | "type-widened"
    | "type-narrowed"
    | "type-changed"
    | "value-added"
    | "value-removed"
  readonly breaking: boolean
  readonly before?: string
  readonly after?: string
}

type Definitions = Readonly<Record<string, InputType>>

const resolved = (type: InputType, definitions: Definitions): InputType => {
  if (type.kind !== "ref") return type
  const target = Object.hasOwn(definitions, type.name) ? definitions[type.name] : undefined
  // definitions are not made of themselves
  return target === undefined ? { kind: "unknown" } : resolved(target, definitions)
}

const membersOf = (type: InputType, definitions: Definitions): ReadonlyArray<InputType> => {
  const target = resolved(type, definitions)
  return target.kind === "union" ? target.members.flatMap((member) => membersOf(member, definitions)) : [target]
}

const maxText = 200

const shown = (type: InputType): string => {
  const text = typeText(type, (name) => name).replace(/\s+/g, " ")
  return text.length > maxText ? `${text.slice(0, maxText)}...` : text
}

const maxSteps = 20_000

/** Whether one type takes all that another takes. */
class Acceptance {
  readonly #target: Definitions
  readonly #source: Definitions
  readonly #assumed = new Set<string>()
  #steps = maxSteps

  constructor(target: Definitions, source: Definitions) {
    this.#target = target
    this.#source = source
  }

  accepts(target: InputType, source: InputType): boolean {
    const key = `${typeKey(target)}\n${typeKey(source)}`
    // what leads back to itself holds when the rest does
    if (this.#assumed.has(key) || this.#steps-- <= 0) return true
    this.#assumed.add(key)
    const targets = membersOf(target, this.#target)
    return membersOf(source, this.#source).every((one) => targets.some((other) => this.#one(other, one)))
  }

  #one(target: InputType, source: InputType): boolean {
    if (target.kind === "unknown") return true
    if (target.kind === "date" && (source.kind === "string" || source.kind === "number" || source.kind === "integer")) {
      return true
    }
    if (source.kind === "literal") {
      if (target.kind === "literal") return target.value === source.value
      return target.kind === typeof source.value || (target.kind === "integer" && Number.isInteger(source.value))
    }
    if (target.kind === "number" && source.kind === "integer") return true
    if (target.kind === "array" && source.kind === "array") return this.accepts(target.items, source.items)
    if (target.kind === "object" && source.kind === "object") return this.#object(target, source)
    return target.kind === source.kind
  }

  #object(target: ObjectType, source: ObjectType): boolean {
    const given = new Map(source.fields.map((field) => [field.name, field]))
    const known = new Set(target.fields.map(({ name }) => name))
    const fieldsFit = target.fields.every((field) => {
      const other = given.get(field.name)
      if (other === undefined) return !field.required
      return (other.required || !field.required) && this.accepts(field.type, other.type)
    })
    if (!fieldsFit) return false
    const { rest } = target
    if (rest === undefined) return source.rest === undefined && source.fields.every(({ name }) => known.has(name))
    return source.fields.every((field) => known.has(field.name) || this.accepts(rest, field.type))
  }
}

const isNull = ({ kind }: InputType): boolean => kind === "null"
const isLiteral = ({ kind }: InputType): boolean => kind === "literal"

const at = (path: string, name: string): string => (path === "" ? name : `${path}.${name}`)

class Comparison {
  readonly #before: Definitions
  readonly #after: Definitions
  /** The pairs of objects that are compared now: what leads back to one of them is reported there. */
  readonly #open = new Set<string>()
  #steps = maxSteps
  readonly changes: Array<FieldChange> = []

  constructor(before: Definitions, after: Definitions) {
    this.#before = before
    this.#after = after
  }

  types(before: InputType, after: InputType, path: string): void {
    const then = membersOf(before, this.#before)
    const now = membersOf(after, this.#after)
    this.#nulls(then, now, path)
    const [oldTypes, newTypes] = [then, now].map((members) => members.filter((member) => !isNull(member)))
    if (oldTypes !== undefined && newTypes !== undefined) this.#values(oldTypes, newTypes, path)
  }

  #nulls(then: ReadonlyArray<InputType>, now: ReadonlyArray<InputType>, path: string): void {
    const [had, has] = [then.some(isNull), now.some(isNull)]
    // what takes anything takes null
    const isAny = [...then, ...now].some(({ kind }) => kind === "unknown")
    if (had === has || isAny) return
    if (has) this.changes.push({ path, change: "type-widened", breaking: false, after: "null" })
    else this.changes.push({ path, change: "type-narrowed", breaking: true, before: "null" })
  }

  #values(then: ReadonlyArray<InputType>, now: ReadonlyArray<InputType>, path: string): void {
    const [before, after] = [then[0], now[0]]
    if (then.length === 1 && now.length === 1 && before !== undefined && after !== undefined) {
      if (before.kind === "object" && after.kind === "object") return this.objects(before, after, path)
      if (before.kind === "array" && after.kind === "array") return this.types(before.items, after.items, `${path}[]`)
    }
    if (then.length > 0 && now.length > 0 && [...then, ...now].every(isLiteral)) return this.#literals(then, now, path)
    this.#whole({ kind: "union", members: then }, { kind: "union", members: now }, path)
  }

  #literals(then: ReadonlyArray<InputType>, now: ReadonlyArray<InputType>, path: string): void {
    const [old, current] = [new Set(then.map(shown)), new Set(now.map(shown))]
    for (const before of old) {
      if (!current.has(before)) this.changes.push({ path, change: "value-removed", breaking: true, before })
    }
    for (const after of current) {
      if (!old.has(after)) this.changes.push({ path, change: "value-added", breaking: false, after })
    }
  }

  #whole(before: InputType, after: InputType, path: string): void {
    const isWider = new Acceptance(this.#after, this.#before).accepts(after, before)
    const isNarrower = new Acceptance(this.#before, this.#after).accepts(before, after)
    if (isWider && isNarrower) return
    const texts = { before: shown(before), after: shown(after) }
    const change = isWider ? "type-widened" : isNarrower ? "type-narrowed" : "type-changed"
    this.changes.push({ path, change, breaking: !isWider, ...texts })
  }

  objects(before: ObjectType, after: ObjectType, path: string): void {
    const key = `${typeKey(before)}\n${typeKey(after)}`
    if (this.#open.has(key) || this.#steps-- <= 0) return
    this.#open.add(key)
    this.#fields(before, after, path)
    this.#open.delete(key)
  }

  #fields(before: ObjectType, after: ObjectType, path: string): void {
    const now = new Map(after.fields.map((field) => [field.name, field]))
    const then = new Set(before.fields.map(({ name }) => name))
    for (const field of before.fields) {
      const other = now.get(field.name)
      if (other === undefined) this.#removed(field, after, path)
      else this.#field(field, other, at(path, field.name))
    }
    for (const { name, required, type } of after.fields) {
      if (then.has(name)) continue
      this.changes.push({ path: at(path, name), change: "field-added", breaking: required, after: shown(type) })
    }
    this.#rest(before.rest, after.rest, at(path, "*"))
  }

  #removed({ name, type }: InputField, after: ObjectType, path: string): void {
    const breaking = after.rest === undefined
    this.changes.push({ path: at(path, name), change: "field-removed", breaking, before: shown(type) })
  }

  #field(before: InputField, after: InputField, path: string): void {
    if (before.required !== after.required) {
      const change = after.required ? "field-required" : "field-optional"
      this.changes.push({ path, change, breaking: after.required })
    }
    this.types(before.type, after.type, path)
  }

  #rest(before: InputType | undefined, after: InputType | undefined, path: string): void {
    if (before !== undefined && after !== undefined) this.types(before, after, path)
    else if (before !== undefined) {
      this.changes.push({ path, change: "type-narrowed", breaking: true, before: shown(before), after: "never" })
    } else if (after !== undefined) {
      this.changes.push({ path, change: "type-widened", breaking: false, before: "never", after: shown(after) })
    }
  }
}

/** What differs in what an action takes, by field. */
export const compareTypes = (before: ActionModel, after: ActionModel): ReadonlyArray<FieldChange> => {
  const comparison = new Comparison(before.definitions, after.definitions)
  comparison.objects(before.input, after.input, "")
  return comparison.changes
}
