import { InvalidRequest } from "@effect-connectors/core/InvalidRequest"
import * as OptionNames from "@effect-connectors/core/OptionNames"

/**
 * The options, all of them known. One that is not known is thrown where it is given, since that is a mistake in the test.
 *
 * @internal
 */
export const knownOptions = <Options extends object | undefined>(
  operation: string,
  names: OptionNames.OptionNames,
  options: Options
): Options => {
  const issues = options === undefined ? [] : OptionNames.issues(names, options)
  if (issues.length > 0) throw new InvalidRequest({ operation, issues })
  return options
}
