// Writes the reference, site/api, from the declarations of the packages: a page for each public module.
//
// TypeDoc reads them; the pages are written here. Its own themes show an error as what Schema makes of it, and give a class and the
// namespace of the same name a page each. Here a declaration is one block of TypeScript with its comments, as in an editor.
import { format } from "oxfmt"
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { resolve } from "node:path"
import { Application, ReflectionKind, TSConfigReader } from "typedoc"
import { modulesOf, packages } from "./sidebar.mjs"

const root = resolve(import.meta.dirname, "..")
const folder = resolve(root, "site/api")
const work = resolve(root, ".tmp/reference")

const convert = async () => {
  mkdirSync(work, { recursive: true })
  const tsconfig = resolve(work, "tsconfig.json")
  const compilerOptions = { composite: false, incremental: false, noEmit: true, types: ["node"], plugins: [] }
  writeFileSync(
    tsconfig,
    JSON.stringify({ extends: "../../tsconfig.base.json", compilerOptions, include: ["../../packages/*/dist/*.d.ts"] })
  )
  const entryPoints = packages.flatMap((name) =>
    modulesOf(name).map((module) => resolve(root, `packages/${name}/dist/${module}.d.ts`))
  )
  const app = await Application.bootstrap(
    {
      entryPoints,
      tsconfig,
      basePath: resolve(root, "packages"),
      excludeExternals: true,
      excludePrivate: true,
      excludeInternal: true,
      skipErrorChecking: true,
      disableSources: true,
      logLevel: "Error",
      sort: ["source-order"]
    },
    [new TSConfigReader()]
  )
  const project = await app.convert()
  if (project === undefined || app.logger.hasErrors()) throw new Error("the declarations cannot be read")
  return project
}

const declared = new Set([
  ReflectionKind.Class,
  ReflectionKind.Interface,
  ReflectionKind.TypeAlias,
  ReflectionKind.Function,
  ReflectionKind.Variable,
  ReflectionKind.Namespace,
  ReflectionKind.Enum
])

/** Where a declaration is: the page of its module, and its name there. */
const placeOf = (reflection) => {
  if (!declared.has(reflection.kind)) return undefined
  const names = []
  let at = reflection
  while (at !== undefined && at.kind !== ReflectionKind.Module) {
    if (at.kind === ReflectionKind.Project) return undefined
    names.unshift(at.name)
    at = at.parent
  }
  if (at === undefined || names.length === 0) return undefined
  return { page: at.name.replace("/dist/", "/"), name: names.join(".") }
}

/** Prints types and members; `used` collects the declarations of ours that they name. */
class Printer {
  used = new Map()

  use(reflection) {
    const place = reflection === undefined ? undefined : placeOf(reflection)
    if (place !== undefined) this.used.set(`${place.page}#${place.name}`, place)
    return place
  }

  types(types, separator) {
    return types.map((type) => this.type(type)).join(separator)
  }

  // in parentheses where it stands among others
  part(type) {
    const text = this.type(type)
    const isOpen =
      ["union", "intersection", "conditional", "inferred", "query"].includes(type.type) ||
      (type.type === "reflection" && (type.declaration.signatures ?? []).length > 0)
    return isOpen ? `(${text})` : text
  }

  type(type) {
    switch (type.type) {
      case "intrinsic":
        return type.name
      case "literal":
        return typeof type.value === "bigint" ? `${type.value}n` : JSON.stringify(type.value)
      case "reference": {
        const place = type.reflection === undefined ? undefined : this.use(type.reflection)
        const name = place?.name ?? (type.refersToTypeParameter ? type.name : (type.qualifiedName ?? type.name))
        const shown = /^\w+(\.\w+)*$/.test(name) ? name : type.name
        // Effect.Effect is Effect to a reader
        const [head, ...rest] = shown.split(".")
        const short = rest.length === 1 && rest[0] === head ? head : shown
        const args = type.typeArguments ?? []
        return args.length === 0 ? short : `${short}<${this.types(args, ", ")}>`
      }
      case "union":
        return type.types.map((each) => this.part(each)).join(" | ")
      case "intersection":
        return type.types.map((each) => this.part(each)).join(" & ")
      case "array":
        return `${this.part(type.elementType)}[]`
      case "tuple":
        return `[${this.types(type.elements ?? [], ", ")}]`
      case "namedTupleMember":
        return `${type.name}${type.isOptional ? "?" : ""}: ${this.type(type.element)}`
      case "optional":
        return `${this.part(type.elementType)}?`
      case "rest":
        return `...${this.part(type.elementType)}`
      case "typeOperator":
        return `${type.operator} ${this.part(type.target)}`
      case "query":
        return `typeof ${this.type(type.queryType)}`
      case "indexedAccess":
        return `${this.part(type.objectType)}[${this.type(type.indexType)}]`
      case "conditional":
        return `${this.part(type.checkType)} extends ${this.part(type.extendsType)} ? ${this.type(type.trueType)} : ${this.type(type.falseType)}`
      case "inferred":
        return `infer ${type.name}${type.constraint === undefined ? "" : ` extends ${this.type(type.constraint)}`}`
      case "mapped": {
        const readonly = { "+": "readonly ", "-": "-readonly " }[type.readonlyModifier] ?? ""
        const optional = { "+": "?", "-": "-?" }[type.optionalModifier] ?? ""
        const as = type.nameType === undefined ? "" : ` as ${this.type(type.nameType)}`
        return `{ ${readonly}[${type.parameter} in ${this.type(type.parameterType)}${as}]${optional}: ${this.type(type.templateType)} }`
      }
      case "predicate":
        return `${type.asserts ? "asserts " : ""}${type.name}${type.targetType === undefined ? "" : ` is ${this.type(type.targetType)}`}`
      case "templateLiteral":
        return `\`${type.head}${type.tail.map(([each, text]) => `\${${this.type(each)}}${text}`).join("")}\``
      case "reflection":
        return this.object(type.declaration)
      default:
        return type.toString()
    }
  }

  object(declaration) {
    const signatures = declaration.signatures ?? []
    const children = declaration.children ?? []
    const indexed = declaration.indexSignatures ?? []
    if (signatures.length === 1 && children.length === 0 && indexed.length === 0)
      return this.signature(signatures[0], " => ")
    const members = [
      ...signatures.map((signature) => this.signature(signature, ": ")),
      ...indexed.map(
        (index) =>
          `readonly [${index.parameters.map((each) => this.parameter(each)).join(", ")}]: ${this.type(index.type)}`
      ),
      ...children.map((child) => this.member(child))
    ]
    return members.length === 0 ? "{}" : `{\n${members.join("\n")}\n}`
  }

  parameters(list) {
    if (list === undefined || list.length === 0) return ""
    const each = list.map((parameter) => {
      const constraint = parameter.type === undefined ? "" : ` extends ${this.type(parameter.type)}`
      const byDefault = parameter.default === undefined ? "" : ` = ${this.type(parameter.default)}`
      return `${parameter.flags.isConst ? "const " : ""}${parameter.varianceModifier ? `${parameter.varianceModifier} ` : ""}${parameter.name}${constraint}${byDefault}`
    })
    return `<${each.join(", ")}>`
  }

  parameter(parameter) {
    const name = parameter.name === "__namedParameters" ? "options" : parameter.name
    const optional = parameter.flags.isOptional || parameter.defaultValue !== undefined ? "?" : ""
    return `${parameter.flags.isRest ? "..." : ""}${name}${optional}: ${this.type(parameter.type)}`
  }

  signature(signature, arrow) {
    const given = (signature.parameters ?? []).map((parameter) => this.parameter(parameter)).join(", ")
    return `${this.parameters(signature.typeParameters)}(${given})${arrow}${this.type(signature.type)}`
  }

  comment(reflection) {
    const comment = reflection.comment ?? reflection.signatures?.[0]?.comment ?? reflection.getSignature?.comment
    const text = comment === undefined ? "" : plain(comment.summary)
    if (text === "") return ""
    const lines = wrapped(text)
    return lines.length === 1 ? `/** ${text} */\n` : `/**\n${lines.map((line) => ` * ${line}`).join("\n")}\n */\n`
  }

  member(member) {
    const name = /^[\w$]+$/.test(member.name)
      ? member.name
      : member.name.startsWith("[")
        ? member.name
        : JSON.stringify(member.name)
    const head = `${member.flags.isStatic ? "static " : ""}${member.flags.isReadonly || member.getSignature ? "readonly " : ""}${name}${member.flags.isOptional ? "?" : ""}`
    const signatures = member.signatures ?? []
    const text =
      signatures.length > 0
        ? signatures
            .map((signature) => `${member.flags.isStatic ? "static " : ""}${name}${this.signature(signature, ": ")}`)
            .join("\n")
        : `${head}: ${this.type(member.getSignature?.type ?? member.type)}`
    return `${this.comment(member)}${text}`
  }

  declaration(reflection, source) {
    const { kind, name } = reflection
    const generic = this.parameters(reflection.typeParameters)
    const children = (reflection.children ?? []).filter((child) => child.kind !== ReflectionKind.Constructor)
    switch (kind) {
      case ReflectionKind.Interface: {
        const bases = reflection.extendedTypes ?? []
        const own = children.filter((child) => child.inheritedFrom === undefined)
        const heads = bases.length === 0 ? "" : ` extends ${this.types(bases, ", ")}`
        const calls = (reflection.signatures ?? []).map((signature) => this.signature(signature, ": "))
        const indexed = (reflection.indexSignatures ?? []).map(
          (index) =>
            `readonly [${index.parameters.map((each) => this.parameter(each)).join(", ")}]: ${this.type(index.type)}`
        )
        const members = [...calls, ...indexed, ...own.map((child) => this.member(child))]
        return `interface ${name}${generic}${heads} {\n${members.join("\n")}\n}`
      }
      case ReflectionKind.Class: {
        // what the class is built on, as its author wrote it
        const base = new RegExp(`class ${name}\\b[^{]*? extends ([\\w.]+)`).exec(source)?.[1]
        const heads = base === undefined ? "" : ` extends ${base}`
        const abstract = reflection.flags.isAbstract ? "abstract " : ""
        return `${abstract}class ${name}${generic}${heads} {\n${children.map((child) => this.member(child)).join("\n")}\n}`
      }
      case ReflectionKind.TypeAlias:
        return `type ${name}${generic} = ${reflection.type === undefined ? this.object(reflection) : this.type(reflection.type)}`
      case ReflectionKind.Function:
        return reflection.signatures
          .map((signature) => `declare function ${name}${this.signature(signature, ": ")}`)
          .join("\n")
      default:
        return `declare const ${name}: ${this.type(reflection.type)}`
    }
  }
}

/** Lines of a comment that fit next to the code; the items of a list stay apart. */
const wrapped = (text) =>
  text
    .replaceAll(/(\S)\n(?!\n| *- )/g, "$1 ")
    .split("\n")
    .flatMap((line) => {
      const [, indent] = /^( *(?:- )?)/.exec(line)
      const lines = []
      let current = ""
      for (const word of line.slice(indent.length).split(" ")) {
        if (current !== "" && current.length + word.length > 78 - indent.length) {
          lines.push(current)
          current = word
        } else current = current === "" ? word : `${current} ${word}`
      }
      return [...lines, current].map((each, index) => (index === 0 ? indent : " ".repeat(indent.length)) + each)
    })

/** A text of a comment as it is in a comment. */
const plain = (parts) =>
  parts
    .map((part) => part.text)
    .join("")
    .trim()

const linkOf = ({ name, page }, text) => `[${text ?? `\`${name}\``}](/api/${page}.md#${name})`

/** A text of a comment as Markdown: nothing in it is HTML. */
const prose = (parts) =>
  parts
    .map((part) => {
      if (part.kind === "code") return part.text
      if (part.kind === "inline-tag") {
        const place = typeof part.target === "object" && "kind" in part.target ? placeOf(part.target) : undefined
        return place === undefined ? `\`${part.text}\`` : linkOf(place)
      }
      return part.text.replaceAll("<", "&lt;").replaceAll("{{", "&#123;&#123;")
    })
    .join("")
    .trim()

const commentOf = (reflection) => reflection.comment ?? reflection.signatures?.[0]?.comment

const categoryOf = (reflection) => {
  const tag = commentOf(reflection)?.blockTags.find(({ tag }) => tag === "@category")
  return tag === undefined ? "other" : plain(tag.content)
}

const texts = (comment) => {
  if (comment === undefined) return { about: "", more: [], since: undefined }
  const since = comment.blockTags.find(({ tag }) => tag === "@since")
  const more = comment.blockTags
    .filter(({ tag }) => !["@since", "@category"].includes(tag))
    .map(({ content, name, tag }) => {
      const title =
        { "@example": "Example", "@returns": "Returns", "@throws": "Throws", "@see": "See" }[tag] ?? tag.slice(1)
      const text = prose(content)
      return tag === "@example" ? text : `**${title}${name === undefined ? "" : ` \`${name}\``}** ${text}`
    })
  return { about: prose(comment.summary), more, since: since === undefined ? undefined : plain(since.content) }
}

const code = async (text) => {
  const { code: formatted, errors } = await format("a.ts", text, { printWidth: 84, semi: false, trailingComma: "none" })
  return errors.length > 0 ? text : formatted.trim()
}

/** Values and types of one name are one entry, and so is a class with what its namespace holds. */
const entriesOf = (module) => {
  const entries = new Map()
  const add = (reflection, name) => {
    if (reflection.kind === ReflectionKind.Namespace) {
      for (const child of reflection.children ?? []) add(child, `${name}.${child.name}`)
      return
    }
    const entry = entries.get(name) ?? { name, declarations: [] }
    entry.declarations.push(reflection)
    entries.set(name, entry)
  }
  for (const child of module.children ?? []) add(child, child.name)
  return [...entries.values()]
}

/** What the module's own comment says. TypeDoc takes the first comment of a file for that of its first declaration. */
const headerOf = (source) => {
  const [, comment = ""] = /^\/\*\*([^]*?)\*\//.exec(source) ?? []
  const lines = comment.split("\n").map((line) => line.replace(/^\s*\* ?/, ""))
  const end = lines.findIndex((line) => line.startsWith("@"))
  const text = lines
    .slice(0, end === -1 ? undefined : end)
    .join("\n")
    .trim()
  return text.replaceAll(/\{@link (\w+)\}/g, "`$1`").replaceAll("<", "&lt;")
}

const isError = ({ name }, source) => new RegExp(`class ${name} extends (Schema|Data)\\.TaggedError`).test(source)

const pageOf = async (module) => {
  const page = module.name.replace("/dist/", "/")
  const [pkg, name] = page.split("/")
  const source = readFileSync(resolve(root, `packages/${pkg}/src/${name}.ts`), "utf8")
  const specifier = `@effect-connectors/${page}`
  const about = headerOf(source)
  const groups = new Map()
  let count = 0
  const entries = entriesOf(module)
  const isClass = ({ kind }) => kind === ReflectionKind.Class
  const hasOwn = entries.some((entry) => entry.name === name && entry.declarations.some(isClass))
  for (const entry of entries) {
    const printer = new Printer()
    const blocks = []
    let described = { about: "", more: [], since: undefined }
    for (const each of entry.declarations) {
      if (each.kind === ReflectionKind.Reference) {
        const place = placeOf(each.getTargetReflectionDeep())
        if (place !== undefined) blocks.push(`The same as ${linkOf(place)}.`)
        continue
      }
      // with a class the text is that of the class
      const own = texts(commentOf(each))
      if (described.about === "") described = own
      blocks.push(`\`\`\`ts\n${await code(printer.declaration(each, source))}\n\`\`\``)
    }
    const used = [...printer.used.values()].filter((place) => place.page !== page || place.name !== entry.name)
    const lines = [
      `### ${entry.name} {#${entry.name}}`,
      described.about,
      ...blocks,
      [
        described.since === undefined ? "" : `Since ${described.since}.`,
        used.length === 0 ? "" : `Types: ${used.map((place) => linkOf(place)).join(", ")}`
      ].join(" "),
      existsSync(resolve(root, `docs/errors/${entry.name}.md`)) && isError(entry, source)
        ? `[What happened, why, and what to do](/errors/${entry.name}.md)`
        : "",
      ...described.more
    ]
    const category = categoryOf(entry.declarations[0])
    groups.set(category, [...(groups.get(category) ?? []), lines.filter((line) => line !== "").join("\n\n")])
    count += 1
  }
  const text = [
    `# ${name}`,
    `\`\`\`ts\nimport ${hasOwn ? `{ ${name} }` : `* as ${name}`} from "${specifier}"\n\`\`\``,
    about,
    ...[...groups]
      .sort(([a], [b]) => Number(a === "other") - Number(b === "other"))
      .flatMap(([category, parts]) => [`## ${category[0].toUpperCase()}${category.slice(1)}`, ...parts])
  ]
  return {
    page,
    name,
    pkg,
    count,
    about: about.split(/\n\n|(?<=\.)\s/)[0],
    text: `${text.filter((line) => line !== "").join("\n\n")}\n`
  }
}

const project = await convert()
rmSync(folder, { recursive: true, force: true })
const pages = []
for (const module of project.children) pages.push(await pageOf(module))
for (const { page, text } of pages) {
  mkdirSync(resolve(folder, page, ".."), { recursive: true })
  writeFileSync(resolve(folder, `${page}.md`), text)
}
const tables = packages.map((pkg) => {
  const rows = pages
    .filter((page) => page.pkg === pkg)
    .map(
      ({ about, name, page }) =>
        `| [${name}](/api/${page}.md) | ${about.replaceAll("\n", " ").replaceAll("|", "\\|")} |`
    )
  return `## @effect-connectors/${pkg}\n\n| module | what it is |\n| --- | --- |\n${rows.join("\n")}`
})
writeFileSync(
  resolve(folder, "index.md"),
  `# Reference\n\nEvery public module of the packages, as its declarations and comments are. Import a module by its own path.\n\n${tables.join("\n\n")}\n`
)
console.log(JSON.stringify({ pages: pages.length + 1, declarations: pages.reduce((sum, page) => sum + page.count, 0) }))
