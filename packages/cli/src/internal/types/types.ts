import type { ReadError } from "@effect-connectors/core/ApiError"
import * as Effect from "effect/Effect"
import { discover, type Source } from "./discover.js"
import { compareFiles, compareModules, type Drift } from "./drift.js"
import { lockFile, readLock, type Selection, type TypesUnreadable } from "./lock.js"
import { moduleFile, type TypesFile, type WriteOptions } from "./module.js"

export type { Source } from "./discover.js"
export type { Drift } from "./drift.js"
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

/** What differs between the files of an earlier {@link pull} and what the tenant has now. What was not pulled is not read. */
export const check = (
  source: Pick<Source, "bosa" | "connections">,
  files: ReadonlyArray<TypesFile>
): Effect.Effect<ReadonlyArray<Drift>, ReadError | TypesUnreadable> =>
  Effect.gen(function* () {
    const lock = yield* readLock(files)
    const now = yield* discover({
      bosa: lock.connectors === false ? undefined : source.bosa,
      connectors: selected(lock.connectors),
      connections: lock.connections === false ? undefined : source.connections,
      slugs: selected(lock.connections)
    })
    return [...compareFiles(lock.modules, files), ...compareModules(lock.modules, now)]
  })
