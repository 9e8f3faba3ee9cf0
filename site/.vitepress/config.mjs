import { defineConfig } from "vitepress"
import { existsSync, symlinkSync } from "node:fs"
import { resolve } from "node:path"
import { editLinks } from "../links.mjs"
import { searchOptions, textForSearch } from "../search.mjs"
import { sidebar } from "../sidebar.mjs"

const site = resolve(import.meta.dirname, "..")
const root = resolve(site, "..")
// DOCS_BASE is the path under which the site is served, such as /effect-connectors/
const base = process.env.DOCS_BASE ?? "/"

// Pages, packages and Vue have to be below one folder: the guides are linked into it, not copied
if (!existsSync(resolve(site, "docs"))) symlinkSync("../docs", resolve(site, "docs"), "junction")

export default defineConfig({
  title: "Effect Connectors",
  description: "An Effect client for Facilio Connections and BOSA / GL Connectors",
  base,
  srcDir: site,
  rewrites: { "docs/:rest*": ":rest*" },
  outDir: resolve(root, ".tmp/site"),
  cacheDir: resolve(root, ".tmp/site-cache"),
  head: [["link", { rel: "icon", href: "data:," }]],
  lastUpdated: false,
  transformPageData: ({ frontmatter, relativePath }) => {
    // the tables need the room of the outline
    if (relativePath.startsWith("parity/")) frontmatter.aside = false
    return relativePath === "index.md" ? { titleTemplate: false } : {}
  },
  metaChunk: true,
  markdown: {
    theme: { light: "github-light-high-contrast", dark: "github-dark" },
    anchor: { slugify: (heading) => slugOf(heading) },
    config: editLinks
  },
  themeConfig: {
    nav: [
      { text: "Guides", link: "/getting-started" },
      { text: "Errors", link: "/errors" },
      { text: "Reference", link: "/api/" }
    ],
    sidebar: sidebar(),
    outline: [2, 3],
    search: { provider: "local", options: { _render: textForSearch, miniSearch: { searchOptions } } },
    docFooter: { prev: "Previous", next: "Next" }
  },
  vite: { resolve: { preserveSymlinks: true }, build: { chunkSizeWarningLimit: 4096 } }
})

/** The anchor that GitHub gives to a heading, so that a link works in both places. */
function slugOf(heading) {
  return heading
    .trim()
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N}\s_-]/gu, "")
    .replaceAll(/\s/g, "-")
}
