import * as Encoding from "effect/Encoding"
import * as Either from "effect/Either"
import type { Parameters } from "../../Action.js"
import type { ToolFile } from "../../ActionTools.js"
import { type ConnectorFile, fromBytes } from "../../ConnectorFile.js"
import { contentOf } from "../fileContent.js"
import { type Fields, isFields } from "../fields.js"
import type { Issue } from "../../InvalidRequest.js"
import { isBinary } from "../schema/entry.js"
import type { WireType } from "../schema/wireType.js"
import type { Entry } from "./connector.js"
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

// text next to a file in a union is meant as text
const takesBase64 = (type: WireType): boolean =>
  type._tag === "Array" ? takesBase64(type.items.type) : type._tag === "Scalar" && isBinary(type)

/**
 * How the arguments of a tool become the parameters of its action: files come as base64.
 *
 * @internal
 */
export const filesRead = (
  entry: Pick<Entry, "schema" | "parameters">
): ((given: Parameters) => Either.Either<Parameters, ReadonlyArray<Issue>>) => {
  const types = !entry.schema.hasBinary
    ? []
    : declaredIn(requestIn(entry.parameters)).flatMap(({ name, shape }) =>
        shape !== undefined && isBinary(shape.type) ? [[name, takesBase64(shape.type)] as const] : []
      )
  return (given) => {
    const issues: Array<Issue> = []
    const read: Record<string, unknown> = {}
    for (const [name, takesText] of types) {
      if (!Object.hasOwn(given, name)) continue
      const value = readIn(given[name], takesText)
      if (value === invalid || (Array.isArray(value) && value.includes(invalid))) {
        issues.push({ path: [name], message: "its content is not base64", fix: "give { filename, base64 }" })
      } else read[name] = value
    }
    return issues.length > 0 ? Either.left(issues) : Either.right({ ...given, ...read })
  }
}
