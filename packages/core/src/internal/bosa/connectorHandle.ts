import * as Effect from "effect/Effect"
import type { Action, ActionOptions, Parameters } from "../../Action.js"
import type { ConnectorHandle, OutputOptions } from "../../ConnectorHandle.js"
import { decoded } from "../http/outputSchema.js"
import * as action from "./action.js"
import type { Calls } from "./execute.js"
import { outputOptions } from "./optionNames.js"

const noInput: Parameters = {}

// without a schema the data stays as it came
function typed<A, I>(self: Action, options: OutputOptions<A, I>): Action<A>
function typed<I>(self: Action, { output, ...options }: OutputOptions<unknown, I>): Action {
  const given = self.with({ options })
  return output === undefined ? given : given.decoding(decoded("data", output))
}

/** @internal */
export const make =
  (calls: Calls) =>
  (name: string): ConnectorHandle => {
    const named = (of: string) => action.make(calls, name, of)
    const plain = (of: string, input: Parameters = noInput, options: ActionOptions = {}) =>
      named(of).with({ given: input, options })
    const given = (of: string, input: Parameters = noInput) =>
      action.make(calls, name, of, outputOptions).with({ given: input })
    const info = Effect.map(calls.discovery.get(name), (connector) => connector.info)
    return {
      name,
      info,
      actions: Effect.map(info, ({ actions }) => actions),
      action: named,
      refresh: Effect.sync(() => calls.discovery.forget(name)),
      execute: (of, input, options) => plain(of, input, options).execute,
      either: (of, input, options) => plain(of, input, options).either,
      run: (of, input, options = {}) => typed(given(of, input), options).run,
      pages: (of, input, options = {}) => typed(given(of, input), options).pages,
      items: (of, input, options = {}) => typed(given(of, input), options).items
    }
  }
