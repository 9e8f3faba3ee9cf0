// What our own code adds to a bundle over the modules of others that it uses.
import { gzipSync } from "node:zlib"
import { relative, resolve } from "node:path"
import { build } from "esbuild"
import { parseSync, Visitor } from "oxc-parser"

const root = resolve(import.meta.dirname, "../..")
const ours = /^@effect-connectors\//

const options = {
  bundle: true,
  format: "esm",
  target: "es2022",
  mainFields: ["module", "main"],
  external: ["node:*"],
  absWorkingDir: root,
  write: false,
  metafile: true,
  logLevel: "silent"
}

// as a program of a project that has the Node package sees it
const entry = (contents) => ({ contents, resolveDir: resolve(root, "packages/node"), sourcefile: "entry.mjs" })

const leaveOthers = {
  name: "leave the packages of others",
  setup: ({ onResolve }) => {
    onResolve({ filter: /^[^./]/ }, ({ kind, path }) =>
      kind === "entry-point" || ours.test(path) ? undefined : { path, external: true }
    )
  }
}

const bundle = (contents, platform, more) => build({ ...options, platform, stdin: entry(contents), ...more })

const textOf = ({ outputFiles }) => outputFiles[0].text

const zipped = (result) => gzipSync(result.outputFiles[0].contents, { level: 9 }).length

/** Each name of others that a bundle uses, by its module. */
const namesOf = (text) => {
  const names = new Map()
  const namespaces = new Map()
  const add = (module, name) => names.set(module, (names.get(module) ?? new Set()).add(name))
  new Visitor({
    ImportDeclaration: ({ source, specifiers }) => {
      for (const { imported, local, type } of specifiers) {
        if (type === "ImportNamespaceSpecifier") namespaces.set(local.name, source.value)
        else add(source.value, type === "ImportSpecifier" ? imported.name : "default")
      }
    },
    MemberExpression: ({ computed, object, property }) => {
      const module = object.type === "Identifier" && !computed ? namespaces.get(object.name) : undefined
      if (module !== undefined) add(module, property.name)
    }
  }).visit(parseSync("bundle.mjs", text).program)
  return names
}

const baseOf = (names) =>
  [...names]
    .filter(([module]) => !module.startsWith("node:"))
    .flatMap(([module, each]) => [...each].map((name) => [name, module]))
    .map(([name, module], index) => `export { ${name} as name${index} } from ${JSON.stringify(module)}`)
    .join("\n")

/**
 * The sizes of a program in bytes, by `esbuild --bundle --minify` and `gzip -9`: `whole`; `base`, which is a bundle of
 * what the program and our code in it use of other packages; `own`, the difference. `modules` are ours that are in it,
 * minified and not compressed, the largest first.
 */
const bundleSize = async (program, platform = "neutral") => {
  const [whole, bare] = await Promise.all([
    bundle(program, platform, { minify: true }),
    bundle(program, platform, { plugins: [leaveOthers] })
  ])
  const base = await bundle(baseOf(namesOf(textOf(bare))), platform, { minify: true })
  const [output] = Object.values(whole.metafile.outputs)
  const modules = Object.entries(output.inputs)
    .map(([path, { bytesInOutput }]) => ({ path: relative(root, resolve(root, path)), bytes: bytesInOutput }))
    .filter(({ bytes, path }) => bytes > 0 && path.startsWith("packages/"))
    .sort((a, b) => b.bytes - a.bytes)
  return { own: zipped(whole) - zipped(base), base: zipped(base), whole: zipped(whole), modules }
}

/** The sizes of each entry of the budget, with the budget. */
export const entrySizes = async (entries) => {
  const sizes = []
  for (const { name, program, platform, budget } of entries) {
    sizes.push({ name, budget, ...(await bundleSize(program, platform)) })
  }
  return sizes
}

/** What is over its budget, in words. */
export const overBudget = (sizes) =>
  sizes
    .filter(({ budget, own }) => own > budget)
    .map(({ budget, name, own }) => `${name}: our own code has ${own} bytes, the budget is ${budget}`)
