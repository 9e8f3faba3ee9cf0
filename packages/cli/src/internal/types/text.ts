/** A text as a literal of TypeScript. */
export const quoted = (text: string): string =>
  JSON.stringify(text).replaceAll("\u2028", "\\u2028").replaceAll("\u2029", "\\u2029")

/** The name of a property as it is declared. */
export const propertyName = (name: string): string => (/^[A-Za-z$][\w$]*$/.test(name) ? name : quoted(name))

const maxLines = 40
const maxLine = 400

// directives of the compiler count in comments too, and a comment ends at the first */
const harmless = (line: string): string =>
  line
    .replaceAll("*/", "*\\/")
    .replace(/@(?=ts-)/gi, "\\@")
    .replace(/^@/, "\\@")
    // control characters, and those that make text look other than it is
    .replace(/[\p{Cc}\p{Cf}\p{Cs}\u2028\u2029]/gu, " ")

const cut = (line: string): string => (line.length > maxLine ? `${line.slice(0, maxLine).trimEnd()}...` : line)

/** A description as a TSDoc comment with its line ends; empty without a description. */
export const tsdoc = (description: string, indent = ""): string => {
  const lines = description
    .split(/\r\n?|\n/)
    .map((line) => harmless(cut(line.trim())).trimEnd())
    .slice(0, maxLines)
  const text = lines.join("\n").trim().split("\n")
  const [first = ""] = text
  if (first === "") return ""
  if (text.length === 1) return `${indent}/** ${first} */\n`
  return `${indent}/**\n${text.map((line) => `${indent} *${line === "" ? "" : ` ${line}`}\n`).join("")}${indent} */\n`
}
