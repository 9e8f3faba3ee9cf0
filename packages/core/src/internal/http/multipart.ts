import type { ConnectorFile } from "../../ConnectorFile.js"
import type { Issue } from "../../InvalidRequest.js"
import { guessType } from "./contentTypes.js"
import { contentOf, wrongDetailsOf } from "./fileContent.js"
import { type Booleans, type Field, fieldValues } from "./form.js"
import { headerIssue } from "./headers.js"
import { wholeIssues } from "../data/checks.js"

interface FilePart {
  readonly name: string
  readonly file: ConnectorFile
}

/**
 * Fields first, then files; a list of files is several parts with one name.
 *
 * @internal
 */
export type Part = Field | FilePart

/**
 * How the published clients differ.
 *
 * @internal
 */
export interface Style {
  readonly booleans: Booleans
  /** How a backslash in a name is written. */
  readonly backslash: "raw" | "doubled"
  /** Whether a file without a content type gets the one that its name suggests. */
  readonly guessesType: boolean
}

const encoder = new TextEncoder()

/**
 * A boundary of 128 random bits, given as whole numbers of 32.
 *
 * @internal
 */
export const boundary = (...words: ReadonlyArray<number>): string =>
  words.map((word) => word.toString(16).padStart(8, "0")).join("")

// oxlint-disable-next-line no-control-regex
const unsafe = /["\u0000-\u001f\u007f]/g

const quoted = (name: string, backslash: Style["backslash"]): string => {
  const slashed = backslash === "doubled" ? name.replaceAll("\\", "\\\\") : name
  return slashed.replace(
    unsafe,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase().padStart(2, "0")}`
  )
}

const hasName = (filename: string | undefined): filename is string => filename !== undefined && filename !== ""

const fileHeaders = ({ file, name }: FilePart, style: Style): string => {
  const { contentType, filename, headers } = file
  const disposition = `form-data; name="${quoted(name, style.backslash)}"`
  const type = contentType ?? (style.guessesType && hasName(filename) ? guessType(filename) : undefined)
  const lines = [
    `Content-Disposition: ${disposition}${hasName(filename) ? `; filename="${quoted(filename, style.backslash)}"` : ""}`,
    ...(type === undefined ? [] : [`Content-Type: ${type}`]),
    ...Object.entries(headers).map(([header, value]) => `${header}: ${value}`)
  ]
  return lines.join("\r\n")
}

/** The head of a part without its boundary, and its content. */
interface Piece {
  readonly head: string
  readonly content: Uint8Array | ConnectorFile
}

const pieces = (parts: ReadonlyArray<Part>, style: Style): ReadonlyArray<Piece> =>
  parts.flatMap((part): ReadonlyArray<Piece> => {
    if ("file" in part) return [{ head: fileHeaders(part, style), content: contentOf(part.file) ?? part.file }]
    const head = `Content-Disposition: form-data; name="${quoted(part.name, style.backslash)}"`
    return fieldValues(part, style.booleans).map((content) => ({ head, content }))
  })

const holds = (content: Uint8Array, sought: Uint8Array): boolean => {
  const [first = 0] = sought
  for (let at = content.indexOf(first); at >= 0; at = content.indexOf(first, at + 1)) {
    let same = 1
    while (same < sought.length && content[at + same] === sought[same]) same++
    if (same === sought.length) return true
  }
  return false
}

// without its dashes, since some parsers search for it so; the loop ends: content of n bytes cannot hold more than n
// of the candidates
const absentFrom = (contents: ReadonlyArray<Uint8Array>, wanted: string): string => {
  for (let suffix = 0; ; suffix++) {
    const candidate = suffix === 0 ? wanted : `${wanted}${suffix}`
    const sought = encoder.encode(candidate)
    if (!contents.some((content) => holds(content, sought))) return candidate
  }
}

/** @internal */
export const isBytes = (content: Uint8Array | ConnectorFile): content is Uint8Array => content instanceof Uint8Array

const total = (segments: ReadonlyArray<Uint8Array | ConnectorFile>): number | undefined => {
  let sum = 0
  for (const segment of segments) {
    const length = isBytes(segment) ? segment.length : segment.size
    if (length === undefined) return undefined
    sum += length
  }
  return sum
}

/**
 * A form with files as the pieces that are sent one after the other.
 *
 * @internal
 */
export interface MultipartForm {
  readonly contentType: string
  readonly segments: ReadonlyArray<Uint8Array | ConnectorFile>
  /** In bytes, where every file says its size. */
  readonly contentLength: number | undefined
  readonly isReplayable: boolean
}

/**
 * Parts as `multipart/form-data`. A boundary that occurs in what is in memory is made longer.
 *
 * @internal
 */
export const multipartForm = (
  parts: ReadonlyArray<Part>,
  options: { readonly boundary: string; readonly style: Style }
): MultipartForm => {
  const found = pieces(parts, options.style)
  const separator = absentFrom(
    found.flatMap(({ content, head }) => [encoder.encode(head), content]).filter(isBytes),
    options.boundary
  )
  const segments = [
    ...found.flatMap(({ content, head }, index) => [
      encoder.encode(`${index === 0 ? "" : "\r\n"}--${separator}\r\n${head}\r\n\r\n`),
      content
    ]),
    encoder.encode(`${found.length === 0 ? "" : "\r\n"}--${separator}--\r\n`)
  ]
  return {
    contentType: `multipart/form-data; boundary=${separator}`,
    segments,
    contentLength: total(segments),
    isReplayable: parts.every((part) => !("file" in part) || part.file.isReplayable)
  }
}

const ours: ReadonlyMap<string, string> = new Map([
  ["content-disposition", "leave it out; the part's name and `filename` make it"],
  ["content-length", "leave it out"],
  ["transfer-encoding", "leave it out"],
  ["content-type", "give it as `contentType`"]
])

const loneSurrogate = /[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/

const received = "a file that was received is sent on with `ConnectorFile.withDetails(file, { headers: {} })`"

/**
 * What keeps a file from being sent.
 *
 * @internal
 */
export const fileIssues = (file: ConnectorFile, path: ReadonlyArray<string>): ReadonlyArray<Issue> => {
  const issues: Array<Issue> = wrongDetailsOf(file).map((issue) => ({ ...issue, path: [...path, ...issue.path] }))
  for (const [name, value] of Object.entries(file.headers)) {
    const at = [...path, "headers", name]
    const fix = ours.get(name)
    if (fix !== undefined) {
      issues.push({ path: at, message: "is set by the client itself", fix: `${fix}; ${received}` })
    } else {
      const issue = headerIssue(at, name, value)
      if (issue !== undefined) issues.push(issue)
    }
  }
  if (file.contentType !== undefined) {
    const issue = headerIssue([...path, "contentType"], "content-type", file.contentType)
    if (issue !== undefined) issues.push(issue)
  }
  if (file.filename !== undefined && loneSurrogate.test(file.filename)) {
    issues.push({
      path: [...path, "filename"],
      message: "holds half of a surrogate pair",
      fix: "the text was cut inside a character"
    })
  }
  issues.push(...wholeIssues([...path, "size"], file.size, 0, undefined, "correct it or leave it out"))
  return issues
}
