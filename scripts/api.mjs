// Writes the public types of each package as text to packages/*/api, from the built declarations. With `--check` it only says what
// differs, and which package has another API than the main branch and no changeset since.
import { spawnSync } from "node:child_process"
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { dirname } from "node:path/posix"
import { apiOf } from "./lib/api.mjs"
import { packages, publicModules, walk } from "./lib/sources.mjs"

const check = process.argv.includes("--check")
// a package that is a program alone has none
const checked = packages().filter((pkg) => publicModules(pkg).length > 0)

const git = (...args) => spawnSync("git", args, { encoding: "utf8" })
const textOf = (path) => (existsSync(path) ? readFileSync(path, "utf8") : "")
const count = (lines, sign) => lines.filter((line) => line.startsWith(sign)).length

/** The lines that differ, those within a declaration below its first line. */
const difference = (before, after) => {
  const folder = ".tmp/api"
  rmSync(folder, { recursive: true, force: true })
  mkdirSync(folder, { recursive: true })
  writeFileSync(`${folder}/before`, before)
  writeFileSync(`${folder}/after`, after)
  const result = git("diff", "--no-index", "--no-color", "--no-ext-diff", "-U0", `${folder}/before`, `${folder}/after`)
  const lines = (result.stdout ?? "").split("\n").slice(4)
  return lines.flatMap((line, index) => {
    if (!line.startsWith("@@")) return line === "" ? [] : [line]
    return /^[-+]\s/.test(lines[index + 1]) ? (/ @@ (.+)$/.exec(line)?.slice(1) ?? []) : []
  })
}

const update = async (pkg) => {
  const texts = await apiOf(pkg)
  const wanted = new Map([...texts].map(([path, text]) => [`${pkg}/api/${path}`, text]))
  const stale = [...new Set([...wanted.keys(), ...walk(`${pkg}/api`)])].filter(
    (path) => textOf(path) !== (wanted.get(path) ?? "")
  )
  for (const path of stale) {
    const text = wanted.get(path)
    if (check) {
      const lines = difference(textOf(path), text ?? "")
      const what = !existsSync(path) ? "a new module" : text === undefined ? "the module is gone" : "changed"
      console.log(`${path}: ${what}, ${count(lines, "-")} lines removed, ${count(lines, "+")} added`)
      for (const line of lines) console.log(`  ${line}`)
    } else if (text === undefined) {
      rmSync(path)
    } else {
      mkdirSync(dirname(path), { recursive: true })
      writeFileSync(path, text)
    }
  }
  return stale
}

const filesFrom = (result) => result.stdout.split("\n").filter((path) => path !== "")

/** Where this branch left the main one; `undefined` where there is no such branch, or no git. */
const mainBase = () => {
  const { baseBranch } = existsSync(".changeset/config.json") ? JSON.parse(textOf(".changeset/config.json")) : {}
  if (baseBranch === undefined) return undefined
  for (const branch of [`origin/${baseBranch}`, baseBranch]) {
    const found = git("merge-base", "HEAD", branch)
    if (found.status === 0) return found.stdout.trim()
  }
  return undefined
}

/** The packages whose API is not that of the main branch, and that no changeset since then names. */
const withoutChangeset = (base, stale) => {
  const changed = (...paths) => [
    ...filesFrom(git("diff", "--name-only", "--relative", base, "--", ...paths)),
    ...filesFrom(git("ls-files", "--others", "--exclude-standard", "--", ...paths))
  ]
  const named = new Set(
    changed(".changeset")
      .filter((path) => path.endsWith(".md"))
      .flatMap((path) => [...textOf(path).matchAll(/^["']?(@?[\w./-]+)["']?: (?:major|minor|patch)$/gm)])
      .map(([, name]) => name)
  )
  const atBase = (path) => git("show", `${base}:./${path}`)
  return checked.filter((pkg) => {
    const manifest = `${pkg}/package.json`
    const { name, version } = JSON.parse(textOf(manifest))
    // the first text of an API is no change of it, and a version that was made since then used its changesets up
    if (filesFrom(git("ls-tree", "--name-only", base, `./${pkg}/api/`)).length === 0) return false
    if (JSON.parse(atBase(manifest).stdout).version !== version) return false
    const isChanged = stale.some((path) => path.startsWith(`${pkg}/`)) || changed(`${pkg}/api`).length > 0
    return isChanged && !named.has(name)
  })
}

const stale = (await Promise.all(checked.map(update))).flat()
const asWritten = `the API of ${checked.length} packages is as it is written`
if (!check) {
  console.log(stale.length === 0 ? asWritten : `${stale.length} files written`)
} else {
  if (stale.length > 0) {
    console.log(
      "The public types changed. A line that was removed or changed can break programs. Run `npm run api`, commit what it writes, " +
        "and add a changeset (`npm run changeset`)."
    )
  }
  const base = mainBase()
  const silent = base === undefined ? [] : withoutChangeset(base, stale)
  for (const pkg of silent) {
    console.log(
      `${pkg}: its API is not that of the main branch, and no changeset since then names it. Run \`npm run changeset\`. ` +
        `What changed: git diff ${base.slice(0, 10)} -- ${pkg}/api`
    )
  }
  if (stale.length > 0 || silent.length > 0) process.exit(1)
  console.log(`${asWritten}${base === undefined ? "; there is no main branch whose changesets could be compared" : ""}`)
}
