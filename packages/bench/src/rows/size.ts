import { execFileSync } from "node:child_process"
import { fileURLToPath } from "node:url"
import type { Row, Variant } from "../row.js"

const root = fileURLToPath(new URL("../../../../", import.meta.url))

interface Size {
  readonly name: string
  readonly own: number
  readonly base: number
  readonly whole: number
  readonly modules: ReadonlyArray<{ readonly path: string; readonly bytes: number }>
}

const goals: Readonly<Record<string, number>> = { ConnectionsApi: 20_000, BosaApi: 30_000 }

/** The folder of a module, or the module itself where it is public. */
const partOf = (path: string): string => {
  const [, name = "", part = ""] = /^packages\/([^/]+)\/dist\/(?:internal\/)?([^/]+)/.exec(path) ?? []
  return part.endsWith(".js") ? `${name}: public modules` : `${name}: ${part}`
}

const partsOf = ({ modules }: Size): ReadonlyArray<Variant> => {
  const parts = new Map<string, number>()
  for (const { bytes, path } of modules) parts.set(partOf(path), (parts.get(partOf(path)) ?? 0) + bytes)
  return [...parts].sort(([, a], [, b]) => b - a).map(([name, value]) => ({ name, value }))
}

const measure: Row["measure"] = async () => {
  const printed = execFileSync(process.execPath, ["scripts/sizes.mjs", "--json"], { cwd: root, encoding: "utf8" })
  const sizes: ReadonlyArray<Size> = JSON.parse(printed)
  return {
    groups: [
      {
        title: "our own code over the base, minified and compressed",
        unit: "bytes",
        variants: sizes.map(({ name, own }) => ({ name, value: own }))
      },
      {
        title: "the base: what an entry uses of other packages",
        unit: "bytes",
        variants: sizes.map(({ base, name }) => ({ name, value: base }))
      },
      ...sizes
        .filter(({ name }) => name in goals)
        .map((size) => ({
          title: `what ${size.name} holds, minified and not compressed`,
          unit: "bytes",
          variants: partsOf(size)
        }))
    ],
    figures: sizes.flatMap(({ name, own }) => {
      const atMost = goals[name]
      return atMost === undefined ? [] : [{ name: `own code of ${name}`, value: own, unit: "bytes", atMost }]
    })
  }
}

/** How much code this library adds to a program, by `npm run sizes`. */
export const size: Row = { name: "size", about: "bytes of our own code in a bundle", measure }
