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
import * as Settings from "../settings.js"
import { readInput, say, Shell } from "../shell.js"
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

const platforms = ["connections", "bosa"] as const satisfies ReadonlyArray<Settings.Platform>

export const profile: Group = {
  name: "profile",
  summary: "Profiles: addresses and credentials with a name",
  commands: [
    on.one({
      name: "add",
      summary: "Add a profile, or the other platform to one; the first one is used from then on",
      takes: {
        name,
        platform: Options.choice("platform", platforms).pipe(
          Options.withDescription("The platform of the address and the token; connections unless given"),
          Options.withDefault("connections" as const)
        ),
        url: take.text("url", "The address of the platform"),
        dialect: Options.choice("dialect", Dialect.all).pipe(
          Options.withDescription("The dialect of BOSA; bosa unless given"),
          Options.optional
        ),
        tokenStdin: take.flag("token-stdin", "Read the service token, or the API key, from stdin"),
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
          const Profiles = yield* profilesModule
          const profiles = yield* Profiles.read
          const before = profiles.profiles.get(name) ?? {}
          const isOfPlatform = (setting: string) =>
            Settings.isSettingName(setting) && Settings.settings[setting].platform === platform
          if (!replace && Object.keys(before).some(isOfPlatform)) {
            const message = `the profile ${JSON.stringify(name)} has ${platform} already: give --replace, or another name`
            return yield* new UsageError({ message })
          }
          const { address, none, token } = Settings.of[platform]
          const credentials = noCredentials
            ? { [none]: Redacted.make("none") }
            : settingsStdin
              ? yield* Effect.flatMap(readInput, settingsIn)
              : { [token]: yield* tokenOf(token, tokenStdin) }
          const kept = Object.entries(before).filter(([setting]) => !isOfPlatform(setting))
          const added: Settings.Values = {
            ...Object.fromEntries(kept),
            ...(Option.isSome(url) ? { [address]: Redacted.make(url.value) } : {}),
            ...(Option.isSome(dialect) ? { BOSA_DIALECT: Redacted.make(dialect.value) } : {}),
            ...credentials
          }
          if (platform === "connections" && added.CONNECTIONS_BASE_URL === undefined) {
            return yield* new UsageError({ message: "no address: give --url URL" })
          }
          const active = profiles.active ?? name
          yield* Profiles.write({ active, profiles: new Map([...profiles.profiles, [name, added]]) })
          yield* say(`profile ${name} is in ${yield* Profiles.path}${active === name ? ", and in use" : ""}`)
          return { name, active: active === name, settings: shown(added) }
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
          const Profiles = yield* profilesModule
          const profiles = yield* Profiles.read
          yield* Profiles.get(profiles, name)
          yield* Profiles.write({ ...profiles, active: name })
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
          const Profiles = yield* profilesModule
          const { active, profiles } = yield* Profiles.read
          yield* Profiles.get({ active, profiles }, name)
          const left = new Map([...profiles].filter(([other]) => other !== name))
          yield* Profiles.write({ active: active === name ? undefined : active, profiles: left })
          return name
        }),
      view: View.json
    })
  ]
}
