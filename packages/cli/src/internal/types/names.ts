import { hashOf } from "./model.js"

const maxLength = 60

const words = (name: string): ReadonlyArray<string> => name.match(/[A-Za-z0-9]+/g) ?? []

const capitalized = (word: string): string => word.slice(0, 1).toUpperCase() + word.slice(1)

/** A name as a type is called; empty when nothing of it can be in one. */
export const typeName = (name: string): string => {
  const joined = words(name).map(capitalized).join("").slice(0, maxLength)
  return /^\d/.test(joined) ? `A${joined}` : joined
}

// also what a module may not declare in strict mode, and what would hide a global that the module uses
const reserved = new Set(
  (
    "arguments as async await break case catch class const continue debugger default delete do else enum eval export " +
    "extends false finally for from function if implements import in instanceof interface let new null of package " +
    "private protected public return static super switch this throw true try type typeof undefined var void while with yield"
  ).split(" ")
)

/** A name as a function is called. */
export const functionName = (name: string): string => {
  const type = typeName(name)
  const camel = type.slice(0, 1).toLowerCase() + type.slice(1)
  return reserved.has(camel) ? `${camel}Action` : camel
}

/**
 * Gives each name its own: the first of those that would be the same keeps it, the others end in a part of their hash,
 * which does not depend on the rest.
 */
export const distinctNames = (
  names: ReadonlyArray<string>,
  nameOf: (name: string) => string
): ReadonlyMap<string, string> => {
  const taken = new Set<string>()
  return new Map(
    names.map((name) => {
      const plain = nameOf(name)
      const hashed = `${plain === "" ? nameOf("action") : plain}_${hashOf(name).slice(0, 8)}`
      const own = plain === "" || taken.has(plain.toLowerCase()) ? hashed : plain
      taken.add(own.toLowerCase())
      return [name, own]
    })
  )
}

const plainFile = /^[a-z0-9][a-z0-9_-]{0,59}$/
// devices of Windows, and what an import of the folder would find
const takenFile = /^(?:con|prn|aux|nul|com\d|lpt\d|index)$/

/** A name as a file is called, without its ending. No two names give the same, where the file system ignores case too. */
export const fileName = (name: string): string => {
  if (plainFile.test(name) && !takenFile.test(name)) return name
  const readable = words(name).join("-").toLowerCase().slice(0, maxLength)
  return `${readable === "" ? "name" : readable}-${hashOf(name).slice(0, 8)}`
}
