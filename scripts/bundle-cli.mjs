// Makes packages/cli/dist/connectors.js and its chunks: the command line with all that it uses, since a start that loads
// a thousand modules takes three times as long. A chunk is loaded when it is needed. `--sizes` prints what modules take.
import { build } from "esbuild"
import { existsSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from "node:fs"
import { sources, walk } from "./lib/sources.mjs"

const folder = "packages/cli/dist"
const program = `${folder}/connectors.js`

const inputs = [
  ...["core", "node"].flatMap((name) => walk(`packages/${name}/dist`)).filter((path) => path.endsWith(".js")),
  ...sources("packages/cli"),
  "packages/cli/package.json",
  "pnpm-lock.yaml",
  "scripts/bundle-cli.mjs"
]
/** The licenses of the packages that modules are from: they go where the code goes. */
const licenses = (modules) => {
  const folders = modules.flatMap((path) => /^.*node_modules\/(?:@[^/]+\/)?[^/]+/.exec(path)?.[0] ?? [])
  const texts = [...new Set(folders)].sort().map((folder) => {
    const { license, name, version } = JSON.parse(readFileSync(`${folder}/package.json`, "utf8"))
    const files = readdirSync(folder).filter((file) => /^(licen[cs]e|notice)/i.test(file))
    return [`${name} ${version}: ${license}`, ...files.map((file) => readFileSync(`${folder}/${file}`, "utf8"))].join(
      "\n\n"
    )
  })
  return `${texts.join("\n\n----\n\n")}\n`
}

const changed = (path) => statSync(path).mtimeMs
const sizes = process.argv.includes("--sizes")

if (sizes || !existsSync(program) || inputs.some((path) => changed(path) > changed(program))) {
  rmSync(`${folder}/chunks`, { recursive: true, force: true })
  const { metafile } = await build({
    entryPoints: { connectors: "packages/cli/src/bin/connectors.ts" },
    outdir: folder,
    chunkNames: "chunks/[name]-[hash]",
    bundle: true,
    splitting: true,
    platform: "node",
    target: "node20.19",
    format: "esm",
    minify: true,
    // all of it is in notices.txt
    legalComments: "none",
    metafile: true,
    // packages of CommonJS ask for the modules of Node
    banner: {
      js: 'import { createRequire as __createRequire } from "node:module"\nconst require = __createRequire(import.meta.url)'
    }
  })
  const modules = Object.values(metafile.outputs)
    .flatMap(({ inputs }) => Object.entries(inputs))
    .map(([path, { bytesInOutput }]) => ({ bytesInOutput, path }))
    .filter(({ bytesInOutput }) => bytesInOutput > 0)
  writeFileSync(`${folder}/chunks/notices.txt`, licenses(modules.map(({ path }) => path)))
  if (sizes) {
    const largest = modules.sort((a, b) => b.bytesInOutput - a.bytesInOutput).slice(0, 40)
    for (const { bytesInOutput, path } of largest) console.log(`${bytesInOutput} ${path}`)
  }
}
