import { isFields } from "../data/fields.js"

const maxSteps = 64

const decode = (step: string): string | undefined => {
  try {
    return decodeURIComponent(step).replaceAll("~1", "/").replaceAll("~0", "~")
  } catch {
    return undefined
  }
}

interface Target {
  readonly value: unknown
}

/**
 * The value that a local reference such as `#/$defs/Page` or `#/properties/filter/anyOf/0` points to. Only own fields
 * are followed.
 *
 * @internal
 */
export const resolveReference = (root: unknown, ref: string): Target | undefined => {
  if (ref === "#" || ref === "") return { value: root }
  if (!ref.startsWith("#/")) return undefined
  const steps = ref.slice(2).split("/")
  if (steps.length > maxSteps) return undefined
  let value: unknown = root
  for (const encoded of steps) {
    const step = decode(encoded)
    if (step === undefined) return undefined
    if (Array.isArray(value) && /^(?:0|[1-9]\d{0,5})$/.test(step)) value = value[Number(step)]
    else if (isFields(value) && Object.hasOwn(value, step)) value = value[step]
    else return undefined
  }
  return value === undefined ? undefined : { value }
}

const maxInPlace = 1000
const maxChain = 100

const combinations = ["allOf", "anyOf", "oneOf"]
const conditions = ["not", "if", "then", "else"]

/** The schemas that apply to the same value as `schema` does. */
const inPlace = (schema: unknown): ReadonlyArray<unknown> => {
  if (!isFields(schema)) return []
  const members = combinations.flatMap((name) => (Array.isArray(schema[name]) ? schema[name] : []))
  const wrapped = schema.type === undefined ? [schema.schema] : []
  return [...members, ...conditions.map((name) => schema[name]), ...wrapped].filter(isFields)
}

/** The references that apply to the same value as `schema` does. */
const referencesIn = (schema: unknown): ReadonlySet<string> => {
  const found = new Set<string>()
  const open: Array<unknown> = [schema]
  for (let count = 0; open.length > 0 && count < maxInPlace; count++) {
    const next = open.pop()
    if (isFields(next) && typeof next.$ref === "string") found.add(next.$ref)
    open.push(...inPlace(next))
  }
  return found
}

/**
 * The references of one document.
 *
 * @internal
 */
export class References {
  readonly #root: unknown
  /** Whether a reference closes a circle; absent while that is not known. */
  readonly #circular = new Map<string, boolean>()
  readonly #open = new Set<string>()

  constructor(root: unknown) {
    this.#root = root
  }

  resolve(ref: string): Target | undefined {
    return resolveReference(this.#root, ref)
  }

  /**
   * Whether a reference leads back to itself without a step into the value, so that it says nothing of the value: a
   * reader that followed it would not end. A chain of too many references counts as one.
   */
  isCircular(ref: string): boolean {
    const known = this.#circular.get(ref)
    if (known !== undefined) return known
    if (this.#open.has(ref) || this.#open.size >= maxChain) {
      this.#circular.set(ref, true)
      return true
    }
    this.#open.add(ref)
    for (const next of referencesIn(this.resolve(ref)?.value)) this.isCircular(next)
    this.#open.delete(ref)
    const isCircular = this.#circular.get(ref) === true
    this.#circular.set(ref, isCircular)
    return isCircular
  }
}
