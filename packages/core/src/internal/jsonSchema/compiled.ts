import * as Either from "effect/Either"
import type * as Schema from "effect/Schema"
import type {
  ActionSchema,
  Cleaned,
  Ignored,
  Parameter,
  ParameterFiles,
  Unchecked,
  ValidateOptions,
  Values
} from "../../ActionSchema.js"
import type { Dialect } from "../../Dialect.js"
import type { Issue } from "../../InvalidRequest.js"
import type { Fields } from "../data/fields.js"
import { unknownName } from "./coerce.js"
import { begin, type Context, isClean, issuesOf, refused } from "./context.js"
import { describe, isData } from "./describe.js"
import { absent, type Entry, entryOf, Files, filesIn, isBinary, misplaced, read } from "./entry.js"
import { schemaOf } from "./schemaOf.js"
import { type Strict, strict } from "./strict.js"
import { maxNodes, propertiesOf, type Property, typeName } from "./wireType.js"

const listed = (
  properties: ReadonlyArray<Property>,
  prefix: string,
  binary: "binary" | "string",
  into: Array<Parameter>
): ReadonlyArray<Parameter> => {
  for (const { name, required, shape } of properties) {
    if (shape === undefined) continue
    into.push({ name: prefix + name, type: typeName(shape, binary), required })
    if (shape.type._tag === "Model") listed(shape.type.properties, `${prefix}${name}.`, binary, into)
  }
  return into
}

const skippedIn = (properties: ReadonlyArray<Property>, prefix: string, into: Array<Unchecked>) => {
  for (const { name, reason, shape } of properties) {
    if (reason !== undefined) into.push({ name: prefix + name, reason })
    if (shape?.type._tag === "Model") skippedIn(shape.type.properties, `${prefix}${name}.`, into)
  }
  return into
}

const noFiles: ReadonlyArray<ParameterFiles> = []
const noneIgnored: ReadonlyArray<Ignored> = []

/** @internal */
export class Compiled implements ActionSchema {
  readonly #source: Fields
  readonly #root: Fields
  readonly #dialect: Dialect
  #entries: ReadonlyArray<Entry> | undefined
  #byName: ReadonlyMap<string, Entry> | undefined
  #names: ReadonlyArray<string> | undefined
  #parameters: ReadonlyArray<Parameter> | undefined
  #binaries: ReadonlyArray<string> | undefined
  #skipped: ReadonlyArray<Unchecked> | undefined
  #strict: Strict | undefined
  #schema: Schema.Schema<Values, Values> | undefined

  constructor(source: Fields, root: Fields, dialect: Dialect) {
    this.#source = source
    this.#root = root
    this.#dialect = dialect
  }

  get #compiled(): ReadonlyArray<Entry> {
    return (this.#entries ??= propertiesOf(this.#source, { nodes: maxNodes }).map(entryOf))
  }

  get #known(): ReadonlyMap<string, Entry> {
    return (this.#byName ??= new Map(this.#compiled.map((entry) => [entry.property.name, entry])))
  }

  get #properties(): ReadonlyArray<Property> {
    return this.#compiled.map((entry) => entry.property)
  }

  get #rules(): Strict {
    return (this.#strict ??= strict(this.#properties, this.#root))
  }

  get parameters(): ReadonlyArray<Parameter> {
    const binary = this.#dialect === "bosa" ? "string" : "binary"
    return (this.#parameters ??= listed(this.#properties, "", binary, []))
  }

  get skipped(): ReadonlyArray<Unchecked> {
    return (this.#skipped ??= skippedIn(this.#properties, "", []))
  }

  get unchecked(): ReadonlyArray<Unchecked> {
    return this.#rules.unchecked
  }

  get binaries(): ReadonlyArray<string> {
    return (this.#binaries ??= this.#compiled
      .filter(({ property }) => property.shape !== undefined && isBinary(property.shape.type))
      .map(({ property }) => property.name))
  }

  get schema(): Schema.Schema<Values, Values> {
    return (this.#schema ??= schemaOf(this.#compiled))
  }

  readonly declares = (name: string): boolean => this.#known.has(name)

  readonly validate = (
    input: Readonly<Record<string, unknown>>,
    options?: ValidateOptions
  ): Either.Either<Cleaned, ReadonlyArray<Issue>> => {
    if (!isData(input)) {
      return Either.left([
        { path: [], message: `expected an object, got ${describe(input)}`, fix: "pass the parameters by name" }
      ])
    }
    const ctx = begin(options?.strict === true)
    const values: Record<string, unknown> = {}
    let files: Array<ParameterFiles> | undefined
    let given = 0
    for (const entry of this.#compiled) {
      const name = entry.property.name
      const isGiven = Object.hasOwn(input, name)
      if (isGiven) given++
      const value = read(entry, isGiven ? input[name] : undefined, ctx)
      if (value === refused || value === absent) continue
      if (value instanceof Files) (files ??= []).push([name, value.files, value.isList])
      else {
        values[name] = value
        if (ctx.strict) this.#rules.check(name, value, ctx)
      }
    }
    if (Object.keys(input).length !== given) this.#rest(input, ctx)
    if (!isClean(ctx)) return Either.left(issuesOf(ctx))
    return Either.right({
      values,
      files: files === undefined ? noFiles : inOrder(files, input),
      ignored: ctx.ignored.length === 0 ? noneIgnored : ctx.ignored
    })
  }

  #rest(input: Fields, ctx: Context): void {
    for (const name of Object.keys(input)) {
      if (this.#known.has(name)) continue
      const value = input[name]
      if (value === undefined) continue
      if (filesIn(value) === undefined) unknownName(name, (this.#names ??= [...this.#known.keys()]), ctx)
      else misplaced(ctx, name, value)
    }
  }
}

const inOrder = (files: ReadonlyArray<ParameterFiles>, input: Fields): ReadonlyArray<ParameterFiles> => {
  if (files.length < 2) return files
  const places = new Map(Object.keys(input).map((name, place) => [name, place]))
  return [...files].sort(([a], [b]) => (places.get(a) ?? 0) - (places.get(b) ?? 0))
}
