// Type-checks every ```ts block of the doc comments and of the guides as a complete program.
import { spawnSync } from "node:child_process"
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { createRequire } from "node:module"
import { dirname, join } from "node:path"
import { docLines, lineOf, packages, parse, sources, walk } from "./lib/sources.mjs"

const folder = ".tmp/doc-examples"

/** The blocks in some lines, each with the number of the line after its fence. */
const blocksIn = (lines, firstLine) => {
  const blocks = []
  let open
  for (const [index, line] of lines.entries()) {
    const fence = /^\s*(`{3,})\s*(.*)$/.exec(line)
    if (open === undefined) {
      if (fence !== null) open = { info: fence[2].trim().split(/\s+/), line: firstLine + index + 1, body: [] }
    } else if (fence !== null && fence[2] === "") {
      blocks.push(open)
      open = undefined
    } else {
      open.body.push(line)
    }
  }
  if (open !== undefined) throw new Error(`the block at line ${open.line - 1} is never closed`)
  return blocks.filter(({ info }) => /^(ts|typescript)$/.test(info[0]) && !info.includes("no-check"))
}

const fromSource = (path) => {
  const file = parse(path)
  return file.docs.flatMap((doc) => blocksIn(docLines(doc), lineOf(file.text, doc.start)))
}

const fromGuide = (path) => blocksIn(readFileSync(path, "utf8").split("\n"), 1)

const readmes = ["README.md", "CONTRIBUTING.md", ...packages().map((pkg) => `${pkg}/README.md`)].filter((path) =>
  existsSync(path)
)
const guides = [...readmes, ...walk("docs").filter((path) => path.endsWith(".md"))]

const examples = [
  ...packages()
    .flatMap(sources)
    .flatMap((path) => fromSource(path).map((block) => ({ ...block, path }))),
  ...guides.flatMap((path) => fromGuide(path).map((block) => ({ ...block, path })))
]

rmSync(folder, { recursive: true, force: true })
mkdirSync(folder, { recursive: true })

// Each program keeps the line numbers of its source, so that an error names the place to correct.
const places = new Map(
  examples.map((example) => {
    const name = `${example.path.replaceAll("/", "__").replaceAll(".", "_")}__${example.line}.ts`
    writeFileSync(join(folder, name), `${"\n".repeat(example.line - 1)}${example.body.join("\n")}\n`)
    return [name, example.path]
  })
)

writeFileSync(
  join(folder, "tsconfig.json"),
  JSON.stringify({
    extends: "../../tsconfig.base.json",
    compilerOptions: {
      composite: false,
      incremental: false,
      declaration: false,
      declarationMap: false,
      noEmit: true,
      noUnusedLocals: false,
      types: ["node"]
    },
    include: ["*.ts"]
  })
)

if (examples.length === 0) {
  console.log("0 examples")
} else {
  const typescript = dirname(createRequire(import.meta.url).resolve("typescript/package.json"))
  const result = spawnSync(
    process.execPath,
    [join(typescript, "bin/tsc"), "-p", join(folder, "tsconfig.json"), "--pretty", "false"],
    {
      encoding: "utf8"
    }
  )
  const named = result.stdout.replaceAll(/(?:\S*\/)?([\w-]+__\d+\.ts)(?=\()/g, (all, name) => places.get(name) ?? all)
  process.stdout.write(named + result.stderr)
  if (result.status !== 0) process.exit(1)
  console.log(`${examples.length} examples type-check`)
}
