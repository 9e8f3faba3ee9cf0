// Before a release: writes what each package is made of to .tmp/sbom, one CycloneDX document for each, as a project that installs the
// package gets it. Needs the npm registry.
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { join, resolve } from "node:path"
import { emptyFolder, json, must, pack, run } from "./lib/consumer.mjs"

const out = resolve(".tmp/sbom")
rmSync(out, { recursive: true, force: true })
mkdirSync(out, { recursive: true })

/** The packages whose code is in a bundle, by the notices that `bundle-cli` puts next to it. */
const bundledIn = (folder) => {
  const notices = join(folder, "dist/chunks/notices.txt")
  if (!existsSync(notices)) return []
  const heads = readFileSync(notices, "utf8").split("\n\n----\n\n")
  return heads.map((text) => {
    const [, name, version, license] = /^(\S+) (\S+): (.+)/.exec(text)
    const purl = `pkg:npm/${name.replace("@", "%40")}@${version}`
    return {
      "bom-ref": `${name}@${version}`,
      type: "library",
      name,
      version,
      purl,
      licenses: [{ license: { name: license } }]
    }
  })
}

const packed = pack(".tmp/pack")
for (const { name, tarball } of packed) {
  const folder = emptyFolder()
  must(`unpack ${name}`, run("tar", ["-xzf", tarball, "--strip-components", "1"], folder))
  const path = join(folder, "package.json")
  const { devDependencies: _, scripts: __, ...manifest } = json(path)
  // those of this release are not in the registry yet
  for (const other of packed) {
    if (manifest.dependencies?.[other.name] !== undefined) manifest.dependencies[other.name] = `file:${other.tarball}`
  }
  writeFileSync(path, JSON.stringify(manifest, null, 2))
  must(
    `install for ${name}`,
    run("npm", ["install", "--package-lock-only", "--ignore-scripts", "--no-audit", "--no-fund"], folder)
  )
  const args = ["sbom", "--sbom-format", "cyclonedx", "--sbom-type", "library", "--package-lock-only"]
  const { output } = must(`sbom of ${name}`, run("npm", args, folder))
  const document = JSON.parse(output.replaceAll(`file:${resolve(".tmp/pack")}/`, "file:"))
  document.metadata.component.name = name
  document.components.push(...bundledIn(folder))
  const file = join(out, `${name.replace("@", "").replace("/", "-")}-${manifest.version}.cdx.json`)
  writeFileSync(file, `${JSON.stringify(document, null, 2)}\n`)
  console.log(`ok ${file}: ${document.components.length} components`)
}
