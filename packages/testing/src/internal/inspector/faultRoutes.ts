import { jsonText } from "../data/jsonText.js"
import * as Effect from "effect/Effect"
import * as Faults from "../../Faults.js"
import { kinds as faultOf } from "../faults/kinds.js"
import { kinds, scopes } from "./faultsPanel.js"
import type { Inspector } from "./inspector.js"

/** Reads a field of a form; empty when the form does not have it. @internal */
export type Field = (name: string) => string

/** Whether the form offers the name. */
const isOneOf = <Names extends object>(names: Names, name: string): name is Extract<keyof Names, string> =>
  Object.hasOwn(names, name)

const change = (inspector: Inspector, plan: Faults.Plan): Effect.Effect<void> =>
  Effect.zipRight(
    inspector.platforms.connections.setFaults(plan),
    Effect.sync(() => inspector.events.publish({ _tag: "Faults" }))
  )

/** Replaces the fault plan by the one in the text; without a text by no faults. @internal */
export const setFaults = (inspector: Inspector, text: string | undefined): Effect.Effect<void, Faults.FaultsInvalid> =>
  Effect.flatMap(text === undefined ? Effect.succeed(Faults.none) : Faults.fromJsonText(text), (plan) =>
    change(inspector, plan)
  )

/** Adds the fault of the form before the others. Returns false if the form does not offer it. @internal */
export const addFault = (inspector: Inspector, field: Field): Effect.Effect<boolean> =>
  Effect.gen(function* () {
    const kind = field("kind")
    const to = field("to")
    const often = field("often")
    if (!isOneOf(kinds, kind) || !isOneOf(scopes, to) || (often !== "next" && often !== "always")) return false
    const matcher = to === "any" ? {} : { operation: to }
    const fault = faultOf[kind]
    const added = often === "next" ? Faults.when(matcher, fault) : Faults.always(matcher, fault)
    yield* change(inspector, Faults.all(added, yield* inspector.platforms.connections.faults))
    return true
  })

/** Removes the rule of the form. Returns false if it is no longer in the plan. @internal */
export const removeFault = (inspector: Inspector, field: Field): Effect.Effect<boolean> =>
  Effect.gen(function* () {
    const { rules } = yield* inspector.platforms.connections.faults
    const index = rules.findIndex((rule) => jsonText(rule) === field("rule"))
    if (index < 0) return false
    yield* change(inspector, { rules: rules.filter((_, at) => at !== index) })
    return true
  })
