import type { ToolAnnotations } from "../../ActionTools.js"
import type { Issue } from "../../InvalidRequest.js"
import * as OptionNames from "../../OptionNames.js"
import { noIssues } from "../data/checks.js"
import type { Endpoint } from "../http/endpoint.js"
import { annotationNames } from "./optionNames.js"

// an action runs at the connector's own service: the world is open in each class
const hintsOf: Readonly<Record<Endpoint["retry"], ToolAnnotations>> = {
  safe: { readOnlyHint: true, destructiveHint: false, idempotentHint: true, openWorldHint: true },
  idempotent: { readOnlyHint: false, destructiveHint: true, idempotentHint: true, openWorldHint: true },
  unsafe: { readOnlyHint: false, destructiveHint: true, idempotentHint: false, openWorldHint: true }
}

/**
 * What is wrong with what a caller says of an action.
 *
 * @internal
 */
export const annotationIssues = (
  given: Partial<ToolAnnotations> | undefined,
  path: ReadonlyArray<string>
): ReadonlyArray<Issue> => {
  if (given === undefined) return noIssues
  const names = OptionNames.issues(annotationNames, given, path)
  if (names.length > 0) return names
  return Object.entries(given).flatMap(([name, value]) =>
    value === undefined || typeof value === "boolean"
      ? []
      : [{ path: [...path, name], message: "is neither true nor false", fix: "give one of them, or leave it out" }]
  )
}

/**
 * The hints of an action: by its retry class, and as its caller says.
 *
 * @internal
 */
export const annotationsOf = (retry: Endpoint["retry"], given: Partial<ToolAnnotations> = {}): ToolAnnotations => {
  const known = hintsOf[given.readOnlyHint === true ? "safe" : retry]
  const {
    destructiveHint = known.destructiveHint,
    idempotentHint = known.idempotentHint,
    openWorldHint = known.openWorldHint,
    readOnlyHint = known.readOnlyHint
  } = given
  return { readOnlyHint, destructiveHint, idempotentHint, openWorldHint }
}
