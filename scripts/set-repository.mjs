// Before a release: writes into each published package.json which repository it is from, as the workflow that publishes it says.
// npm compares it with the repository that the provenance names. It is in no package.json that is committed.
import { readFileSync, writeFileSync } from "node:fs"
import { packages } from "./lib/sources.mjs"

const { GITHUB_REPOSITORY: repository, GITHUB_SERVER_URL: server } = process.env

if (!/^https:\/\/[^/\s]+$/.test(server ?? "") || !/^[\w.-]+\/[\w.-]+$/.test(repository ?? "")) {
  console.log(
    "GITHUB_SERVER_URL and GITHUB_REPOSITORY say which repository this is: set both, such as https://github.example and owner/name"
  )
  process.exit(1)
}

for (const pkg of packages()) {
  const path = `${pkg}/package.json`
  const manifest = JSON.parse(readFileSync(path, "utf8"))
  manifest.repository = { type: "git", url: `git+${server}/${repository}.git`, directory: pkg }
  writeFileSync(path, `${JSON.stringify(manifest, null, 2)}\n`)
  console.log(`${manifest.name}: ${manifest.repository.url}, ${pkg}`)
}
