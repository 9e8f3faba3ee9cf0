// The files the gates look at. Every path is relative to the working directory, with forward slashes.
import { existsSync, readdirSync, readFileSync } from "node:fs"
import { join } from "node:path/posix"
import { parseSync } from "oxc-parser"

const skipped = new Set(["node_modules", "dist", "coverage", ".tmp", ".git"])

export const walk = (folder) => {
  if (!existsSync(folder)) return []
  return readdirSync(folder, { withFileTypes: true })
    .filter((entry) => !skipped.has(entry.name))
    .sort((a, b) => (a.name < b.name ? -1 : 1))
    .flatMap((entry) => {
      const path = join(folder, entry.name)
      return entry.isDirectory() ? walk(path) : [path]
    })
}

const isPublished = (pkg) =>
  !existsSync(`${pkg}/package.json`) || JSON.parse(readFileSync(`${pkg}/package.json`, "utf8")).private !== true

/** The published packages that have sources: `packages/core`, ... */
export const packages = () =>
  existsSync("packages")
    ? readdirSync("packages")
        .sort()
        .map((name) => `packages/${name}`)
        .filter((path) => existsSync(`${path}/src`) && isPublished(path))
    : []

/** Every source file of a package. */
export const sources = (pkg) => walk(`${pkg}/src`).filter((path) => path.endsWith(".ts"))

const isPrivate = (pkg, path) => /^(internal|bin)\//.test(path.slice(`${pkg}/src/`.length))

/** The files of a package that users can import, the generated index aside. */
export const publicModules = (pkg) =>
  sources(pkg).filter((path) => !isPrivate(pkg, path) && path !== `${pkg}/src/index.ts`)

export const parse = (path) => {
  const text = readFileSync(path, "utf8")
  const { comments, errors, program } = parseSync(path, text)
  if (errors.length > 0) throw new Error(`${path} does not parse: ${errors[0].message}`)
  const docs = comments.filter((comment) => comment.type === "Block" && comment.value.startsWith("*"))
  return { comments, docs, program, text }
}

export const lineOf = (text, offset) => text.slice(0, offset).split("\n").length

/** The text of a doc comment without its stars, line by line. */
export const docLines = (doc) =>
  doc.value
    .slice(1)
    .replaceAll("*\\/", "*/")
    .split("\n")
    .map((line, index) => (index === 0 ? line.trimStart() : line.replace(/^\s*\* ?/, "")))
