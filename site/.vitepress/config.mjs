import { defineConfig } from "vitepress"
import { readdirSync } from "node:fs"
import { resolve } from "node:path"
import { editLinks } from "../links.mjs"
import { searchOptions, textForSearch } from "../search.mjs"
import { sidebar } from "../sidebar.mjs"

const root = resolve(import.meta.dirname, "../..")
// DOCS_BASE is the path under which the site is served, such as /effect-connectors/
const base = process.env.DOCS_BASE ?? "/"
const others = readdirSync(root).filter((name) => name !== "docs" && name !== "site")

// The pages are outside of the folder that has Vue: what renders them there finds it by itself.
const vueOfServer = {
  name: "vue-of-server",
  enforce: "pre",
  resolveId: (id, _importer, { ssr }) => (ssr && /^vue(\/|$)/.test(id) ? { id, external: true } : undefined)
}

export default defineConfig({
  title: "Effect Connectors",
  description: "An Effect client for Facilio Connections and BOSA / GL Connectors",
  base,
  // pages are read where they are: the guides in docs, the reference in site/api
  srcDir: root,
  srcExclude: [...others.flatMap((name) => [name, `${name}/**`]), "site/*.md"],
  rewrites: { "docs/:rest*": ":rest*", "site/:rest*": ":rest*" },
  outDir: resolve(root, ".tmp/site"),
  cacheDir: resolve(root, ".tmp/site-cache"),
  head: [["link", { rel: "icon", href: "data:," }]],
  lastUpdated: false,
  // their tables need the room of the outline
  transformPageData: ({ frontmatter, relativePath }) => {
    if (relativePath.startsWith("parity/")) frontmatter.aside = false
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
  vite: {
    plugins: [vueOfServer],
    server: { watch: { ignored: others.map((name) => resolve(root, name, "**")) } },
    build: { chunkSizeWarningLimit: 4096 }
  }
})

/** The anchor that GitHub gives to a heading, so that a link works in both places. */
function slugOf(heading) {
  return heading
    .trim()
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N}\s_-]/gu, "")
    .replaceAll(/\s/g, "-")
}
