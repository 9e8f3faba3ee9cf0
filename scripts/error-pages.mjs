// docs/errors has a page for each tag of the packages. This writes the table of docs/errors.md from these pages; with `--check` it only
// says whether a page is missing, left over or without one of its parts, and whether the table is stale.
import { existsSync, readFileSync, writeFileSync } from "node:fs"
import { format } from "oxfmt"
import { packages, publicModules, walk } from "./lib/sources.mjs"

const page = "docs/errors.md"
const folder = "docs/errors"

/** The tags that users meet, each with the module of its class. */
const tags = packages()
  .flatMap(publicModules)
  .flatMap((path) =>
    [...readFileSync(path, "utf8").matchAll(/^export class (\w+) extends (?:Schema|Data)\.TaggedError/gm)].map(
      ([, tag]) => {
        const [, pkg, name] = /^packages\/(\w+)\/src\/(\w+)\.ts$/.exec(path)
        return { tag, module: `@effect-connectors/${pkg}/${name}` }
      }
    )
  )

const groups = [
  ["Calls", /core\/(ApiError|InvalidRequest)$/],
  ["Jobs", /core\/JobError$/],
  ["BOSA / GL", /core\/BosaError$/],
  ["A ledger", /core\/LedgerError$/],
  ["Files, budgets and options", /core\/\w+$|node\/\w+$/],
  ["Durable jobs", /durable\/\w+$/],
  ["Tests", /testing\/\w+$/]
]
const groupOf = ({ module }) => groups.find(([, pattern]) => pattern.test(module))?.[0]

const faults = []

/** The first paragraph after a line of a page, in one line. */
const paragraphAfter = (text, line) => {
  const [, after] = `\n${text}`.split(`\n${line}\n`)
  return after?.trim().split("\n\n")[0].replaceAll("\n", " ")
}

const firstSentence = (text) => /^.*?\.(?= [A-Z`[]|$)/.exec(text ?? "")?.[0] ?? text

const rowOf = ({ module, tag }) => {
  const path = `${folder}/${tag}.md`
  if (!existsSync(path)) {
    faults.push(`${path} is missing: say what happened, why, and what to do`)
    return ""
  }
  const text = readFileSync(path, "utf8")
  const happened = paragraphAfter(text, `# ${tag}`)
  const toDo = paragraphAfter(text, "## What to do")
  if (happened === undefined) faults.push(`${path} has no title "# ${tag}"`)
  if (paragraphAfter(text, "## Why") === undefined) faults.push(`${path} has no part "## Why"`)
  if (toDo === undefined) faults.push(`${path} has no part "## What to do"`)
  if (!text.includes(`\`${module}\``)) faults.push(`${path} does not say that the class is in \`${module}\``)
  // a link of that page leads from its own folder
  const cell = (words = "") =>
    words.replaceAll(/\]\((\.\.\/)?(\w[^)]*)\)/g, (_, up, path) => `](${up === undefined ? "errors/" : ""}${path})`)
  return `| [\`${tag}\`](errors/${tag}.md) | ${cell(happened)} | ${cell(firstSentence(toDo))} |`
}

const known = new Set(tags.map(({ tag }) => `${folder}/${tag}.md`))
for (const path of walk(folder)) if (!known.has(path)) faults.push(`${path}: no package has this tag`)

const tables = groups.flatMap(([name]) => {
  const rows = tags.filter((each) => groupOf(each) === name).map(rowOf)
  return rows.length === 0
    ? []
    : [`### ${name}\n\n| tag | what happened | what to do |\n| --- | --- | --- |\n${rows.join("\n")}`]
})

const before = readFileSync(page, "utf8")
const [start, end] = ["<!-- tags -->", "<!-- /tags -->"]
const [from, to] = [before.indexOf(start), before.indexOf(end)]
if (from === -1 || to === -1) faults.push(`${page} has no place for the tags`)

if (faults.length > 0) {
  for (const fault of faults) console.log(fault)
  process.exit(1)
}

const { code: after } = await format(
  page,
  `${before.slice(0, from + start.length)}\n\n${tables.join("\n\n")}\n\n${before.slice(to)}`,
  { printWidth: 120, embeddedLanguageFormatting: "off" }
)
if (before === after) {
  console.log(`${tags.length} tags have a page, and ${page} has each`)
} else if (process.argv.includes("--check")) {
  console.log(`${page} is stale: run \`npm run errors:docs\``)
  process.exit(1)
} else {
  writeFileSync(page, after)
  console.log(`${page}: written, ${tags.length} tags`)
}
