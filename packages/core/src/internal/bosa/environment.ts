import * as Config from "effect/Config"
import * as ConfigError from "effect/ConfigError"
import * as Either from "effect/Either"
import * as Option from "effect/Option"
import { all, type Dialect, isDialect } from "../../Dialect.js"

/**
 * A variable that may be left out; one that is set to nothing counts as one that is not set.
 *
 * @internal
 */
export const optionalText = (name: string): Config.Config<string | undefined> =>
  Config.map(Config.option(Config.string(name)), (text) =>
    Option.getOrUndefined(Option.filter(text, (it) => it !== ""))
  )

const notADialect = (text: string) =>
  ConfigError.InvalidData([], `"${text}" is no dialect: use ${all.map((dialect) => `"${dialect}"`).join(", ")}`)

/** @internal */
export const dialectFrom = (name: string): Config.Config<Dialect | undefined> =>
  Config.mapOrFail(optionalText(name), (text) =>
    text === undefined || isDialect(text) ? Either.right(text) : Either.left(notADialect(text))
  )
