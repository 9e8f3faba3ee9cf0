const maxLength = 64
const suffix = "_tool"

const stemOf = (connector: string, action: string): string =>
  `${connector.replace(/[^a-zA-Z0-9_-]/g, "_")}_${action.replace(/\W/g, "_")}`

/**
 * Returns a function that names the tool of an action. It never returns the same name twice.
 *
 * @internal
 */
export const toolNames = (): ((connector: string, action: string) => string) => {
  const used = new Set<string>()
  return (connector, action) => {
    const stem = stemOf(connector, action)
    const withSuffix = (end: string) => stem.slice(0, maxLength - end.length) + end
    let name = withSuffix(suffix)
    for (let n = 2; used.has(name); n++) name = withSuffix(`${suffix}_${n}`)
    used.add(name)
    return name
  }
}
