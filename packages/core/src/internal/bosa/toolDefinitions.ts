import { type Fields } from "../data/fields.js"
import { References } from "../jsonSchema/pointer.js"

const maxNameLength = 64

/** A document of the server, and the definitions that its references became. */
interface Document {
  readonly root: Fields
  readonly references: References
  readonly names: Map<string, string>
}

interface Pending {
  readonly name: string
  readonly schema: unknown
  readonly document: Document
}

/** The last step of a definition, all steps of a schema that stands somewhere else. */
const stemOf = (ref: string): string => {
  const steps = /^#\/(?:\$defs|definitions)\/([^/]+)$/.exec(ref)?.[1] ?? ref
  const stem = steps.replace(/[^A-Za-z0-9_.-]+/g, "_").replace(/^_+/, "")
  return stem === "" ? "root" : stem.slice(-maxNameLength)
}

/**
 * What the references of a tool's schema lead to, wherever that stands in the server's documents: each becomes a
 * definition.
 *
 * @internal
 */
export class ToolDefinitions {
  readonly #documents: ReadonlyArray<Document>
  readonly #written = new Map<string, unknown>()
  // a list and no recursion: a chain of references may be as long as the schema
  readonly #pending: Array<Pending> = []

  constructor(roots: ReadonlyArray<Fields>) {
    this.#documents = roots.map((root) => ({ root, references: new References(root), names: new Map() }))
  }

  /**
   * The name of the definition that a reference in `root` leads to; nothing when it leads nowhere, or in a circle. What
   * one document lacks is looked for in the others.
   */
  nameOf(ref: string, root: Fields): string | undefined {
    const leadsSomewhere = ({ references }: Document): boolean => references.resolve(ref) !== undefined
    const own = this.#documents.filter((document) => document.root === root)
    const document = own.find(leadsSomewhere) ?? this.#documents.find(leadsSomewhere)
    const target = document?.references.resolve(ref)
    if (document === undefined || target === undefined || document.references.isCircular(ref)) return undefined
    const known = document.names.get(ref)
    if (known !== undefined) return known
    const name = this.#freeName(stemOf(ref))
    document.names.set(ref, name)
    this.#written.set(name, undefined)
    this.#pending.push({ name, schema: target.value, document })
    return name
  }

  /** All definitions, with those that they refer to themselves; absent without any. */
  write(schemaOf: (schema: unknown, root: Fields) => unknown): Fields | undefined {
    for (let next = this.#pending.pop(); next !== undefined; next = this.#pending.pop()) {
      this.#written.set(next.name, schemaOf(next.schema, next.document.root))
    }
    return this.#written.size === 0 ? undefined : Object.fromEntries(this.#written)
  }

  #freeName(stem: string): string {
    let name = stem
    for (let count = 2; this.#written.has(name); count++) name = `${stem}_${count}`
    return name
  }
}
