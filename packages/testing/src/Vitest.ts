/**
 * Registers the laws of `Laws` as tests of vitest. It needs `vitest` and is not in the index of the package: import it as
 * `@effect-connectors/testing/Vitest`.
 *
 * @since 0.4.0
 */
import type { BosaApi } from "@effect-connectors/core/BosaApi"
import type { ConnectionsApi } from "@effect-connectors/core/ConnectionsApi"
import * as OptionNames from "@effect-connectors/core/OptionNames"
import * as Effect from "effect/Effect"
import { describe, it, type TestContext } from "vitest"
import { knownOptions } from "./internal/knownOptions.js"
import { checkResult } from "./internal/laws/checkResult.js"
import type { Law } from "./Law.js"
import * as Laws from "./Laws.js"

/**
 * The options of the tests.
 *
 * @since 0.4.0
 * @category models
 */
export interface VitestOptions extends Laws.LawsOptions {
  /** The name of the `describe` block. Default `laws`. */
  readonly name?: string | undefined
}

const optionNames = OptionNames.make<VitestOptions>({ target: true, limit: true, name: true })

/**
 * Registers some laws, such as `Laws.connections`, as tests of an implementation.
 *
 * @since 0.4.0
 * @category running
 */
export const lawsOnly = <R, E>(
  chosen: ReadonlyArray<Law<R>>,
  subject: Laws.Subject<R, E>,
  given: VitestOptions = {}
): void => {
  const { name = "laws", ...options } = knownOptions("Vitest.laws", optionNames, given)
  const test =
    (law: Law<R>) =>
    async ({ skip }: TestContext): Promise<void> =>
      checkResult(await Effect.runPromise(Laws.checkOne(law, subject, options)), skip)
  describe(name, () => {
    for (const law of chosen) it(law.name, test(law))
  })
}

/**
 * Registers all laws as tests of an implementation of both services, one test for each law. A law that cannot be checked,
 * because something that it needs is missing, is a skipped test.
 *
 * @example
 * ```ts
 * import * as Laws from "@effect-connectors/testing/Laws"
 * import * as Platforms from "@effect-connectors/testing/Platforms"
 * import { laws } from "@effect-connectors/testing/Vitest"
 * import { VirtualClock } from "@effect-connectors/testing/VirtualClock"
 * import * as Layer from "effect/Layer"
 *
 * export const fake = Laws.client({ baseUrl: "http://localhost" }).pipe(
 *   Layer.provide(Platforms.layer(Laws.world)),
 *   Layer.provideMerge(VirtualClock.layer)
 * )
 *
 * export const register = () => laws(fake, { name: "the fake" })
 * ```
 *
 * @since 0.4.0
 * @category running
 */
export const laws = <E>(subject: Laws.Subject<ConnectionsApi | BosaApi, E>, options?: VitestOptions): void =>
  lawsOnly(Laws.all, subject, options)
