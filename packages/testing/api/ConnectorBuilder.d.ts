import type { Answer, Special } from "./Answer.js"
import type { BosaAction, BosaConnector, BosaContext } from "./BosaWorld.js"
import type { JsonObject } from "./Executor.js"
import type * as Duration from "effect/Duration"
import type * as Schema from "effect/Schema"

export type ActionAnswer = Answer<JsonObject, BosaContext> | Special
export interface ActionOptions extends Pick<
  BosaAction,
  "path" | "docstring" | "properties" | "required" | "schema" | "fields" | "meta" | "flaky" | "needsIntegration"
> {
  readonly parameters?: Schema.Schema.AnyNoContext
  readonly takes?: Duration.DurationInput
}
export declare class ConnectorBuilder {
  readonly definition: BosaConnector
  constructor(definition: BosaConnector)
  action(name: string, answer: ActionAnswer, options?: ActionOptions): ConnectorBuilder
  custom(configuration: ReadonlyArray<string>): ConnectorBuilder
  with(fields: Partial<Omit<BosaConnector, "name">>): ConnectorBuilder
}
