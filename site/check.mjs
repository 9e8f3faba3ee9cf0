// What must hold of the built site: every link has a target, and the search finds what it should.
import MiniSearch from "minisearch"
import { readFileSync, readdirSync } from "node:fs"
import { posix, resolve } from "node:path"
import { pathToFileURL } from "node:url"
import { searchOptions } from "./search.mjs"

const root = resolve(import.meta.dirname, "..")
const site = resolve(root, ".tmp/site")
const base = process.env.DOCS_BASE ?? "/"
const files = readdirSync(site, { recursive: true }).map((path) => path.replaceAll("\\", "/"))
const faults = []

const unescaped = (text) =>
  text.replaceAll("&quot;", '"').replaceAll("&lt;", "<").replaceAll("&gt;", ">").replaceAll("&amp;", "&")

const pages = new Map(
  files
    .filter((path) => path.endsWith(".html"))
    .map((path) => {
      const html = readFileSync(resolve(site, path), "utf8")
      const ids = new Set([...html.matchAll(/\sid="([^"]*)"/g)].map(([, id]) => unescaped(id)))
      const links = [...html.matchAll(/\s(?:href|src)="([^"]*)"/g)].map(([, link]) => unescaped(link))
      return [path, { ids, links }]
    })
)

let links = 0
for (const [page, { links: all }] of pages) {
  for (const link of new Set(all)) {
    if (/^[a-z]+:/i.test(link)) continue
    links += 1
    const [path, anchor] = decodeURI(link).split("#")
    const whole = path === "" ? page : path.startsWith("/") ? path.slice(1) : posix.join(posix.dirname(page), path)
    if (path.startsWith("/") && !path.startsWith(base)) {
      faults.push(`${page}: ${link} is not below ${base}`)
      continue
    }
    const below = path.startsWith("/") ? path.slice(base.length) : whole
    const target = [below, `${below}.html`, posix.join(below, "index.html")].find(
      (each) => files.includes(each) && /\.\w+$/.test(each)
    )
    if (target === undefined) faults.push(`${page}: ${link} has no target`)
    else if (anchor !== undefined && anchor !== "" && pages.has(target) && !pages.get(target).ids.has(anchor)) {
      faults.push(`${page}: ${link} has no such heading`)
    }
  }
}

// as the search box asks
const [index] = readdirSync(resolve(site, "assets/chunks")).filter((name) => name.startsWith("@localSearchIndexroot"))
const { default: json } = await import(pathToFileURL(resolve(site, "assets/chunks", index)).href)
const search = MiniSearch.loadJSON(json, {
  fields: ["title", "titles", "text"],
  storeFields: ["title", "titles"],
  searchOptions
})
const wanted = {
  deadline: "retries",
  "how to set a deadline": "retries",
  "rate limit": "retries",
  tracing: "observability",
  "abort a call": "promises",
  OutcomeUnknown: "errors/OutcomeUnknown",
  retry: "retries",
  cursor: "bosa",
  proxy: "proxies",
  credentials: "security"
}
const found = Object.entries(wanted).map(([query, page]) => {
  const hits = search.search(query).map(({ id }) => id.slice(base.length))
  const place = hits.findIndex((hit) => hit.replace(/(\.html)?(#.*)?$/, "") === page)
  if (place === -1 || place > 4) faults.push(`search: "${query}" finds ${hits.slice(0, 5).join(", ")} and not ${page}`)
  return `${query} -> ${hits[place] ?? "nothing"} (${place + 1}.)`
})

for (const fault of faults) console.error(fault)
console.log(JSON.stringify({ pages: pages.size, links, broken: faults.length, found }))
process.exit(faults.length === 0 ? 0 : 1)
