import type { Issue } from "../../InvalidRequest.js"
import type { Fields } from "../data/fields.js"
import * as Result from "../data/result.js"
import { type Check, checkAt } from "./check.js"
import { areFieldsClean, type CleanField } from "./clean.js"
import { reportUnknownName } from "./coerce.js"
import {
  absent,
  compileParameter,
  type CompiledParameter,
  isBinary,
  readParameter,
  refuseMisplacedFile
} from "./compiledParameter.js"
import {
  type Context,
  type Ignored,
  isStopped,
  isValid,
  listIssues,
  makeBudget,
  makeContext,
  refused
} from "./context.js"
import { describe, isData } from "./describe.js"
import { type FileContent, FileValue, fileValueOf, isFile } from "./file.js"
import { type BinaryName, listParameters, listSkipped, type Parameter } from "./parameterList.js"
import { type StrictRules, strictRules } from "./strictRules.js"
import type { Unchecked } from "./unchecked.js"
import { maxNodes, propertiesOf, type Property } from "./wireType.js"

/**
 * The files of one parameter: its name, the files, and whether they were given as a list.
 *
 * @internal
 */
type FileParameter = readonly [name: string, contents: ReadonlyArray<FileContent>, isList: boolean]

/**
 * An input that fits.
 *
 * @internal
 */
export interface CleanInput {
  /** The values without the files, in the order of the schema. */
  readonly values: Fields
  /** The files, in the order of the input. */
  readonly files: ReadonlyArray<FileParameter>
  readonly ignored: ReadonlyArray<Ignored>
}

const noFiles: ReadonlyArray<FileParameter> = []
const noneIgnored: ReadonlyArray<Ignored> = []

/**
 * The parameters of one action. Each part is compiled on first use.
 *
 * @internal
 */
export class ActionParameters {
  readonly #source: Fields
  readonly #root: Fields
  readonly #binaryName: BinaryName
  #compiled: ReadonlyArray<CompiledParameter> | undefined
  #cleanFields: ReadonlyArray<CleanField> | undefined
  #byName: ReadonlyMap<string, CompiledParameter> | undefined
  #names: ReadonlyArray<string> | undefined
  #listed: ReadonlyArray<Parameter> | undefined
  #binaries: ReadonlyArray<string> | undefined
  #skipped: ReadonlyArray<Unchecked> | undefined
  #strict: StrictRules | undefined

  /** `root` is the schema that references start from; `binaryName` is how the list calls a file. */
  constructor(source: Fields, root: Fields, binaryName: BinaryName) {
    this.#source = source
    this.#root = root
    this.#binaryName = binaryName
  }

  get compiled(): ReadonlyArray<CompiledParameter> {
    return (this.#compiled ??= propertiesOf(this.#source, this.#root.required, { nodes: maxNodes }).map(
      compileParameter
    ))
  }

  get listed(): ReadonlyArray<Parameter> {
    return (this.#listed ??= listParameters(this.#properties, this.#binaryName))
  }

  get skipped(): ReadonlyArray<Unchecked> {
    return (this.#skipped ??= listSkipped(this.#properties))
  }

  get unchecked(): ReadonlyArray<Unchecked> {
    return this.#rules.unchecked
  }

  get binaries(): ReadonlyArray<string> {
    return (this.#binaries ??= this.#properties
      .filter(({ shape }) => shape !== undefined && isBinary(shape.type))
      .map(({ name }) => name))
  }

  get #fields(): ReadonlyArray<CleanField> {
    return (this.#cleanFields ??= this.compiled.map(({ clean }) => clean))
  }

  get #known(): ReadonlyMap<string, CompiledParameter> {
    return (this.#byName ??= new Map(this.compiled.map((parameter) => [parameter.property.name, parameter])))
  }

  get #properties(): ReadonlyArray<Property> {
    return this.compiled.map((parameter) => parameter.property)
  }

  get #rules(): StrictRules {
    return (this.#strict ??= strictRules(this.#properties, this.#root))
  }

  declares(name: string): boolean {
    return this.#known.has(name)
  }

  validate(input: unknown, strict: boolean): Result.Result<CleanInput, ReadonlyArray<Issue>> {
    if (!isData(input)) {
      return Result.fail([
        { path: [], message: `expected an object, got ${describe(input)}`, fix: "pass the parameters by name" }
      ])
    }
    const checks = strict ? this.#rules.checks : undefined
    const budget = makeBudget()
    if (areFieldsClean(this.#fields, input, budget, 0, checks) && !isStopped(budget)) {
      return Result.succeed({ values: input, files: noFiles, ignored: noneIgnored })
    }
    return this.#clean(input, makeContext(strict), checks)
  }

  /** Reads each parameter, and explains what is wrong. */
  #clean(
    input: Fields,
    ctx: Context,
    checks: ReadonlyArray<Check> | undefined
  ): Result.Result<CleanInput, ReadonlyArray<Issue>> {
    const values: Record<string, unknown> = {}
    let files: Array<FileParameter> | undefined
    let declared = 0
    for (const [index, parameter] of this.compiled.entries()) {
      const { name } = parameter.property
      const isGiven = Object.hasOwn(input, name)
      if (isGiven) declared++
      const value = readParameter(parameter, isGiven ? input[name] : undefined, ctx)
      if (value === refused || value === absent) continue
      if (value instanceof FileValue) (files ??= []).push([name, value.contents, value.isList])
      else {
        values[name] = value
        const check = checks?.[index]
        if (check !== undefined) checkAt(ctx, name, check, value)
      }
    }
    if (Object.keys(input).length !== declared) this.#reportUndeclared(input, ctx)
    if (!isValid(ctx)) return Result.fail(listIssues(ctx))
    return Result.succeed({
      values,
      files: files === undefined ? noFiles : inInputOrder(files, input),
      ignored: ctx.ignored.length === 0 ? noneIgnored : ctx.ignored
    })
  }

  #reportUndeclared(input: Fields, ctx: Context): void {
    for (const name of Object.keys(input)) {
      const value = input[name]
      if (this.#known.has(name) || value === undefined) continue
      // bytes under an unknown name are dropped as any other value is
      if (fileValueOf(value, isFile) !== undefined) refuseMisplacedFile(ctx, name, value)
      else reportUnknownName(name, (this.#names ??= [...this.#known.keys()]), ctx)
    }
  }
}

const inInputOrder = (files: ReadonlyArray<FileParameter>, input: Fields): ReadonlyArray<FileParameter> => {
  if (files.length < 2) return files
  const places = new Map(Object.keys(input).map((name, place) => [name, place]))
  return [...files].sort(([a], [b]) => (places.get(a) ?? 0) - (places.get(b) ?? 0))
}
