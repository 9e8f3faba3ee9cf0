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
const optionalText = (name: string): Config.Config<string | undefined> =>
  Config.map(Config.option(Config.string(name)), (text) =>
    Option.getOrUndefined(Option.filter(text, (it) => it !== ""))
  )

/**
 * An address that may be left out. One that is set to nothing is refused: the credentials of another server must not
 * go to the public one.
 *
 * @internal
 */
export const addressFrom = (name: string): Config.Config<string | undefined> =>
  Config.mapOrFail(Config.option(Config.string(name)), (text) =>
    Option.isSome(text) && text.value.trim() === ""
      ? Either.left(ConfigError.InvalidData([name], "is set to nothing: give an address, or unset it"))
      : Either.right(Option.getOrUndefined(text))
  )

const notADialect = (name: string, text: string) =>
  ConfigError.InvalidData([name], `"${text}" is not a dialect: use ${all.map((dialect) => `"${dialect}"`).join(", ")}`)

/** @internal */
export const dialectFrom = (name: string): Config.Config<Dialect | undefined> =>
  Config.mapOrFail(optionalText(name), (text) =>
    text === undefined || isDialect(text) ? Either.right(text) : Either.left(notADialect(name, text))
  )
