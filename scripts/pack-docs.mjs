// Before a package is packed: the guides for its users go into its folder `docs`, README.md of the repository among
// them, and its own README.md links to them there. AGENTS.md says which of them to read first. `--undo`, after it: as it was. Runs in
// the folder of the package.
import { existsSync, mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs"
import { basename, dirname, join, posix } from "node:path"
import { mapLinks } from "./lib/markdown.mjs"

const root = "../.."
// for those who change the project
const left = /^(architecture\.md|parity)/

const guides = readdirSync(join(root, "docs"), { recursive: true })
  .map((path) => path.replaceAll("\\", "/"))
  .filter((path) => /\.(md|svg)$/.test(path) && !left.test(path))

/** Where a file of the repository is in the package. */
const packed = new Map([["README.md", "docs/README.md"], ...guides.map((path) => [`docs/${path}`, `docs/${path}`])])

/** A page at another place: a link to what is not packed becomes its text. */
const movedTo = (from, to) =>
  mapLinks(readFileSync(join(root, from), "utf8"), ({ anchor, path, text }) => {
    const target = path === "" ? to : packed.get(posix.join(posix.dirname(from), path))
    if (target === undefined) return text
    return `[${text}](${target === to ? "" : posix.relative(posix.dirname(to), target)}${anchor})`
  })

/** Where a program that writes programs starts. */
const pointer = () => {
  const { description, name } = JSON.parse(readFileSync("package.json", "utf8"))
  const own = `docs/essentials/${basename(name)}.md`
  return `# ${name}, for coding agents

${description}.

1. Read [the essentials](${existsSync(own) ? own : "docs/essentials.md"}): the calls with examples that compile, the tags, the common mistakes.${
    existsSync(own) ? "\n   The calls themselves are in [those of core](docs/essentials.md)." : ""
  }
2. Install the versions that [the guide](docs/README.md#install) names. This is Effect **3**: \`latest\` of \`effect\` is 4.
3. Look signatures up in the declarations of \`dist\`, which have comments. Nothing in \`internal\` can be imported.
4. Do not repeat what ended in \`OutcomeUnknown\`: the work may have been done.

All guides: [the list](docs/README.md#packages). What changed: [CHANGELOG](CHANGELOG.md).
`
}

const ownLinks = (from, to) => {
  const page = readFileSync("README.md", "utf8")
  writeFileSync("README.md", page.replaceAll(`](${from}`, `](${to}`))
}

rmSync("docs", { recursive: true, force: true })
rmSync("AGENTS.md", { force: true })
if (process.argv.includes("--undo")) {
  ownLinks("docs/", `${root}/docs/`)
} else {
  for (const [from, to] of packed) {
    mkdirSync(dirname(to), { recursive: true })
    writeFileSync(to, movedTo(from, to))
  }
  ownLinks(`${root}/docs/`, "docs/")
  writeFileSync("AGENTS.md", pointer())
}
