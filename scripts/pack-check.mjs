// Packs every package, installs the tarballs in an empty project outside of the repository, and uses them as a
// stranger would: by import, by require, by the compiler. Needs the npm registry.
import { copyFileSync, readFileSync, readdirSync, statSync, writeFileSync } from "node:fs"
import { join, posix, resolve } from "node:path"
import { entrySizes, overBudget } from "./lib/bundleSize.mjs"
import { compile, emptyFolder, install, json, must, pack, run } from "./lib/consumer.mjs"
import { anchorsOf, linksOf } from "./lib/markdown.mjs"

// In kilobytes: a package that grows past these carries something that it should not.
const budget = { packed: 950, unpacked: 4100 }

const kilobytes = (bytes) => Math.ceil(bytes / 1000)
const filesIn = (folder) =>
  readdirSync(folder, { recursive: true })
    .map((path) => path.replaceAll("\\", "/"))
    .filter((path) => !path.startsWith("node_modules/") && statSync(join(folder, path)).isFile())
    .sort()

let failures = 0
const report = (name, faults, note = "") => {
  if (faults.length === 0) return console.log(`ok ${name}${note === "" ? "" : `: ${note}`}`)
  failures += 1
  console.log(`FAILED ${name}\n${faults.map((fault) => `  ${fault}`).join("\n")}`)
}

const faultsOf = (result) => (result.ok ? [] : result.output.split("\n"))

const root = json("package.json")
const tool = (name) => resolve("node_modules/.bin", name)
const packed = pack(".tmp/pack")

// The documented programs are what a stranger writes first.
const documented = ".tmp/doc-examples"
must("examples", run(process.execPath, ["scripts/doc-examples.mjs"]))
const programs = readdirSync(documented).filter((name) => name.endsWith(".ts"))
const imported = programs.flatMap((name) =>
  [...readFileSync(join(documented, name), "utf8").matchAll(/from "((?:@[^/"]+\/)?[^/"]+)/g)].map((match) => match[1])
)

// The versions are the ones that this repository is tested with.
const names = packed.map((each) => each.name)
const wanted = new Set([
  ...packed.flatMap(({ manifest }) => Object.keys(manifest.peerDependencies ?? {})),
  ...imported,
  "typescript",
  "@types/node"
])
const fromRegistry = [...wanted]
  .filter((name) => !names.includes(name) && !name.startsWith("node:"))
  .map((name) => `${name}@${root.devDependencies[name] ?? "latest"}`)

report("api", faultsOf(run(process.execPath, ["scripts/api.mjs", "--check"])))

for (const size of await entrySizes(json("scripts/size-budget.json"))) {
  report(
    `size of ${size.name}`,
    overBudget([size]),
    `${size.own} bytes of our own, ${size.base} of the base; budget ${size.budget}`
  )
}

const consumer = emptyFolder()
const write = (name, content) => writeFileSync(join(consumer, name), content)

write("package.json", JSON.stringify({ name: "consumer", private: true, type: "module" }))
install(consumer, ...packed.map((each) => each.tarball), ...fromRegistry)
console.log(`ok install: ${names.length} tarballs beside ${fromRegistry.join(" ")}`)

// a package that is a program alone: nothing of it can be imported, and its files are bundled
const isProgram = (manifest) => manifest.exports["."] === undefined

const modules = packed.map(({ manifest, name }) => {
  if (isProgram(manifest)) return { name, open: [], closed: [name] }
  const paths = filesIn(join(consumer, "node_modules", name, "dist")).filter((path) => path.endsWith(".js"))
  const hidden = paths.filter((path) => /^(internal|bin)\//.test(path))
  const specifier = (path) => `${name}/${path.replace(/\.js$/, "")}`
  return {
    name,
    open: [name, ...paths.filter((path) => !hidden.includes(path) && path !== "index.js").map(specifier)],
    closed: hidden.map(specifier)
  }
})

for (const { manifest, name, tarball } of packed) {
  const folder = join(consumer, "node_modules", name)
  const files = filesIn(folder)
  const installed = json(join(folder, "package.json"))
  const ranges = ["dependencies", "peerDependencies", "optionalDependencies"].flatMap((key) =>
    Object.entries(installed[key] ?? {}).filter(([, range]) => /^(workspace|link|file|catalog):/.test(range))
  )
  const foreign = files.filter(
    (path) =>
      !/^(dist|src)\/|^docs\/.+\.(md|svg)$|^(package\.json|README\.md|LICENSE|AGENTS\.md|CHANGELOG\.md)$/.test(path)
  )
  const size = {
    packed: kilobytes(statSync(tarball).size),
    unpacked: kilobytes(files.reduce((sum, path) => sum + statSync(join(folder, path)).size, 0))
  }
  report(
    `${name} contents`,
    [
      ...ranges.map(([dependency, range]) => `${dependency} is asked for as ${range}`),
      ...["AGENTS.md", "CHANGELOG.md", "LICENSE", "README.md", "docs/README.md", "docs/essentials.md"]
        .filter((path) => !files.includes(path))
        .map((path) => `${path} is missing`),
      ...foreign.map((path) => `${path} does not belong in it`),
      ...files
        .filter(
          (path) =>
            !isProgram(manifest) &&
            /^dist\/.*\.js$/.test(path) &&
            !files.includes(path.replace(/^dist(.*)js$/, "src$1ts"))
        )
        .map((path) => `${path} has no source: an earlier build left it`),
      ...files.filter((path) => path.endsWith(".tsbuildinfo")).map((path) => `${path} does not belong in it`),
      ...Object.keys(budget)
        .filter((key) => size[key] > budget[key])
        .map((key) => `${key}: ${size[key]} kB, the budget is ${budget[key]} kB`),
      ...(installed.version === manifest.version ? [] : [`version ${installed.version} instead of ${manifest.version}`])
    ],
    `${files.length} files, ${size.packed} kB packed, ${size.unpacked} kB unpacked`
  )
  const pages = files.filter((path) => path.endsWith(".md"))
  const links = pages.flatMap((page) =>
    linksOf(readFileSync(join(folder, page), "utf8")).map((link) => ({ page, ...link }))
  )
  report(
    `${name} links`,
    links.flatMap(({ anchor, page, path }) => {
      const target = path === "" ? page : posix.join(posix.dirname(page), path)
      if (!files.includes(target)) return [`${page} links to ${path}, which is not packed`]
      return anchor === "" || anchorsOf(readFileSync(join(folder, target), "utf8")).has(anchor)
        ? []
        : [`${page} links to ${path}${anchor}, and there is no such heading`]
    }),
    `${links.length} in ${pages.length} pages`
  )
  report(`${name} publint`, faultsOf(run(tool("publint"), ["run", tarball, "--strict"])))
  // attw does not expand "./*" by itself
  const entrypoints = modules.find((each) => each.name === name).open.map((specifier) => specifier.replace(name, "."))
  if (isProgram(manifest)) continue
  for (const bin of Object.keys(manifest.bin ?? {})) {
    const help = run("npx", ["--no", "--", bin, "--help"], consumer)
    report(`${name} program`, [...faultsOf(help), ...(help.output.includes(bin) ? [] : ["it prints no help"])], bin)
  }
  const attw = [tarball, "--profile", "esm-only", "--no-emoji", "--no-definitely-typed", "--format", "ascii"]
  report(
    `${name} attw`,
    faultsOf(run(tool("attw"), [...attw, "--entrypoints", ...entrypoints])),
    `${entrypoints.length} entrypoints`
  )
}

// a program works in a project that has nothing else
for (const { manifest, name, tarball } of packed.filter(({ manifest }) => isProgram(manifest))) {
  const alone = emptyFolder()
  writeFileSync(join(alone, "package.json"), JSON.stringify({ name: "alone", private: true }))
  install(alone, tarball)
  const others = readdirSync(join(alone, "node_modules")).filter((path) => !path.startsWith("."))
  for (const bin of Object.keys(manifest.bin)) {
    const help = run("npx", ["--no", "--", bin, "--help"], alone)
    const faults = help.output.includes(`${bin} <command>`) ? [] : ["it prints no help"]
    report(`${name} alone`, [...faultsOf(help), ...faults], `${bin} --help beside ${others.join(", ")}`)
  }
}

write(
  "entries.mjs",
  `import { createRequire } from "node:module"
const require = createRequire(import.meta.url)
const { closed, open } = JSON.parse(process.argv[2])
const faults = []
for (const specifier of open) {
  await import(specifier).catch((error) => faults.push(specifier + " cannot be imported: " + error))
  try { require(specifier) } catch (error) { faults.push(specifier + " cannot be required: " + error) }
}
for (const specifier of closed) {
  try {
    import.meta.resolve(specifier)
    faults.push(specifier + " can be imported")
  } catch (error) {
    if (error.code !== "ERR_PACKAGE_PATH_NOT_EXPORTED") faults.push(specifier + ": " + error)
  }
}
for (const fault of faults) console.log(fault)
process.exit(faults.length === 0 ? 0 : 1)
`
)
// These load in the processes of a test runner only.
const inRunner = new Set(["@effect-connectors/testing/Vitest"])
for (const { closed, name, open } of modules) {
  const anywhere = open.filter((specifier) => !inRunner.has(specifier))
  const entries = JSON.stringify({ closed, open: anywhere })
  report(
    `${name} entries`,
    faultsOf(run(process.execPath, ["--no-warnings", "entries.mjs", entries], consumer)),
    `${anywhere.length} imported and required, ${closed.length} refused`
  )
}

const typesOf = (name, files, skipLibCheck) => {
  const compilerOptions = {
    target: "ES2022",
    lib: ["ES2022", "DOM", "DOM.Iterable"],
    module: "NodeNext",
    moduleResolution: "NodeNext",
    strict: true,
    exactOptionalPropertyTypes: true,
    noUncheckedIndexedAccess: true,
    skipLibCheck,
    noEmit: true,
    types: ["node"]
  }
  write(`tsconfig.${name}.json`, JSON.stringify({ compilerOptions, files }))
  return faultsOf(compile(consumer, "-p", `tsconfig.${name}.json`))
}

const specifiers = modules.flatMap((each) => each.open)
write(
  "modules.ts",
  `${specifiers.map((specifier, index) => `import * as M${index} from "${specifier}"`).join("\n")}
export const all = [${specifiers.map((_, index) => `M${index}`).join(", ")}] as const
`
)
report(
  "types of every module",
  typesOf("modules", ["modules.ts"], false),
  `${specifiers.length} modules, their declarations included`
)

for (const name of programs) copyFileSync(join(documented, name), join(consumer, name))
if (programs.length > 0) {
  report("types of the documented programs", typesOf("programs", programs, true), `${programs.length} programs`)
}

if (failures > 0) {
  console.log(`${failures} checks failed`)
  process.exit(1)
}
