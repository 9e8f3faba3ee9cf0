import * as OptionNames from "@effect-connectors/core/OptionNames"

/** The code of errors about an option that is not known. */
export const unknownOptionCode = "UNKNOWN_OPTION"

/** The first option that is not known, and what to do about it. */
export const unknownOption = (
  names: OptionNames.OptionNames,
  options: unknown
): { readonly option: string; readonly detail: string } | undefined => {
  const [issue] = OptionNames.issues(names, options)
  if (issue === undefined) return undefined
  const option = issue.path.join(".")
  return { option, detail: `"${option}" ${issue.message}: ${issue.fix ?? "leave it out"}` }
}
