// What the search of the site finds.

/** Of the reference only names and sentences: with the code the index would be several times as large. */
export const textForSearch = (source, env, md) => {
  const isReference = env.relativePath.startsWith("api/")
  return md.render(isReference ? source.replaceAll(/^```[^]*?^```$/gm, "") : source, env)
}

/** How the search box asks. A guide comes before the tables of other clients and the reference, which have its words as names. */
export const searchOptions = {
  fuzzy: 0.2,
  prefix: true,
  boost: { title: 4, text: 2, titles: 1 },
  boostDocument: (id) => (id.includes("/api/") ? 0.2 : id.includes("/parity") ? 0.5 : 1)
}
