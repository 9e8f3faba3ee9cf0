// Makes packages/cli/dist/connectors.js: the command line with all that it uses in one file, since a start that loads a
// thousand modules takes three times as long. `--sizes` prints what its modules take.
import { build } from "esbuild"
import { existsSync, statSync } from "node:fs"
import { sources, walk } from "./lib/sources.mjs"

const out = "packages/cli/dist/connectors.js"

const inputs = [
  ...["core", "node"].flatMap((name) => walk(`packages/${name}/dist`)).filter((path) => path.endsWith(".js")),
  ...sources("packages/cli"),
  "packages/cli/package.json",
  "pnpm-lock.yaml",
  "scripts/bundle-cli.mjs"
]
const changed = (path) => statSync(path).mtimeMs
const sizes = process.argv.includes("--sizes")

if (sizes || !existsSync(out) || inputs.some((path) => changed(path) > changed(out))) {
  const { metafile } = await build({
    entryPoints: ["packages/cli/src/bin/connectors.ts"],
    outfile: out,
    bundle: true,
    platform: "node",
    target: "node20.19",
    format: "esm",
    minify: true,
    // names of errors are printed
    keepNames: true,
    legalComments: "eof",
    metafile: true,
    // packages of CommonJS ask for the modules of Node
    banner: {
      js: 'import { createRequire as __createRequire } from "node:module"\nconst require = __createRequire(import.meta.url)'
    }
  })
  if (sizes) {
    const modules = Object.entries(metafile.outputs[out].inputs).map(([path, { bytesInOutput }]) => ({
      bytesInOutput,
      path
    }))
    for (const { bytesInOutput, path } of modules.sort((a, b) => b.bytesInOutput - a.bytesInOutput).slice(0, 40)) {
      console.log(`${bytesInOutput} ${path}`)
    }
  }
}
