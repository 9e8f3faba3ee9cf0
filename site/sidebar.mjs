// The sidebars, made of docs/index.md and of the modules. So the list of guides is written once.
import { existsSync, readFileSync, readdirSync } from "node:fs"
import { resolve } from "node:path"

const root = resolve(import.meta.dirname, "..")
const read = (path) => readFileSync(resolve(root, path), "utf8")

/** The groups of docs/index.md: `## group`, `- [text](page.md): what it is about`, with the pages below it indented. */
export const guides = () => {
  const groups = []
  for (const line of read("docs/index.md").split("\n")) {
    const heading = /^## (.+)$/.exec(line)?.[1]
    if (heading !== undefined) groups.push({ text: heading, pages: [] })
    const [, indent, text, path, about = ""] = /^( *)- \[(.+?)\]\((\S+?\.md)\)(?:: (.+))?$/.exec(line) ?? []
    const group = groups.at(-1)
    if (path === undefined || group === undefined) continue
    const page = { text: text.replaceAll("`", ""), path, about, below: [] }
    const above = group.pages.at(-1)
    if (indent === "") group.pages.push(page)
    else above.below.push(page)
  }
  return groups
}

/** A page for each tag. */
export const errorPages = () =>
  existsSync(resolve(root, "docs/errors"))
    ? readdirSync(resolve(root, "docs/errors"))
        .filter((name) => name.endsWith(".md"))
        .sort()
        .map((name) => ({ text: name.slice(0, -3), path: `errors/${name}` }))
    : []

export const packages = ["core", "node", "testing", "durable"]

/** The public modules of a package. */
export const modulesOf = (name) =>
  readdirSync(resolve(root, `packages/${name}/src`))
    .filter((file) => file.endsWith(".ts") && file !== "index.ts")
    .map((file) => file.slice(0, -3))

const link = (path) => `/${path.replace(/\.md$/, "")}`
const item = ({ below = [], path, text }) => ({
  text,
  link: link(path),
  ...(below.length === 0 ? {} : { collapsed: true, items: below.map(item) })
})

export const sidebar = () => ({
  "/": guides().map(({ pages, text }) => ({
    text,
    items: pages.map((page) => item(page.path === "errors.md" ? { ...page, below: errorPages() } : page))
  })),
  "/api/": packages.map((name) => ({
    text: `@effect-connectors/${name}`,
    items: modulesOf(name).map((module) => ({ text: module, link: `/api/${name}/${module}` }))
  }))
})
