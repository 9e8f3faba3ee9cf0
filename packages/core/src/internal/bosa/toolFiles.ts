import * as Encoding from "effect/Encoding"
import type { Parameters } from "../../Action.js"
import type { ToolFile } from "../../ActionTools.js"
import { type ConnectorFile, fromBytes } from "../../ConnectorFile.js"
import type { Issue } from "../../InvalidRequest.js"
import { type Fields, isFields } from "../data/fields.js"
import * as Result from "../data/result.js"
import { shownText } from "../data/serverText.js"
import { contentOf } from "../http/fileContent.js"
import type { WireType } from "../jsonSchema/wireType.js"
import { declaredIn, requestIn } from "./toolSchema.js"

/**
 * A file that was received, as JSON.
 *
 * @internal
 */
export const toolFileOf = (file: ConnectorFile, maxBytes: number): ToolFile => {
  const content = contentOf(file)
  const size = content?.length ?? file.size ?? 0
  return {
    ...(file.filename === undefined ? {} : { filename: shownText("name", file.filename) }),
    ...(file.contentType === undefined ? {} : { contentType: shownText("name", file.contentType) }),
    size,
    ...(content === undefined || size > maxBytes ? {} : { base64: Encoding.encodeBase64(content) })
  }
}

const decodeFile = (base64: string, { contentType, filename }: Fields): ConnectorFile | undefined => {
  const content = Encoding.decodeBase64(base64)
  if (content._tag === "Left") return undefined
  return fromBytes(content.right, {
    filename: typeof filename === "string" ? filename : "file",
    contentType: typeof contentType === "string" ? contentType : undefined
  })
}

const invalid = Symbol.for("@effect-connectors/core/ActionTools/invalid")

const decodeFilesIn = (value: unknown, acceptsText: boolean): unknown => {
  if (Array.isArray(value)) return value.map((element) => decodeFilesIn(element, acceptsText))
  if (typeof value === "string" && acceptsText) return decodeFile(value, {}) ?? invalid
  if (!isFields(value) || typeof value["base64"] !== "string") return value
  return decodeFile(value["base64"], value) ?? invalid
}

/** The forms in which a parameter takes base64: not at all, in an object, or also as plain text. */
type FileForm = "none" | "object" | "text"

const fileFormOf = (type: WireType): FileForm => {
  if (type._tag === "Array") return fileFormOf(type.items.type)
  if (type._tag === "Scalar") return type.name === "binary" ? "text" : "none"
  if (type._tag !== "Union") return "none"
  const members = type.members.map(fileFormOf)
  if (members.every((form) => form === "none")) return "none"
  // where other types are allowed too, plain text is text and not base64
  return members.every((form) => form === "text") ? "text" : "object"
}

interface FileArgument {
  readonly name: string
  readonly acceptsText: boolean
}

const fileArgumentsOf = (parameters: unknown): ReadonlyArray<FileArgument> =>
  declaredIn(requestIn(parameters)).flatMap(({ name, shape }) => {
    const form = shape === undefined ? "none" : fileFormOf(shape.type)
    return form === "none" ? [] : [{ name, acceptsText: form === "text" }]
  })

const isInvalid = (decoded: unknown): boolean =>
  decoded === invalid || (Array.isArray(decoded) && decoded.includes(invalid))

/**
 * Makes the parameters of an action from the arguments of its tool: files come as base64.
 *
 * @internal
 */
export const fileDecoder = (
  parameters: unknown
): ((args: Parameters) => Result.Result<Parameters, ReadonlyArray<Issue>>) => {
  const fileArguments = fileArgumentsOf(parameters)
  return (args) => {
    const issues: Array<Issue> = []
    const decoded: Record<string, unknown> = {}
    for (const { acceptsText, name } of fileArguments) {
      if (!Object.hasOwn(args, name)) continue
      const value = decodeFilesIn(args[name], acceptsText)
      if (isInvalid(value)) {
        issues.push({ path: [name], message: "its content is not base64", fix: "give { filename, base64 }" })
      } else decoded[name] = value
    }
    return issues.length > 0 ? Result.fail(issues) : Result.succeed({ ...args, ...decoded })
  }
}
