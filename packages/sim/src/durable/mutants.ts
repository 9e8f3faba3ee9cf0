import type { Plugin } from "esbuild"
import { readFileSync } from "node:fs"
import { type Plan, planOf } from "./plan.js"

/** A bug that is planted as text into the built library. Each text must be there exactly once. */
export interface Mutant {
  readonly name: string
  readonly edits: ReadonlyArray<{ readonly file: string; readonly find: string; readonly put: string }>
  /** The shortest run that it fails. */
  readonly plan: Plan
}

const rest = { killJobs: 0, endJobs: 0, frozenJobs: 0, isDisturbed: false }
const killed: Plan = { ...planOf(0), ...rest, kills: 2, killJobs: 40 }
const frozen: Plan = { ...planOf(0), ...rest, kills: 0, frozenJobs: 100, frozenMillis: 25_000 }

const sender = "internal/engine/sender.js"

export const mutants: ReadonlyArray<Mutant> = [
  {
    name: "work is sent without a row that says so",
    edits: [
      {
        file: sender,
        find: 'const claim = store.change(row.key, { states: ["new"], version: row.version }, { state: "intended", intent });',
        put: 'const claim = Effect.map(store.read(row.key), (it) => it?.state === "new" ? { ...it, intent } : undefined);'
      },
      { file: sender, find: '{ states: ["intended", "unknown"], intent }', put: '{ states: ["new"] }' }
    ],
    plan: killed
  },
  {
    name: "work is sent whatever its row says by then",
    edits: [
      {
        file: sender,
        find: 'const claim = store.change(row.key, { states: ["new"], version: row.version },',
        put: 'const claim = store.change(row.key, { states: ["new", "intended", "accepted", "unknown", "succeeded"] },'
      }
    ],
    plan: frozen
  },
  {
    name: "the locks of the buckets are advisory",
    edits: [
      {
        file: "internal/placement/cluster.js",
        find: "shardLockDisableAdvisory: true",
        put: "shardLockDisableAdvisory: false"
      }
    ],
    plan: frozen
  }
]

/** Plants a bug while the program is bundled. */
export const planting = ({ edits, name }: Mutant): Plugin => ({
  name: "planting",
  setup: (build) => {
    const planted = new Set<string>()
    build.onLoad({ filter: /packages\/durable\/dist\/.*\.js$/ }, ({ path }) => {
      let contents = readFileSync(path, "utf8")
      for (const { file, find, put } of edits) {
        if (!path.endsWith(`/durable/dist/${file}`)) continue
        const parts = contents.split(find)
        if (parts.length !== 2) {
          throw new Error(`the bug "${name}" cannot be planted: its text is ${parts.length - 1} times in ${file}`)
        }
        planted.add(`${file} ${find}`)
        contents = parts.join(put)
      }
      return { contents }
    })
    build.onEnd(() => {
      if (planted.size !== edits.length) throw new Error(`the bug "${name}" was not planted: a file was not read`)
    })
  }
})
