import { type ConnectorFile, fromBytes, isConnectorFile } from "../../ConnectorFile.js"
import { type FileContent, isFile } from "../jsonSchema/file.js"

/**
 * The contents of a file parameter as files: bytes become a file without a name.
 *
 * @internal
 */
export const connectorFilesOf = (contents: ReadonlyArray<FileContent>): ReadonlyArray<ConnectorFile> =>
  // both guards test the same mark, so that the filter only narrows the type
  contents.map((content) => (isFile(content) ? content : fromBytes(content))).filter(isConnectorFile)
