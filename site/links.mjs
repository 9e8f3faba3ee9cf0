// Links of a page as they have to be on the site. In the repository they work as they are.
import { existsSync, statSync } from "node:fs"
import { posix, relative, resolve } from "node:path"

const site = import.meta.dirname
const root = resolve(site, "..")

/** Where a path of the repository is to be seen by a reader of the site, if anywhere. */
const inRepository = (path) => {
  // the address of the repository, such as https://HOST/OWNER/NAME
  const repository = process.env.DOCS_REPOSITORY
  if (repository === undefined) return undefined
  const isFolder = existsSync(resolve(root, path)) && statSync(resolve(root, path)).isDirectory()
  return `${repository}/${isFolder ? "tree" : "blob"}/HEAD/${path}`
}

/** The module of the reference that a specifier such as `@effect-connectors/core/Jobs` names. */
const moduleOf = (text) => {
  const [, pkg, name] = /^@effect-connectors\/(\w+)\/(\w+)$/.exec(text) ?? []
  return name !== undefined && existsSync(resolve(root, `packages/${pkg}/src/${name}.ts`))
    ? `${pkg}/${name}`
    : undefined
}

const linkTo = (Token, href, text) => {
  const open = new Token("link_open", "a", 1)
  open.attrSet("href", href)
  return [open, text, new Token("link_close", "a", -1)]
}

/**
 * What is not on the site becomes a link into the repository, or its text. Names of modules become links to the reference.
 */
export const editLinks = (md) => {
  md.core.ruler.push("site-links", ({ Token, env, tokens }) => {
    const page = relative(site, env.realPath ?? env.path).replaceAll("\\", "/")
    const tag = /^docs\/errors\/(\w+)\.md$/.exec(page)?.[1]
    const change = (children) => {
      const changed = []
      let isInside = false
      let isDropped = false
      for (const token of children) {
        if (token.type === "link_open") {
          isInside = true
          const href = token.attrGet("href") ?? ""
          if (/^(\w+:|#|\/)/.test(href)) {
            changed.push(token)
            continue
          }
          const [path, anchor] = href.split("#")
          const target = posix.normalize(posix.join(posix.dirname(page), path))
          if (/^(docs|api)\/.+\.md$/.test(target)) {
            changed.push(token)
            continue
          }
          const address = inRepository(target)
          isDropped = address === undefined
          if (!isDropped) {
            token.attrSet("href", anchor === undefined ? address : `${address}#${anchor}`)
            changed.push(token)
          }
        } else if (token.type === "link_close") {
          if (!isDropped) changed.push(token)
          isInside = false
          isDropped = false
        } else if (token.type === "code_inline" && !isInside && moduleOf(token.content) !== undefined) {
          const name = moduleOf(token.content)
          changed.push(...linkTo(Token, `/api/${name}.md${tag === undefined ? "" : `#${tag}`}`, token))
        } else {
          changed.push(token)
        }
      }
      return changed
    }
    for (const token of tokens) {
      if (token.type === "inline" && token.children !== null) token.children = change(token.children)
    }
  })
}
