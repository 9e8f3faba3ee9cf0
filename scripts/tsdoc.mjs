// Every public declaration says what it does, since when, and under which one heading it is listed.
import { docLines, lineOf, packages, parse, publicModules } from "./lib/sources.mjs"

const tags = (doc, name) =>
  docLines(doc)
    .map((line) => new RegExp(`^@${name}\\b(.*)$`).exec(line))
    .filter((match) => match !== null)
    .map((match) => match[1].trim())

const summary = (doc) => {
  const lines = docLines(doc)
  const firstTag = lines.findIndex((line) => line.startsWith("@"))
  return (firstTag === -1 ? lines : lines.slice(0, firstTag)).join(" ").trim()
}

const sinceFaults = (doc) => {
  const since = tags(doc, "since")
  if (since.length !== 1) return [`needs one @since, has ${since.length}`]
  return /^\d+\.\d+\.\d+$/.test(since[0]) ? [] : [`@since ${since[0]} is not a version`]
}

const faults = ({ doc, speaks }) => {
  if (doc === undefined) return ["has no doc comment"]
  if (tags(doc, "internal").length > 0) return ["is @internal in a public module: move it to internal/"]
  const category = tags(doc, "category")
  return [
    ...(speaks && summary(doc) === "" ? ["says nothing: write one sentence on what it does"] : []),
    ...sinceFaults(doc),
    ...(category.length !== 1
      ? [`needs exactly one @category, has ${category.length}`]
      : /^[a-z][a-z ]*$/.test(category[0])
        ? []
        : [`@category ${category[0]} is not lowercase words`])
  ]
}

const namesOf = (declaration) =>
  declaration.type === "VariableDeclaration"
    ? declaration.declarations.map((each) => each.id.name ?? "{...}")
    : [declaration.id?.name ?? "(unnamed)"]

// A doc comment belongs to a node when only white space and other comments stand between them.
const docFor = (file, start) => {
  const doc = file.docs.findLast((each) => each.end <= start)
  if (doc === undefined) return undefined
  const between = file.comments
    .filter((comment) => comment.start >= doc.end && comment.end <= start)
    .reduceRight(
      (text, comment) => text.slice(0, comment.start - doc.end) + text.slice(comment.end - doc.end),
      file.text.slice(doc.end, start)
    )
  return between.trim() === "" ? doc : undefined
}

const localDoc = (file, body, name) => {
  const node = body.find(
    (each) => each.type.endsWith("Declaration") && !each.type.startsWith("Export") && namesOf(each).includes(name)
  )
  return node === undefined ? undefined : docFor(file, node.start)
}

/** What a block of statements exports: a name, where it stands, and the comment that speaks for it. */
const exported = (file, body) => {
  const overloads = new Set()
  return body.flatMap((node) => {
    if (node.type === "ExportAllDeclaration") {
      return [{ name: node.exported?.name ?? "*", start: node.start, doc: docFor(file, node.start), speaks: true }]
    }
    if (node.type !== "ExportNamedDeclaration") return []
    if (node.declaration === null) {
      return node.specifiers.map((each) => ({
        name: each.exported.name,
        start: each.start,
        speaks: true,
        doc:
          docFor(file, each.start) ??
          (node.specifiers.length === 1 ? docFor(file, node.start) : undefined) ??
          localDoc(file, body, each.local.name)
      }))
    }
    const names = namesOf(node.declaration)
    const isFunction = /Function/.test(node.declaration.type)
    if (isFunction && overloads.has(names[0])) return []
    if (isFunction) overloads.add(names[0])
    // a namespace only holds the types of the value it is named after: they speak, it need not
    const isNamespace = node.declaration.type === "TSModuleDeclaration"
    const members = isNamespace ? exported(file, node.declaration.body?.body ?? []) : []
    return [
      ...names.map((name) => ({ name, start: node.start, doc: docFor(file, node.start), speaks: !isNamespace })),
      ...members.map((member) => ({ ...member, name: `${names[0]}.${member.name}` }))
    ]
  })
}

const check = (path) => {
  const file = parse(path)
  const found = exported(file, file.program.body)
  const header = file.docs[0]
  const claimed = new Set(found.map((each) => each.doc))
  const headerFaults =
    header === undefined || header.start > (file.program.body[0]?.start ?? Infinity) || claimed.has(header)
      ? ["the module has no header comment"]
      : sinceFaults(header).map((fault) => `the module's header ${fault}`)
  return {
    count: found.length,
    offences: [
      ...headerFaults.map((fault) => `${path}:1 ${fault}`),
      ...found.flatMap((each) =>
        faults(each).map((fault) => `${path}:${lineOf(file.text, each.start)} ${each.name} ${fault}`)
      )
    ]
  }
}

const results = packages().flatMap(publicModules).map(check)
const offences = results.flatMap((result) => result.offences)
for (const offence of offences) console.log(offence)
if (offences.length > 0) process.exit(1)
console.log(`${results.reduce((sum, result) => sum + result.count, 0)} public declarations are documented`)
