import type { ReadError } from "@effect-connectors/core/ApiError"
import * as Effect from "effect/Effect"
import { discover, type Source } from "./discover.js"
import { compareFiles, compareModules, type Drift } from "./drift.js"
import { lockFile, lockPath, readLock, type Selection, TypesUnreadable } from "./lock.js"
import { moduleFile, type TypesFile, type WriteOptions } from "./module.js"

export type { Source } from "./discover.js"
export type { Drift } from "./drift.js"
export { lockPath } from "./lock.js"
export type { TypesFile, WriteOptions } from "./module.js"

const selection = (api: object | undefined, names: ReadonlyArray<string> | undefined): Selection =>
  api !== undefined && (names === undefined ? true : [...new Set(names)].sort())

/**
 * The files of the types of a tenant: one module for each connector and connection, and the lock that {@link check}
 * compares with. The same tenant gives the same texts.
 */
export const pull = (source: Source, options: WriteOptions = {}): Effect.Effect<ReadonlyArray<TypesFile>, ReadError> =>
  Effect.map(discover(source), (modules) => [
    ...modules.map((module) => moduleFile(module, options)),
    lockFile({
      connectors: selection(source.bosa, source.connectors),
      connections: selection(source.connections, source.slugs),
      options,
      modules
    })
  ])

const selected = (names: Selection): ReadonlyArray<string> | undefined => (names === true ? undefined : names || [])

const notThere = (platform: string): TypesUnreadable =>
  new TypesUnreadable({ path: lockPath, reason: `it has types of ${platform}, for which there are no settings now` })

/** What differs between the files of an earlier {@link pull} and what the tenant has now. What was not pulled is not read. */
export const check = Effect.fnUntraced(function* (
  { bosa, connections }: Pick<Source, "bosa" | "connections">,
  files: ReadonlyArray<TypesFile>
): Effect.fn.Return<ReadonlyArray<Drift>, ReadError | TypesUnreadable> {
  const lock = yield* readLock(files)
  if (bosa === undefined && lock.connectors !== false) return yield* notThere("BOSA")
  if (connections === undefined && lock.connections !== false) return yield* notThere("Connections")
  const now = yield* discover({
    bosa: lock.connectors === false ? undefined : bosa,
    connectors: selected(lock.connectors),
    connections: lock.connections === false ? undefined : connections,
    slugs: selected(lock.connections),
    mayBeMissing: true
  })
  return [...compareFiles(lock.modules, files), ...compareModules(lock.modules, now)]
})
