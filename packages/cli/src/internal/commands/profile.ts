/**
 * `profile`.
 */
import * as Options from "@effect/cli/Options"
import * as Dialect from "@effect-connectors/core/Dialect"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Redacted from "effect/Redacted"
import { UsageError } from "../failure.js"
import * as Given from "../given.js"
import { type Group, local as on } from "../operation.js"
import type * as Profiles from "../profiles.js"
import * as Settings from "../settings.js"
import { say, Shell } from "../shell.js"
import * as View from "../view.js"
import * as take from "./arguments.js"

// schemas stand behind them
const profilesModule = Effect.promise(() => import("../profiles.js"))

const name = take.named("name", "The name of the profile")

interface Listed {
  readonly name: string
  readonly active: boolean
  readonly settings: Readonly<Record<string, string>>
}

const shown = (values: Settings.Values): Listed["settings"] =>
  Object.fromEntries(
    Settings.names.flatMap((name) => {
      const value = values[name]
      if (value === undefined) return []
      return [[name, Settings.settings[name].isSecret ? "<redacted>" : Redacted.value(value)]]
    })
  )

/** What others send in clear, and this shell does not: it is asked for, or read from stdin. */
const tokenOf = (
  setting: Settings.SettingName,
  isPiped: boolean
): Effect.Effect<Redacted.Redacted, UsageError, Shell> =>
  Effect.gen(function* () {
    if (isPiped) return yield* Given.secret("--token-stdin")
    const { stdin } = yield* Shell
    if (stdin.isTTY !== true) {
      const message = `no token, and stdin is not a terminal to ask on. Pipe it in with --token-stdin, give --no-credentials, or set ${setting} in the environment in place of a profile`
      return yield* new UsageError({ message })
    }
    const { password } = yield* Effect.promise(() => import("../prompt.js"))
    return yield* password(`Token (${setting})`)
  })

/** Settings as lines of NAME=value, as in a file for the environment. */
const settingsIn = (text: string): Effect.Effect<Settings.Values, UsageError> =>
  Effect.gen(function* () {
    const values: Record<string, Redacted.Redacted> = {}
    for (const [index, line] of text.split(/\r?\n/).entries()) {
      if (line.trim() === "") continue
      const at = line.indexOf("=")
      const name = line.slice(0, Math.max(at, 0)).trim()
      if (!Settings.isSettingName(name)) {
        const message = `--settings-stdin: line ${index + 1} is not NAME=value with one of ${Settings.names.join(", ")}`
        return yield* new UsageError({ message })
      }
      values[name] = Redacted.make(line.slice(at + 1))
    }
    return values
  })

// it stands in tables and messages, and __proto__ is not kept as a name
const isProfileName = (name: string): boolean =>
  /^[^\s\p{Cc}]([^\p{Cc}]*[^\s\p{Cc}])?$/u.test(name) && name !== "__proto__"

const platforms = ["connections", "bosa", "durable"] as const

export const profile: Group = {
  name: "profile",
  summary: "Profiles: addresses and credentials with a name",
  commands: [
    on.one({
      name: "add",
      summary: "Add a profile, or another platform to one; the first one is used from then on",
      takes: {
        name,
        platform: Options.choice("platform", platforms).pipe(
          Options.withDescription("What the address and the token are for; connections unless given"),
          Options.withDefault("connections" as const)
        ),
        url: take.text("url", "The address of the platform"),
        dialect: Options.choice("dialect", Dialect.all).pipe(
          Options.withDescription("The dialect of BOSA; bosa unless given"),
          Options.optional
        ),
        tokenStdin: take.flag(
          "token-stdin",
          "Read the service token, the API key, or the address of the database of durable, from stdin"
        ),
        settingsStdin: take.flag("settings-stdin", "Read settings from stdin, as lines of NAME=value"),
        noCredentials: take.flag("no-credentials", "Send no credentials"),
        replace: take.flag("replace", "Replace what the profile has for the platform")
      },
      run: ({ dialect, name, noCredentials, platform, replace, settingsStdin, tokenStdin, url }) =>
        Effect.gen(function* () {
          if ([tokenStdin, settingsStdin, noCredentials].filter(Boolean).length > 1) {
            const message = "give one of --token-stdin, --settings-stdin and --no-credentials"
            return yield* new UsageError({ message })
          }
          if (platform !== "bosa" && Option.isSome(dialect)) {
            return yield* new UsageError({ message: "--dialect is for --platform bosa" })
          }
          const { address, none, token } = Settings.added[platform]
          if ((noCredentials && none === undefined) || (Option.isSome(url) && address === undefined)) {
            const message =
              "the address of a database has its password in it: with --platform durable pipe it in with --token-stdin"
            return yield* new UsageError({ message })
          }
          if (Option.isSome(url) && !/^https?:\/\/[^\s/]/i.test(url.value)) {
            const message = `--url ${JSON.stringify(url.value)} is not an address: give one such as https://connections.example`
            return yield* new UsageError({ message })
          }
          if (!isProfileName(name)) {
            const message = `${JSON.stringify(name)} is not a name for a profile: give a word such as prod`
            return yield* new UsageError({ message })
          }
          const { path, read, update } = yield* profilesModule
          const isOfPlatform = (setting: string) =>
            Settings.isSettingName(setting) && Settings.settings[setting].platform === platform
          /** What the profile has of other platforms. */
          const others = ({ profiles }: Profiles.Profiles): Effect.Effect<Settings.Values, UsageError> => {
            const before = profiles.get(name) ?? {}
            if (!replace && Object.keys(before).some(isOfPlatform)) {
              const message = `the profile ${JSON.stringify(name)} has ${platform} already: give --replace, or another name`
              return new UsageError({ message })
            }
            return Effect.succeed(
              Object.fromEntries(Object.entries(before).filter(([setting]) => !isOfPlatform(setting)))
            )
          }
          // before a token is asked for
          yield* Effect.flatMap(read, others)
          const credentials =
            noCredentials && none !== undefined
              ? { [none]: Redacted.make("none") }
              : settingsStdin
                ? yield* Effect.flatMap(Given.input("--settings-stdin"), settingsIn)
                : { [token]: yield* tokenOf(token, tokenStdin) }
          const given: Settings.Values = {
            ...(Option.isSome(url) && address !== undefined ? { [address]: Redacted.make(url.value) } : {}),
            ...(Option.isSome(dialect) ? { BOSA_DIALECT: Redacted.make(dialect.value) } : {}),
            ...credentials
          }
          if (platform === "connections" && given.CONNECTIONS_BASE_URL === undefined) {
            return yield* new UsageError({ message: "no address: give --url URL" })
          }
          const { active, profiles } = yield* update((now) =>
            Effect.map(others(now), (kept) => ({
              active: now.active ?? name,
              profiles: new Map([...now.profiles, [name, { ...kept, ...given }]])
            }))
          )
          yield* say(`profile ${name} is in ${yield* path}${active === name ? ", and in use" : ""}`)
          return { name, active: active === name, settings: shown(profiles.get(name) ?? {}) }
        }),
      view: View.fields({ name: ({ name }: Listed) => name })
    }),
    on.one({
      name: "list",
      summary: "List the profiles, without their secrets",
      takes: {},
      run: () =>
        Effect.map(
          Effect.flatMap(profilesModule, ({ read }) => read),
          ({ active, profiles }) =>
            [...profiles].map(([name, values]) => ({ name, active: name === active, settings: shown(values) }))
        ),
      view: View.rows({
        name: ({ name }: Listed) => name,
        active: ({ active }) => active,
        connections: ({ settings }) => settings["CONNECTIONS_BASE_URL"],
        bosa: ({ settings }) => settings["BOSA_BASE_URL"] ?? settings["BOSA_DIALECT"],
        settings: ({ settings }) => Object.keys(settings).length
      })
    }),
    on.one({
      name: "use",
      summary: "Use a profile from now on",
      takes: { name },
      run: ({ name }) =>
        Effect.gen(function* () {
          const { get, update } = yield* profilesModule
          yield* update((profiles) => Effect.as(get(profiles, name), { ...profiles, active: name }))
          return name
        }),
      view: View.json
    }),
    on.one({
      name: "remove",
      summary: "Remove a profile with its credentials",
      takes: { name },
      run: ({ name }) =>
        Effect.gen(function* () {
          const { get, update } = yield* profilesModule
          yield* update((profiles) =>
            Effect.as(get(profiles, name), {
              active: profiles.active === name ? undefined : profiles.active,
              profiles: new Map([...profiles.profiles].filter(([other]) => other !== name))
            })
          )
          return name
        }),
      view: View.json
    })
  ]
}
