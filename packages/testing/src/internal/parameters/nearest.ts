import * as OptionNames from "@effect-connectors/core/OptionNames"

/** What a message says of the name that was probably meant; nothing when none is near. */
export const nearestHint = (names: Iterable<string>, name: string): string => {
  const near = OptionNames.nearestTo(new Set(names), name)
  return near === undefined ? "" : `; the nearest is ${JSON.stringify(near)}`
}
