// Before a package is packed: the guides for its users go into its folder `docs`, README.md of the repository among
// them, and its own README.md links to them there. `--undo`, after it: as it was. Runs in the folder of the package.
import { mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs"
import { dirname, join, posix } from "node:path"
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

const ownLinks = (from, to) => {
  const page = readFileSync("README.md", "utf8")
  writeFileSync("README.md", page.replaceAll(`](${from}`, `](${to}`))
}

rmSync("docs", { recursive: true, force: true })
if (process.argv.includes("--undo")) {
  ownLinks("docs/", `${root}/docs/`)
} else {
  for (const [from, to] of packed) {
    mkdirSync(dirname(to), { recursive: true })
    writeFileSync(to, movedTo(from, to))
  }
  ownLinks(`${root}/docs/`, "docs/")
}
