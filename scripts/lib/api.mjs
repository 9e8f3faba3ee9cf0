// The public types of a package as text, made from its built declarations: one file for each module, without comments and
// without imports that say nothing, so that its diff is what changes for users.
import { existsSync, readFileSync } from "node:fs"
import { join } from "node:path"
import { dirname, join as joinPath, relative } from "node:path/posix"
import { format } from "oxfmt"
import { parseSync } from "oxc-parser"
import { publicModules } from "./sources.mjs"

const {
  ignorePatterns: _,
  $schema: __,
  ...style
} = JSON.parse(readFileSync(join(import.meta.dirname, "../../.oxfmtrc.json"), "utf8"))

// Public types lead to these only for the names of operations: what else they hold is no concern of users.
const notFollowed = new Set(["Endpoint", "Table"])

const isInternal = (path) => path.startsWith("internal/")

/** The text without comments and empty lines. */
const withoutComments = (path, text) => {
  const { comments, errors } = parseSync(path, text)
  if (errors.length > 0) throw new Error(`${path} does not parse: ${errors[0].message}`)
  return comments
    .reduceRight((rest, { end, start }) => rest.slice(0, start) + rest.slice(end), text)
    .replaceAll(/^\s*\n/gm, "")
}

const declaredNames = (declaration) =>
  declaration.type === "VariableDeclaration"
    ? declaration.declarations.map(({ id }) => id.name)
    : [declaration.id.name ?? declaration.id.value]

const identifiers = (text) => new Set(text.match(/[A-Za-z_$][\w$]*/g))

/** What a file of declarations imports and declares. */
const read = (folder, path) => {
  const file = `${folder}/${path}`
  if (!existsSync(file)) throw new Error(`${file} is not built: run \`npm run setup\``)
  const text = withoutComments(file, readFileSync(file, "utf8"))
  const imports = []
  const statements = []
  for (const node of parseSync(file, text).program.body) {
    const source = node.source?.value
    const target = source?.startsWith(".") ? joinPath(dirname(path), source).replace(/\.js$/, ".d.ts") : undefined
    const code = text.slice(node.start, node.end)
    if (node.type === "ImportDeclaration") {
      for (const { imported, local, type } of node.specifiers) {
        const name = type === "ImportSpecifier" ? imported.name : type === "ImportDefaultSpecifier" ? "default" : "*"
        imports.push({ source, target, name, local: local.name })
      }
    } else if (node.type === "ExportAllDeclaration") {
      statements.push({ code, names: [node.exported?.name ?? "*"], from: { target, names: ["*"] } })
    } else if (node.type === "ExportNamedDeclaration" && node.declaration === null) {
      const names = node.specifiers.map(({ exported }) => exported.name)
      const from = { target, names: node.specifiers.map(({ local }) => local.name) }
      if (names.length > 0) statements.push({ code, names, ...(source === undefined ? {} : { from }) })
    } else {
      const declaration = node.type === "ExportNamedDeclaration" ? node.declaration : node
      statements.push({ code, names: declaredNames(declaration), type: declaration.type })
    }
  }
  return { imports, statements, isInternal: isInternal(path), used: new Set() }
}

/** The imports of what is kept, ordered, all as imports of types. */
const importLines = ({ imports, kept }) => {
  const seen = identifiers(kept.join("\n"))
  const used = imports.filter(({ local }) => seen.has(local))
  return [...new Set(used.map(({ source }) => source))].sort().flatMap((source) => {
    const names = used.filter((each) => each.source === source)
    const spaces = names.filter(({ name }) => name === "*").map(({ local }) => `* as ${local}`)
    const named = names
      .filter(({ name }) => name !== "*")
      .map(({ local, name }) => (local === name ? name : `${name} as ${local}`))
      .sort()
    return [...spaces, ...(named.length > 0 ? [`{ ${named.join(", ")} }`] : [])].map(
      (what) => `import type ${what} from ${JSON.stringify(source)}`
    )
  })
}

/**
 * The text of each module by its path, such as `Retry.d.ts`. Of the modules in `internal` it has what the types of the public ones
 * lead to, since a change of that is a change for users too.
 */
export const apiOf = async (pkg) => {
  const folder = `${pkg}/dist`
  const files = new Map()
  const fileOf = (path) => {
    if (!files.has(path)) files.set(path, read(folder, path))
    return files.get(path)
  }
  const pending = []
  const want = (path, names) => {
    if (path !== undefined && isInternal(path)) pending.push([path, names])
  }
  const keep = (file, statement) => {
    if (file.used.has(statement)) return
    file.used.add(statement)
    if (statement.from !== undefined) return want(statement.from.target, statement.from.names)
    // of an internal value users see its own type, such as the names of its fields
    if (file.isInternal && statement.type === "VariableDeclaration") return
    const words = identifiers(statement.code)
    if (file.isInternal) for (const name of notFollowed) words.delete(name)
    for (const { local, name, target } of file.imports) {
      if (!words.has(local)) continue
      const members = [...statement.code.matchAll(new RegExp(`\\b${local}\\.([\\w$]+)`, "g"))].map(
        ([, member]) => member
      )
      want(target, name === "*" ? members : [name])
    }
    for (const other of file.statements) if (other.names.some((name) => words.has(name))) keep(file, other)
  }

  for (const path of [
    "index",
    ...publicModules(pkg).map((path) => relative(`${pkg}/src`, path).replace(/\.ts$/, ""))
  ]) {
    const file = fileOf(`${path}.d.ts`)
    for (const statement of file.statements) keep(file, statement)
  }
  for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
    const [path, names] = next
    const file = fileOf(path)
    for (const statement of file.statements) {
      if (names.includes("*") || statement.names.some((name) => name === "*" || names.includes(name))) {
        keep(file, statement)
      }
    }
  }

  const texts = [...files]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(async ([path, file]) => {
      const kept = file.statements.filter((statement) => file.used.has(statement)).map(({ code }) => code)
      const { code, errors } = await format(
        path,
        [...importLines({ imports: file.imports, kept }), "", ...kept].join("\n"),
        style
      )
      if (errors.length > 0) throw new Error(`${pkg}/${path}: ${errors[0].message}`)
      return [path, code]
    })
  return new Map(await Promise.all(texts))
}
