/**
 * How the value of a command is printed: as a table on a terminal, as lines in a pipe, as JSON with `--json`.
 */
import * as Option from "effect/Option"
import * as Redacted from "effect/Redacted"
import { jsonText, printable, printableLines } from "./printable.js"

/** `isTable`: aligned and with headings, for people. Else lines for programs. */
interface Look {
  readonly isTable: boolean
}

export interface View<in A> {
  /** What `--json` prints. */
  readonly json: (value: A) => unknown
  /** What is printed otherwise; nothing when there is nothing to print. */
  readonly text: (value: A, look: Look) => string | undefined
}

const bold = (text: string): string => `\u001b[1m${text}\u001b[0m`

const cell = (value: unknown): string => {
  if (value === undefined || value === null) return ""
  if (typeof value === "string") return printable(value)
  if (typeof value === "boolean") return value ? "yes" : "no"
  if (Redacted.isRedacted(value)) return "<redacted>"
  return printable(jsonText(value) ?? "")
}

const aligned = (heads: ReadonlyArray<string>, rows: ReadonlyArray<ReadonlyArray<string>>): string => {
  const widths = heads.map((head, index) => Math.max(head.length, ...rows.map((row) => row[index]?.length ?? 0)))
  const line = (row: ReadonlyArray<string>): string =>
    row.map((text, index) => (index === row.length - 1 ? text : text.padEnd(widths[index] ?? 0))).join("  ")
  return [bold(line(heads)), ...rows.map(line)].join("\n")
}

type Columns<Row> = Readonly<Record<string, (row: Row) => unknown>>

/** Rows with named columns: a table on a terminal, values between tabs in a pipe. */
export const rows = <Row>(columns: Columns<Row>): View<ReadonlyArray<Row>> => ({
  json: (value) => value,
  text: (value, { isTable }) => {
    const cells = value.map((row) => Object.values(columns).map((of) => cell(of(row))))
    if (cells.length === 0) return undefined
    return isTable ? aligned(Object.keys(columns), cells) : cells.map((row) => row.join("\t")).join("\n")
  }
})

/** One thing, a line for each of its fields; those without a value are left out. */
export const fields = <A>(columns: Columns<A>): View<A> => ({
  json: (value) => value,
  text: (value) =>
    Object.entries(columns)
      .map(([name, of]) => [name, cell(of(value))] as const)
      .filter(([, text]) => text !== "")
      .map(([name, text]) => `${name}: ${text}`)
      .join("\n")
})

/** JSON, indented; a text as it is, and on a terminal without what moves the cursor. */
export const json: View<unknown> = {
  json: (value) => value,
  text: (value, { isTable }) =>
    typeof value !== "string" ? jsonText(value, 2) : isTable ? printableLines(value) : value
}

/** JSON on one line, for what comes in numbers. */
export const jsonLine: View<unknown> = { json: (value) => value, text: (value) => jsonText(value) }

/** The response's body, where there is one. */
export const optional: View<Option.Option<unknown>> = {
  json: Option.getOrNull,
  text: (value, look) => Option.match(value, { onNone: () => undefined, onSome: (body) => json.text(body, look) })
}

/** A line for each of some names. */
export const lines: View<ReadonlyArray<string>> = {
  json: (value) => value,
  text: (value) => (value.length === 0 ? undefined : value.map(printable).join("\n"))
}

/** Text as it is, line by line. */
export const script: View<ReadonlyArray<string>> = { json: (value) => value, text: (value) => value.join("\n") }

/** Text of a part of a value. JSON is all of it. */
export const part = <A, B>(of: (value: A) => B, view: View<B>): View<A> => ({
  json: (value) => value,
  text: (value, look) => view.text(of(value), look)
})

/** The command that went well says nothing. */
export const nothing: View<void> = { json: () => null, text: () => undefined }
