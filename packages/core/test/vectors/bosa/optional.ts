import type { Outcome, Step, Vector } from "./format.js"
import { type Fields, isFields } from "./matching.js"
import { ending, type Expected } from "./expected.js"

const fieldIn = (value: unknown, name: string): unknown => (isFields(value) ? value[name] : undefined)

const propertiesOf = ({ server_script: rules }: Vector, { args = {} }: Step): Fields => {
  const { action, app } = args
  for (const { json } of rules.flatMap(({ responses }) => responses)) {
    const declared = fieldIn(fieldIn(json, String(app)), String(action))
    const properties = ["parameters", "request", "schema", "properties"].reduce(fieldIn, declared)
    if (isFields(properties)) return properties
  }
  return {}
}

/** What an outcome calls required, or missing, although the server gives it a default. */
const withDefaultIn = (vector: Vector, { raises, returns }: Outcome, index: number): ReadonlySet<string> => {
  const step = vector.call[index]
  const properties = step === undefined ? {} : propertiesOf(vector, step)
  const rows = Array.isArray(returns) ? returns : []
  const named = [
    ...Object.entries(raises?.fields ?? {}).flatMap(([name, problem]) => (problem === "missing" ? [name] : [])),
    ...rows.flatMap((row) => (isFields(row) && row["required"] === true ? [row["name"]] : [])),
    ...rows.flatMap((row) => (isFields(row) ? Object.keys(row).filter((name) => row[name] === "Field required") : []))
  ]
  return new Set(
    named.filter((name): name is string => {
      const property = typeof name === "string" ? properties[name] : undefined
      return isFields(property) && Object.hasOwn(property, "default")
    })
  )
}

/** Whether a parameter with a default is required. */
export const requiresDefault = (vector: Vector): boolean =>
  vector.outcome.some((outcome, index) => withDefaultIn(vector, outcome, index).size > 0)

const without = (fields: Fields, names: ReadonlySet<string>): Fields =>
  Object.fromEntries(Object.entries(fields).filter(([name]) => !names.has(name)))

/** The same with each parameter that has a default left to the caller. */
export const leftToDefault = (vector: Vector): Expected => ({
  ...vector,
  outcome: ending(vector, (outcome, index) => {
    const names = withDefaultIn(vector, outcome, index)
    const { op, raises, returns } = outcome
    if (names.size === 0) return undefined
    if (raises !== undefined) return { raises: { ...raises, fields: without(raises.fields ?? {}, names) } }
    if (!Array.isArray(returns)) return undefined
    const [cleaned, issues]: ReadonlyArray<unknown> = returns
    if (op === "validate" && isFields(issues)) {
      const rest = without(issues, names)
      return {
        returns: [Object.keys(rest).length === 0 ? (vector.call[index]?.args?.["params"] ?? null) : cleaned, rest]
      }
    }
    return {
      returns: returns.map((row: unknown) =>
        isFields(row) && typeof row["name"] === "string" && names.has(row["name"]) ? { ...row, required: false } : row
      )
    }
  })
})
