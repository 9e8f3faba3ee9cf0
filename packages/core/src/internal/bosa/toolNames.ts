const longest = 64
const ending = "_tool"

const stemOf = (connector: string, action: string): string =>
  `${connector.replace(/[^a-zA-Z0-9_-]/g, "_")}_${action.replace(/\W/g, "_")}`

/**
 * Gives each action the name that models call it by: no name twice, whatever the actions are called.
 *
 * @internal
 */
export const toolNames = (): ((connector: string, action: string) => string) => {
  const given = new Set<string>()
  return (connector, action) => {
    const stem = stemOf(connector, action)
    const named = (end: string) => stem.slice(0, longest - end.length) + end
    let name = named(ending)
    for (let n = 2; given.has(name); n++) name = named(`${ending}_${n}`)
    given.add(name)
    return name
  }
}
