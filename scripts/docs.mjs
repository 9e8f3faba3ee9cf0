// Builds the documentation site into .tmp/site and checks it: `npm run docs`. With `--dev` it serves the site while you write:
// `npm run docs:dev`. What it needs is large and of no use to the tests, so it is installed here, into site/node_modules.
// Exit code 3: the packages could not be installed, and nothing was built.
import { spawn, spawnSync } from "node:child_process"
import { createHash } from "node:crypto"
import { existsSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from "node:fs"
import { join, resolve } from "node:path"

const site = "site"
const built = ".tmp/site"
const vitepress = resolve(site, "node_modules/vitepress/bin/vitepress.js")

const began = performance.now()
const secondsSince = (start) => `${((performance.now() - start) / 1000).toFixed(0)} s`
const times = []

const install = () => {
  const stampFile = join(site, "node_modules/.stamp")
  const stamp = createHash("sha256")
    .update(readFileSync(join(site, "package-lock.json")))
    .digest("hex")
  if (existsSync(stampFile) && readFileSync(stampFile, "utf8") === stamp) return
  const args = ["ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"]
  const { error, status, stderr } = spawnSync("npm", args, { cwd: site, encoding: "utf8" })
  if (status !== 0) {
    console.log(`the packages of the site could not be installed:\n${stderr ?? error}`)
    process.exit(3)
  }
  writeFileSync(stampFile, stamp)
  times.push(`install ${secondsSince(began)}`)
}

/** What a script prints; ends this program when it fails. */
const node = (name, args, cwd = ".") =>
  new Promise((done) => {
    const started = performance.now()
    const child = spawn(process.execPath, args, { cwd })
    let out = ""
    let err = ""
    child.stdout.setEncoding("utf8").on("data", (text) => (out += text))
    child.stderr.setEncoding("utf8").on("data", (text) => (err += text))
    child.on("close", (code) => {
      times.push(`${name} ${secondsSince(started)}`)
      if (code === 0) return done(out)
      console.log(`FAILED ${name}\n${out}${err}`)
      process.exit(1)
    })
  })

install()

if (process.argv.includes("--dev")) {
  await node("reference", ["site/reference.mjs"])
  const dev = [vitepress, "dev", "--host", "127.0.0.1"]
  process.exit(spawnSync(process.execPath, dev, { cwd: site, stdio: "inherit" }).status ?? 0)
}

rmSync(built, { recursive: true, force: true })
const [reference, examples] = await Promise.all([
  node("reference", ["site/reference.mjs"]),
  node("snippets", ["scripts/doc-examples.mjs"]),
  node("error pages", ["scripts/error-pages.mjs", "--check"])
])
await node("build", [vitepress, "build"], site)
await node("llms.txt", ["site/llms.mjs"])
const checked = JSON.parse(await node("check", ["site/check.mjs"]))

const { declarations, pages } = JSON.parse(reference)
const files = readdirSync(built, { recursive: true })
  .map((path) => statSync(join(built, path)))
  .filter((file) => file.isFile())
const guides = readdirSync("docs", { recursive: true }).filter((path) => path.endsWith(".md"))
const words = guides.flatMap((path) => readFileSync(join("docs", path), "utf8").match(/\S+/g) ?? [])

console.log(`guides      ${guides.length} pages, ${words.length} words
reference   ${pages} pages, ${declarations} declarations
snippets    ${/\d+/.exec(examples)} compiled
links       ${checked.links} on ${checked.pages} pages, ${checked.broken} broken
search      ${checked.found.join("\n            ")}
size        ${(files.reduce((sum, file) => sum + file.size, 0) / 1e6).toFixed(1)} MB in ${built}
time        ${secondsSince(began)}: ${times.join(", ")}`)
