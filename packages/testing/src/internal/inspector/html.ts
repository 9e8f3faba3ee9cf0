/** Text that is already HTML. @internal */
export class Html {
  constructor(readonly text: string) {}
}

type Part = Html | ReadonlyArray<Html> | string | number | undefined

const entities: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
  "`": "&#96;"
}

const escape = (text: string): string => text.replace(/[&<>"'`]/g, (character) => entities[character] ?? "")

const textOf = (part: Part): string => {
  if (part === undefined) return ""
  if (part instanceof Html) return part.text
  return typeof part === "object" ? part.map((each) => each.text).join("") : escape(String(part))
}

/** HTML from a template. Inserted values are escaped, unless they are `Html`; `undefined` inserts nothing. @internal */
export const html = (strings: TemplateStringsArray, ...parts: ReadonlyArray<Part>): Html =>
  new Html(strings.map((text, index) => text + textOf(parts[index])).join(""))
