import { createHash } from "node:crypto"

/** A JSON value that a type names by its value. */
export type Scalar = string | number | boolean | null

/**
 * A type of an input, without descriptions of what stands in it but for those of fields. It is plain JSON.
 */
export type InputType =
  | { readonly kind: "string" | "number" | "integer" | "boolean" | "null" | "date" | "file" | "unknown" }
  | { readonly kind: "literal"; readonly value: Scalar }
  | { readonly kind: "array"; readonly items: InputType }
  | ObjectType
  | { readonly kind: "union"; readonly members: ReadonlyArray<InputType> }
  | { readonly kind: "ref"; readonly name: string }

/** An object. With `rest` it takes names that are not among its fields. */
export interface ObjectType {
  readonly kind: "object"
  readonly fields: ReadonlyArray<InputField>
  readonly rest?: InputType
}

export interface InputField {
  readonly name: string
  readonly type: InputType
  readonly required: boolean
  readonly description: string
}

/** An action with what it takes. The definitions are those that its references name. */
export interface ActionModel {
  readonly name: string
  readonly description: string
  readonly input: ObjectType
  readonly definitions: Readonly<Record<string, InputType>>
}

/** A BOSA connector or a connection. */
export type Owner = "connector" | "connection"

export interface ModuleModel {
  readonly owner: Owner
  readonly name: string
  readonly actions: ReadonlyArray<ActionModel>
}

/** By code units, so that no locale changes the order. */
export const byText = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0)

export const sortedBy = <A>(values: ReadonlyArray<A>, text: (value: A) => string): ReadonlyArray<A> =>
  [...values].sort((a, b) => byText(text(a), text(b)))

export const unknownType: InputType = { kind: "unknown" }

const canonicalField = ({ name, required, type }: InputField) => ({ name, required, type: canonicalType(type) })

const canonicalType = (type: InputType): InputType | object => {
  switch (type.kind) {
    case "array":
      return { kind: "array", items: canonicalType(type.items) }
    case "union":
      return { kind: "union", members: type.members.map(canonicalType) }
    case "object":
      return {
        kind: "object",
        fields: type.fields.map(canonicalField),
        ...(type.rest === undefined ? {} : { rest: canonicalType(type.rest) })
      }
    default:
      return type
  }
}

/** The same text for the same type, whatever its descriptions are. */
export const typeKey = (type: InputType): string => JSON.stringify(canonicalType(type))

/** What is kept of an action to compare it with a later one: JSON, the same text for the same types. */
export const canonicalText = ({ definitions, input }: ActionModel): string =>
  JSON.stringify({
    input: canonicalType(input),
    definitions: Object.fromEntries(
      sortedBy(Object.entries(definitions), ([name]) => name).map(([name, type]) => [name, canonicalType(type)])
    )
  })

export const hashOf = (text: string): string => createHash("sha256").update(text).digest("hex").slice(0, 16)
