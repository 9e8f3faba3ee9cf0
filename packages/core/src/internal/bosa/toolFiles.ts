import * as Encoding from "effect/Encoding"
import * as Either from "effect/Either"
import type { Parameters } from "../../Action.js"
import type { ToolFile } from "../../ActionTools.js"
import { type ConnectorFile, fromBytes } from "../../ConnectorFile.js"
import { contentOf } from "../http/fileContent.js"
import { type Fields, isFields } from "../data/fields.js"
import type { Issue } from "../../InvalidRequest.js"
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
    ...(file.filename === undefined ? {} : { filename: file.filename }),
    ...(file.contentType === undefined ? {} : { contentType: file.contentType }),
    size,
    ...(content === undefined || size > maxBytes ? {} : { base64: Encoding.encodeBase64(content) })
  }
}

const decoded = (base64: string, { contentType, filename }: Fields): ConnectorFile | undefined => {
  const content = Encoding.decodeBase64(base64)
  if (content._tag === "Left") return undefined
  return fromBytes(content.right, {
    filename: typeof filename === "string" ? filename : "file",
    contentType: typeof contentType === "string" ? contentType : undefined
  })
}

const invalid = Symbol.for("@effect-connectors/core/ActionTools/invalid")

const readIn = (value: unknown, takesText: boolean): unknown => {
  if (Array.isArray(value)) return value.map((one) => readIn(one, takesText))
  if (typeof value === "string" && takesText) return decoded(value, {}) ?? invalid
  if (!isFields(value) || typeof value["base64"] !== "string") return value
  return decoded(value["base64"], value) ?? invalid
}

type Takes = "nothing" | "objects" | "text"

const takesOf = (type: WireType): Takes => {
  if (type._tag === "Array") return takesOf(type.items.type)
  if (type._tag === "Scalar") return type.name === "binary" ? "text" : "nothing"
  if (type._tag !== "Union") return "nothing"
  const members = type.members.map(takesOf)
  if (members.every((takes) => takes === "nothing")) return "nothing"
  // text that stands beside a file is meant as text
  return members.every((takes) => takes === "text") ? "text" : "objects"
}

/**
 * How the arguments of a tool become the parameters of its action: files come as base64.
 *
 * @internal
 */
export const filesRead = (
  parameters: unknown
): ((given: Parameters) => Either.Either<Parameters, ReadonlyArray<Issue>>) => {
  const files = declaredIn(requestIn(parameters)).flatMap(({ name, shape }) => {
    const takes = shape === undefined ? "nothing" : takesOf(shape.type)
    return takes === "nothing" ? [] : [[name, takes === "text"] as const]
  })
  return (given) => {
    const issues: Array<Issue> = []
    const read: Record<string, unknown> = {}
    for (const [name, takesText] of files) {
      if (!Object.hasOwn(given, name)) continue
      const value = readIn(given[name], takesText)
      if (value === invalid || (Array.isArray(value) && value.includes(invalid))) {
        issues.push({ path: [name], message: "its content is not base64", fix: "give { filename, base64 }" })
      } else read[name] = value
    }
    return issues.length > 0 ? Either.left(issues) : Either.right({ ...given, ...read })
  }
}
