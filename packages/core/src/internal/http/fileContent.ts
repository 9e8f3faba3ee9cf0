import type { ConnectorFile } from "../../ConnectorFile.js"

// kept outside of the files: a file made by another copy of this package is merely streamed
const contents = new WeakMap<ConnectorFile, Uint8Array>()

/** @internal */
export const remember = (file: ConnectorFile, content: Uint8Array): ConnectorFile => {
  contents.set(file, content)
  return file
}

/**
 * The content of a file that is in memory as a whole.
 *
 * @internal
 */
export const contentOf = (file: ConnectorFile): Uint8Array | undefined => contents.get(file)
