// Writes the parts of docs/cli.md that are the help of the commands; `--check` only says whether they are stale.
import { build } from "esbuild"
import { readFileSync, writeFileSync } from "node:fs"
import { resolve } from "node:path"
import { pathToFileURL } from "node:url"

const page = "docs/cli.md"
const outfile = resolve(".tmp/cli-docs/guide.mjs")
await build({
  entryPoints: ["packages/cli/src/internal/guide.ts"],
  outfile,
  bundle: true,
  platform: "node",
  format: "esm",
  logLevel: "error",
  banner: {
    js: 'import { createRequire as __createRequire } from "node:module"\nconst require = __createRequire(import.meta.url)'
  }
})
const { parts } = await import(pathToFileURL(outfile).href)

const before = readFileSync(page, "utf8")
const after = Object.entries(parts).reduce((text, [name, content]) => {
  const [start, end] = [`<!-- ${name} -->`, `<!-- /${name} -->`]
  const [from, to] = [text.indexOf(start), text.indexOf(end)]
  if (from === -1 || to === -1) throw new Error(`${page} has no place for ${name}`)
  return `${text.slice(0, from + start.length)}\n\n${content}\n\n${text.slice(to)}`
}, before)

if (before === after) {
  console.log(`${page} is as the commands are`)
} else if (process.argv.includes("--check")) {
  console.log(`${page} is stale: run \`npm run cli:docs\``)
  process.exit(1)
} else {
  writeFileSync(page, after)
  console.log(`${page}: written`)
}
