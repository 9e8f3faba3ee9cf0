/**
 * The settings of a client, by the names that they have in the environment and in a profile.
 */
import * as Redacted from "effect/Redacted"

/** Who has an API: a client can be made of their settings. */
export type Platform = "connections" | "bosa"

interface Setting {
  readonly platform: Platform | "durable"
  /** `address`: where requests go. `credential`: who they are from, bound to the address. */
  readonly role: "address" | "credential" | "other"
  readonly isSecret: boolean
  readonly about: string
}

/** All of them. A profile holds any of these, and the environment is stronger. */
export const settings = {
  CONNECTIONS_BASE_URL: {
    platform: "connections",
    role: "address",
    isSecret: false,
    about: "The address of Connections."
  },
  CONNECTIONS_SERVICE_TOKEN: {
    platform: "connections",
    role: "credential",
    isSecret: true,
    about: "The token of a service."
  },
  CONNECTIONS_COOKIE: {
    platform: "connections",
    role: "credential",
    isSecret: true,
    about: "The cookie of a session, with `CONNECTIONS_CSRF_TOKEN`."
  },
  CONNECTIONS_CSRF_TOKEN: {
    platform: "connections",
    role: "credential",
    isSecret: true,
    about: "The CSRF token of a session."
  },
  CONNECTIONS_CREDENTIALS: {
    platform: "connections",
    role: "credential",
    isSecret: false,
    about: "`none` sends no credentials, such as to an emulator."
  },
  CONNECTIONS_TIMEOUT_MS: {
    platform: "connections",
    role: "other",
    isSecret: false,
    about: "How long one attempt may take, in milliseconds. Default 30,000."
  },
  BOSA_BASE_URL: {
    platform: "bosa",
    role: "address",
    isSecret: false,
    about: "The address of BOSA / GL Connectors. Default the public address of the dialect."
  },
  BOSA_DIALECT: {
    platform: "bosa",
    role: "other",
    isSecret: false,
    about: "`bosa`, `bosa-0.3` or `gl`. Default `bosa`."
  },
  BOSA_API_KEY: { platform: "bosa", role: "credential", isSecret: true, about: "The key of the client." },
  BOSA_USER_TOKEN: {
    platform: "bosa",
    role: "credential",
    isSecret: true,
    about: "The token of the user to act for."
  },
  BOSA_USER_IDENTIFIER: {
    platform: "bosa",
    role: "credential",
    isSecret: false,
    about: "The name of the user to act for, with `BOSA_USER_SECRET` in place of a token."
  },
  BOSA_USER_SECRET: { platform: "bosa", role: "credential", isSecret: true, about: "The secret of that user." },
  BOSA_CREDENTIALS: {
    platform: "bosa",
    role: "credential",
    isSecret: false,
    about: "`none` sends no credentials."
  },
  EFFECT_CONNECTORS_DATABASE_URL: {
    platform: "durable",
    role: "address",
    isSecret: true,
    about: "The address of the PostgreSQL of durable jobs, with its password."
  }
} as const satisfies Readonly<Record<string, Setting>>

export type SettingName = keyof typeof settings

export const isSettingName = (name: string): name is SettingName => Object.hasOwn(settings, name)

export const names: ReadonlyArray<SettingName> = Object.keys(settings).filter(isSettingName)

/** The settings of one profile, or of the environment. */
export type Values = { readonly [Name in SettingName]?: Redacted.Redacted | undefined }

/** The settings that each platform has. */
export const of = {
  connections: { address: "CONNECTIONS_BASE_URL", token: "CONNECTIONS_SERVICE_TOKEN", none: "CONNECTIONS_CREDENTIALS" },
  bosa: { address: "BOSA_BASE_URL", token: "BOSA_API_KEY", none: "BOSA_CREDENTIALS" }
} as const satisfies Readonly<Record<Platform, Readonly<Record<"address" | "token" | "none", SettingName>>>>

/** The one setting of durable jobs. */
export const databaseUrl = "EFFECT_CONNECTORS_DATABASE_URL" satisfies SettingName

interface Added {
  readonly token: SettingName
  readonly address?: SettingName
  readonly none?: SettingName
}

/** What `profile add` asks for, and where it goes. */
export const added: Readonly<Record<Setting["platform"], Added>> = { ...of, durable: { token: databaseUrl } }

const valuesIn = (values: Values, platform: Platform, role: Setting["role"]): ReadonlyArray<SettingName> =>
  names.filter((name) => {
    const setting = settings[name]
    return setting.platform === platform && setting.role === role && values[name] !== undefined
  })

export const fromEnvironment = (env: Readonly<Record<string, string | undefined>>): Values =>
  Object.fromEntries(
    names.flatMap((name) => {
      const value = env[name] ?? ""
      return value === "" ? [] : [[name, Redacted.make(value)]]
    })
  )

const textOf = (value: Redacted.Redacted | undefined): string | undefined =>
  value === undefined ? undefined : Redacted.value(value)

/** Which server it is: each dialect of BOSA has a public address of its own. */
const serverOf = (platform: Platform, values: Values): string | undefined =>
  textOf(values[of[platform].address]) ?? (platform === "bosa" ? (textOf(values.BOSA_DIALECT) ?? "bosa") : undefined)

/**
 * A profile under the environment, for one platform. Credentials of the profile are left out where the environment has
 * some, so that they never mix, and where it names another address, so that they go to their own server only.
 */
export const merged = (platform: Platform, profile: Values, environment: Values): Values => {
  const isElsewhere = serverOf(platform, { ...profile, ...environment }) !== serverOf(platform, profile)
  const dropped =
    isElsewhere || valuesIn(environment, platform, "credential").length > 0
      ? valuesIn(profile, platform, "credential")
      : []
  const kept = Object.entries(profile).filter(([name]) => !dropped.some((credential) => credential === name))
  return { ...Object.fromEntries(kept), ...environment }
}
