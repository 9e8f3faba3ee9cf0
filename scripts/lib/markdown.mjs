// Links and anchors of Markdown pages.

const fence = /^\s*```/

/** The page with each line outside of code changed by `change`. */
const mapText = (page, change) => {
  let isCode = false
  return page
    .split("\n")
    .map((line) => {
      if (fence.test(line)) isCode = !isCode
      return isCode ? line : change(line)
    })
    .join("\n")
}

/** The page with each relative link replaced by what `replace` gives for it. */
export const mapLinks = (page, replace) =>
  mapText(page, (line) =>
    line.replace(/\[((?:[^\][]|\[[^\]]*\])*)\]\(([^)\s#]*)(#[^)\s]*)?\)/g, (link, text, path, anchor = "") =>
      /^[a-z]+:/.test(path) ? link : replace({ text, path, anchor })
    )
  )

/** The relative links of a page. */
export const linksOf = (page) => {
  const links = []
  mapLinks(page, ({ anchor, path, text }) => {
    links.push({ path, anchor })
    return text
  })
  return links
}

/** The anchors of the headings of a page, as GitHub makes them. */
export const anchorsOf = (page) => {
  const anchors = new Set()
  mapText(page, (line) => {
    const heading = /^#{1,6} (.+)$/.exec(line)?.[1]
    if (heading !== undefined) {
      const words = heading.toLowerCase().replace(/[^\p{L}\p{N}\s_-]/gu, "")
      anchors.add(`#${words.replace(/\s/g, "-")}`)
    }
    return line
  })
  return anchors
}
