/**
 * Profiles: settings with a name, in a file that only its owner may read.
 */
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Predicate from "effect/Predicate"
import * as Redacted from "effect/Redacted"
import * as Schedule from "effect/Schedule"
import * as Schema from "effect/Schema"
import { randomUUID } from "node:crypto"
import { open, realpath, rename, rm } from "node:fs/promises"
import { homedir, userInfo } from "node:os"
import { dirname, isAbsolute, join } from "node:path"
import { UsageError } from "./failure.js"
import * as JsonText from "./jsonText.js"
import { makeFolder } from "./makeFolder.js"
import { isSettingName, names, type Values } from "./settings.js"
import { Shell } from "./shell.js"

const ownerOnly = 0o600
const ofOthers = 0o077
const hasModes = process.platform !== "win32"

const File = Schema.Struct({
  version: Schema.Literal(1),
  active: Schema.optional(Schema.String),
  profiles: Schema.Record({ key: Schema.String, value: Schema.Record({ key: Schema.String, value: Schema.String }) })
})

export interface Profiles {
  readonly active: string | undefined
  readonly profiles: ReadonlyMap<string, Values>
}

const empty: Profiles = { active: undefined, profiles: new Map() }

/** An empty HOME would put credentials in the folder that the command happens to run in. */
const homeOf = (env: Shell.Service["env"]): string => {
  const home = env["HOME"] ?? homedir()
  return home === "" ? userInfo().homedir : home
}

/** The folder of the platform for settings. */
const folder = (env: Shell.Service["env"]): string => {
  const own = env["CONNECTORS_CONFIG_DIR"] ?? ""
  if (own !== "") return own
  const shared = env["XDG_CONFIG_HOME"] ?? ""
  // the convention has relative ones ignored
  if (isAbsolute(shared) && process.platform !== "win32" && process.platform !== "darwin") {
    return join(shared, "effect-connectors")
  }
  const home = homeOf(env)
  const base =
    process.platform === "win32"
      ? (env["APPDATA"] ?? join(home, "AppData", "Roaming"))
      : process.platform === "darwin"
        ? join(home, "Library", "Application Support")
        : join(home, ".config")
  return join(base, "effect-connectors")
}

export const path: Effect.Effect<string, UsageError, Shell> = Effect.flatMap(Shell, ({ env }) =>
  Effect.try({
    try: () => join(folder(env), "profiles.json"),
    catch: () => new UsageError({ message: "this user has no home folder for profiles: set CONNECTORS_CONFIG_DIR" })
  })
)

const codeOf = (error: unknown): string =>
  Predicate.hasProperty(error, "code") && typeof error.code === "string" ? error.code : String(error)

const refuse = (path: string, reason: string) => new UsageError({ message: `the profiles in ${path} ${reason}` })

const decode = (path: string, text: string): Effect.Effect<Profiles, UsageError> =>
  Effect.gen(function* () {
    const json = yield* Effect.mapError(JsonText.read(path, text), (message) => new UsageError({ message }))
    const file = yield* Effect.mapError(Schema.decodeUnknown(File)(json), () =>
      refuse(path, "are not profiles of this version: move the file away, and add them again")
    )
    const unknown = Object.entries(file.profiles).flatMap(([profile, values]) =>
      Object.keys(values).flatMap((name) => (isSettingName(name) ? [] : [`${profile}.${name}`]))
    )
    if (unknown.length > 0) {
      return yield* refuse(
        path,
        `have settings that are not known (${unknown.join(", ")}). Known are ${names.join(", ")}`
      )
    }
    return {
      active: file.active,
      profiles: new Map(
        Object.entries(file.profiles).map(([profile, values]) => [
          profile,
          Object.fromEntries(Object.entries(values).map(([name, value]) => [name, Redacted.make(value)]))
        ])
      )
    }
  })

/** A file, its mode and its owner at one moment; nothing when there is none. */
const contentOf = async (path: string) => {
  try {
    const handle = await open(path)
    try {
      const { mode, uid } = await handle.stat()
      return { mode, uid, text: await handle.readFile("utf8") }
    } finally {
      await handle.close()
    }
  } catch (error) {
    if (codeOf(error) === "ENOENT") return undefined
    throw error
  }
}

/** All profiles; none when there is no file. A file that others may read is refused. */
export const read: Effect.Effect<Profiles, UsageError, Shell> = Effect.flatMap(path, (path) =>
  Effect.gen(function* () {
    const found = yield* Effect.tryPromise({
      try: () => contentOf(path),
      catch: (error) => refuse(path, `cannot be read (${codeOf(error)})`)
    })
    if (found === undefined) return empty
    if (hasModes && (found.mode & ofOthers) !== 0) {
      return yield* refuse(path, `may be read by others. Run: chmod 600 ${path}`)
    }
    // root may read it, and would send what another user wrote there
    if (hasModes && found.uid !== process.getuid?.()) {
      return yield* refuse(path, `belong to another user. Run: chown "$(id -u)" ${path}`)
    }
    return yield* decode(path, found.text)
  })
)

/** Where a link leads: the link stays. */
const target = async (path: string): Promise<string> => {
  try {
    return await realpath(path)
  } catch {
    return path
  }
}

const replace = async (link: string, text: string): Promise<void> => {
  const path = await target(link)
  const temporary = `${path}.${randomUUID()}.tmp`
  try {
    const handle = await open(temporary, "wx", ownerOnly)
    try {
      await handle.writeFile(text)
      await handle.sync()
    } finally {
      await handle.close()
    }
    await rename(temporary, path)
  } catch (error) {
    await rm(temporary, { force: true })
    throw error
  }
}

/** Replaces the file in one step. */
const write = ({ active, profiles }: Profiles): Effect.Effect<void, UsageError, Shell> =>
  Effect.flatMap(path, (path) => {
    const values = ([name, settings]: [string, Values]) => [
      name,
      Object.fromEntries(
        Object.entries(settings).flatMap(([name, value]) =>
          value === undefined ? [] : [[name, Redacted.value(value)]]
        )
      )
    ]
    const file = {
      version: 1,
      ...(active === undefined ? {} : { active }),
      profiles: Object.fromEntries([...profiles].map(values))
    }
    return Effect.tryPromise({
      try: () => replace(path, `${JSON.stringify(file, null, 2)}\n`),
      catch: (error) => refuse(path, `cannot be written (${codeOf(error)})`)
    })
  })

const attempts = Schedule.intersect(Schedule.spaced("50 millis"), Schedule.recurs(100))

/** Changes what the file has now: of two processes that do so at once, none takes away what the other one wrote. */
export const update = (
  change: (profiles: Profiles) => Effect.Effect<Profiles, UsageError>
): Effect.Effect<Profiles, UsageError, Shell> =>
  Effect.flatMap(path, (path) => {
    const lock = `${path}.lock`
    const take = Effect.tryPromise({
      try: async () => {
        await makeFolder(dirname(path), 0o700)
        await (await open(lock, "wx", ownerOnly)).close()
      },
      catch: codeOf
    }).pipe(
      Effect.retry({ schedule: attempts, while: (code) => code === "EEXIST" }),
      Effect.mapError((code) =>
        code === "EEXIST"
          ? refuse(path, `are being changed by another process. If there is none, remove ${lock}`)
          : refuse(path, `cannot be written (${code})`)
      )
    )
    return Effect.acquireUseRelease(
      Effect.zipRight(read, take),
      () => Effect.tap(Effect.flatMap(read, change), write),
      () => Effect.promise(() => rm(lock, { force: true }))
    )
  })

/** The profile of this name. */
export const get = (profiles: Profiles, name: string): Effect.Effect<Values, UsageError> => {
  const found = profiles.profiles.get(name)
  if (found !== undefined) return Effect.succeed(found)
  const known = [...profiles.profiles.keys()]
  const fix = known.length === 0 ? "there are none: connectors profile add NAME" : `there are ${known.join(", ")}`
  return Effect.fail(new UsageError({ message: `there is no profile ${JSON.stringify(name)}: ${fix}` }))
}

/** The one that is named by the option, by `CONNECTORS_PROFILE`, or that is in use; empty without any. */
export const current = (named: Option.Option<string>): Effect.Effect<Values, UsageError, Shell> =>
  Effect.gen(function* () {
    const { env } = yield* Shell
    const profiles = yield* read
    const name = Option.getOrUndefined(named) ?? (env["CONNECTORS_PROFILE"] || profiles.active)
    return name === undefined ? {} : yield* get(profiles, name)
  })
