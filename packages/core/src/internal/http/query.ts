import type { Issue } from "../../InvalidRequest.js"

/**
 * A query in the order given, without the parameters that are left out.
 *
 * @internal
 */
export const query = (
  parameters: ReadonlyArray<readonly [name: string, value: string | undefined]>
): { readonly query: string; readonly issues: ReadonlyArray<Issue> } => {
  const issues: Array<Issue> = []
  let text = ""
  for (const [name, value] of parameters) {
    if (value === undefined) continue
    try {
      text += `${text === "" ? "?" : "&"}${name}=${encodeURIComponent(value)}`
    } catch {
      issues.push({
        path: [name],
        message: "holds half of a surrogate pair",
        fix: "the text was cut inside a character"
      })
    }
  }
  return { query: text, issues }
}
