// A `ConnectorFile` is made of Effect types. This code only recognizes one, by the mark that its module registers.
const mark: unique symbol = Symbol.for("@effect-connectors/core/ConnectorFile")

/**
 * A file: here its content is never read.
 *
 * @internal
 */
export interface MarkedFile {
  readonly [mark]: unknown
}

/**
 * What can be sent as a file.
 *
 * @internal
 */
export type FileContent = MarkedFile | Uint8Array

/** @internal */
export const isFile = (value: unknown): value is MarkedFile =>
  ((typeof value === "object" && value !== null) || typeof value === "function") && mark in value

/** @internal */
export const isFileContent = (value: unknown): value is FileContent => isFile(value) || value instanceof Uint8Array

/**
 * The files of one parameter, and whether they were given as a list.
 *
 * @internal
 */
export class FileValue {
  readonly contents: ReadonlyArray<FileContent>
  readonly isList: boolean
  constructor(contents: ReadonlyArray<FileContent>, isList: boolean) {
    this.contents = contents
    this.isList = isList
  }
}

/**
 * A value that is one content or a list of nothing else.
 *
 * @internal
 */
export const fileValueOf = (
  value: unknown,
  isContent: (value: unknown) => value is FileContent
): FileValue | undefined => {
  if (isContent(value)) return new FileValue([value], false)
  if (!Array.isArray(value) || value.length === 0 || !isContent(value[0])) return undefined
  const contents: ReadonlyArray<unknown> = value
  return contents.every(isContent) ? new FileValue(contents, true) : undefined
}
