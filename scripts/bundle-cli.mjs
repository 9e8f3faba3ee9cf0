// Makes packages/cli/dist/connectors.js and its chunks: the command line with all that it uses, since a start that loads
// a thousand modules takes three times as long. A chunk is loaded when it is needed. `--sizes` prints what modules take.
import { build } from "esbuild"
import { existsSync, rmSync, statSync } from "node:fs"
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
    legalComments: "linked",
    metafile: true,
    // packages of CommonJS ask for the modules of Node
    banner: {
      js: 'import { createRequire as __createRequire } from "node:module"\nconst require = __createRequire(import.meta.url)'
    }
  })
  if (sizes) {
    const modules = Object.values(metafile.outputs)
      .flatMap(({ inputs }) => Object.entries(inputs))
      .map(([path, { bytesInOutput }]) => ({ bytesInOutput, path }))
      .sort((a, b) => b.bytesInOutput - a.bytesInOutput)
    for (const { bytesInOutput, path } of modules.slice(0, 40)) console.log(`${bytesInOutput} ${path}`)
  }
}
