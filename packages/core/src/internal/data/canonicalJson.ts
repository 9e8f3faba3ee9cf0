const isLeftOut = (value: unknown): boolean =>
  value === undefined || typeof value === "function" || typeof value === "symbol"

// what an object makes of itself is asked for once
const writtenBy = (value: unknown, name: string): unknown =>
  typeof value === "object" && value !== null && "toJSON" in value && typeof value.toJSON === "function"
    ? value.toJSON(name)
    : value

/**
 * What JSON writes for a value, with the fields of each object in one order: the same text for the same data. The value
 * has a form in JSON (`jsonIssue`).
 *
 * @internal
 */
export const canonicalJson = (given: unknown, name = ""): string => {
  const value = writtenBy(given, name)
  if (typeof value === "bigint") return String(value)
  if (typeof value !== "object" || value === null) return JSON.stringify(value) ?? "null"
  if (Array.isArray(value)) return `[${value.map((part, index) => canonicalJson(part, String(index))).join(",")}]`
  const fields = Object.entries(value)
    .filter(([, part]) => !isLeftOut(part))
    .sort(([a], [b]) => (a < b ? -1 : 1))
  return `{${fields.map(([key, part]) => `${JSON.stringify(key)}:${canonicalJson(part, key)}`).join(",")}}`
}
