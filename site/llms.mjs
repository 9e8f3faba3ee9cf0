// For programs that read: every guide as Markdown next to its page, llms.txt with a line for each, llms-full.txt with their text.
import { copyFileSync, mkdirSync, readFileSync, writeFileSync } from "node:fs"
import { dirname, resolve } from "node:path"
import { errorPages, guides } from "./sidebar.mjs"

const root = resolve(import.meta.dirname, "..")
const site = resolve(root, ".tmp/site")
const base = process.env.DOCS_BASE ?? "/"

const flat = (list) => list.flatMap((page) => [page, ...flat(page.below ?? [])])
// the parity tables are long, and say where each call of another client is
const isLong = ({ path }) => path.startsWith("parity")
const groups = [
  ...guides().map(({ pages, text }) => ({ text, pages: flat(pages).filter((page) => !isLong(page)) })),
  { text: "Errors, one page for each tag", pages: errorPages().map((page) => ({ ...page, about: "" })) },
  { text: "Optional", pages: flat(guides().flatMap((group) => group.pages)).filter(isLong) }
]
const [title, about] = readFileSync(resolve(root, "docs/index.md"), "utf8").split("\n\n")

const lines = groups.map(
  ({ pages, text }) =>
    `## ${text}\n\n${pages.map((page) => `- [${page.text}](${base}${page.path})${page.about === "" ? "" : `: ${page.about}`}`).join("\n")}`
)
writeFileSync(resolve(site, "llms.txt"), `${title}\n\n> ${about.replaceAll("\n", " ")}\n\n${lines.join("\n\n")}\n`)

const texts = []
for (const { path } of groups.flatMap((group) => group.pages)) {
  const to = resolve(site, path)
  mkdirSync(dirname(to), { recursive: true })
  copyFileSync(resolve(root, "docs", path), to)
  if (!path.startsWith("parity")) texts.push(`<!-- ${path} -->\n\n${readFileSync(to, "utf8")}`)
}
writeFileSync(resolve(site, "llms-full.txt"), texts.join("\n"))
