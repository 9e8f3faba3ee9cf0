// What the search of the site finds.

/** Of the reference only names and sentences: with the code the index would be several times as large. */
export const textForSearch = (source, env, md) => {
  const isReference = env.relativePath.startsWith("api/")
  return md.render(isReference ? source.replaceAll(/^```[^]*?^```$/gm, "") : source, env)
}

/**
 * The words of a question that count, each also by its stem: "tracing" finds "traces". The box gets it as text, so it uses
 * nothing of this module.
 */
const processTerm = (term) => {
  const word = term.toLowerCase()
  if (
    /^(a|an|and|are|at|by|can|do|does|for|from|get|how|i|in|is|it|my|of|on|or|set|the|to|use|what|when|with)$/.test(
      word
    )
  )
    return null
  const stem = word.replace(/(ies|ing|es|y|s)$/, "")
  return stem === word || stem.length < 4 ? word : [word, stem]
}

/** How the search box asks. A guide comes before the tables of other clients and the reference, which have its words as names. */
export const searchOptions = {
  processTerm,
  fuzzy: 0.2,
  prefix: true,
  boost: { title: 4, text: 2, titles: 1 },
  boostDocument: (id) => (id.includes("/api/") ? 0.2 : id.includes("/parity") ? 0.5 : 1)
}
