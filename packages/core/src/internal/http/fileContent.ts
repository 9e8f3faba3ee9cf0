import type { ConnectorFile } from "../../ConnectorFile.js"
import type { Issue } from "../../InvalidRequest.js"
import { noIssues } from "../data/checks.js"

// kept outside of the files: a file made by another copy of this package is merely streamed
const contents = new WeakMap<ConnectorFile, Uint8Array>()

const wrongDetails = new WeakMap<ConnectorFile, ReadonlyArray<Issue>>()

/**
 * Keeps what is wrong with the details of a file until it is sent: a file is made by a plain function, which cannot fail.
 *
 * @internal
 */
export const withWrongDetails = (file: ConnectorFile, issues: ReadonlyArray<Issue>): ConnectorFile => {
  if (issues.length > 0) wrongDetails.set(file, issues)
  return file
}

/** @internal */
export const wrongDetailsOf = (file: ConnectorFile): ReadonlyArray<Issue> => wrongDetails.get(file) ?? noIssues

/** @internal */
export const remember = (file: ConnectorFile, content: Uint8Array): ConnectorFile => {
  contents.set(file, content)
  return file
}

const transients = new WeakMap<ConnectorFile, ConnectorFile["stream"]>()

/** @internal */
export const withTransient = (file: ConnectorFile, transient: ConnectorFile["stream"] | undefined): ConnectorFile => {
  if (transient !== undefined) transients.set(file, transient)
  return file
}

/**
 * The content of a file in pieces that share memory: each is valid until the next one is asked for.
 *
 * @internal
 */
export const transientOf = (file: ConnectorFile): ConnectorFile["stream"] | undefined => transients.get(file)

/**
 * The content of a file that is in memory as a whole.
 *
 * @internal
 */
export const contentOf = (file: ConnectorFile): Uint8Array | undefined => contents.get(file)
