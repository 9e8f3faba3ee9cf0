import { byText, type InputField, type InputType, type ObjectType, sortedBy, typeKey, unknownType } from "./model.js"

/** Finds what a reference leads to. */
export type Resolve = (name: string) => InputType | undefined

// a union of more values is of no use to a reader, and slow to check
const maxMembers = 1_000

/** Whether each value of one type is a value of the other, for types without parts. */
const isWithin = (member: InputType, other: InputType): boolean => {
  if (member.kind === "integer") return other.kind === "number"
  if (member.kind !== "literal") return false
  return other.kind === typeof member.value || (other.kind === "integer" && Number.isInteger(member.value))
}

const baseOf = (member: InputType): InputType => {
  if (member.kind !== "literal") return member
  switch (typeof member.value) {
    case "string":
      return { kind: "string" }
    case "number":
      return { kind: "number" }
    case "boolean":
      return { kind: "boolean" }
    default:
      return { kind: "null" }
  }
}

/** The type of what fits one of the members: none is there twice, and they are in one order. */
export const unionOf = (members: ReadonlyArray<InputType>): InputType => {
  const flat = members.flatMap((member) => (member.kind === "union" ? member.members : [member]))
  if (flat.length === 0 || flat.some(({ kind }) => kind === "unknown")) return unknownType
  const nulled = flat.map((member) => (member.kind === "literal" && member.value === null ? baseOf(member) : member))
  const named = nulled.length > maxMembers ? nulled.map(baseOf) : nulled
  const byKey = new Map(named.map((member) => [typeKey(member), member]))
  const ordered = [...byKey].sort(([a], [b]) => byText(a, b)).map(([, member]) => member)
  // null is read best at the end
  const distinct = [...ordered.filter(({ kind }) => kind !== "null"), ...ordered.filter(({ kind }) => kind === "null")]
  const kept = distinct.filter((member) => !distinct.some((other) => isWithin(member, other)))
  const [only] = kept
  return only !== undefined && kept.length === 1 ? only : { kind: "union", members: kept }
}

export const orNull = (type: InputType): InputType => unionOf([type, { kind: "null" }])

/** An object. The type of names that are not among its fields would have to hold for these too, so it is not kept. */
export const objectOf = (fields: ReadonlyArray<InputField>, rest?: InputType): ObjectType => ({
  kind: "object",
  fields: sortedBy(fields, ({ name }) => name),
  ...(rest === undefined ? {} : { rest: fields.length > 0 ? unknownType : rest })
})

const both = (a: InputField, b: InputField, resolve: Resolve, depth: number): InputField => ({
  name: a.name,
  required: a.required || b.required,
  description: a.description === "" ? b.description : a.description,
  type: intersect(a.type, b.type, resolve, depth) ?? unknownType
})

const mergeObjects = (a: ObjectType, b: ObjectType, resolve: Resolve, depth: number): ObjectType => {
  const others = new Map(b.fields.map((field) => [field.name, field]))
  const names = new Set(a.fields.map(({ name }) => name))
  const merged = a.fields.map((field) => {
    const other = others.get(field.name)
    return other === undefined ? field : both(field, other, resolve, depth + 1)
  })
  const rest = a.rest ?? b.rest
  return objectOf([...merged, ...b.fields.filter(({ name }) => !names.has(name))], rest)
}

const maxDepth = 32
const maxPairs = 2_000

/**
 * The type of what fits both; nothing where no value does. References are followed once the other side is not the same
 * reference.
 */
export const intersect = (a: InputType, b: InputType, resolve: Resolve, depth = 0): InputType | undefined => {
  if (a.kind === "unknown") return b
  if (b.kind === "unknown" || depth > maxDepth || typeKey(a) === typeKey(b)) return a
  if (a.kind === "ref") return intersectReference(a, b, resolve, depth)
  if (b.kind === "ref") return intersectReference(b, a, resolve, depth)
  if (a.kind === "union" || b.kind === "union") return intersectUnions(a, b, resolve, depth)
  if (a.kind === "object" && b.kind === "object") return mergeObjects(a, b, resolve, depth)
  if (a.kind === "array" && b.kind === "array") {
    return { kind: "array", items: intersect(a.items, b.items, resolve, depth + 1) ?? unknownType }
  }
  if (isWithin(a, b)) return a
  return isWithin(b, a) ? b : undefined
}

const intersectReference = (
  ref: InputType & { readonly kind: "ref" },
  other: InputType,
  resolve: Resolve,
  depth: number
): InputType | undefined => {
  const target = resolve(ref.name)
  return target === undefined ? other : intersect(target, other, resolve, depth + 1)
}

const membersOf = (type: InputType): ReadonlyArray<InputType> => (type.kind === "union" ? type.members : [type])

const intersectUnions = (a: InputType, b: InputType, resolve: Resolve, depth: number): InputType | undefined => {
  const left = membersOf(a)
  const right = membersOf(b)
  if (left.length * right.length > maxPairs) return a
  const found = left.flatMap((one) =>
    right.flatMap((other) => {
      const fits = intersect(one, other, resolve, depth + 1)
      return fits === undefined ? [] : [fits]
    })
  )
  return found.length === 0 ? undefined : unionOf(found)
}
