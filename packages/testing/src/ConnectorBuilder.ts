/**
 * A connector of a fake BOSA / GL Connectors platform, written step by step.
 *
 * @since 0.4.0
 */
import * as Duration from "effect/Duration"
import type * as Schema from "effect/Schema"
import type { Answer, Special } from "./Answer.js"
import type { BosaAction, BosaConnector, BosaContext } from "./BosaWorld.js"
import type { JsonObject } from "./Executor.js"
import { actionOf, declaredParameters } from "./internal/builders/connectorAction.js"
import { upsert } from "./internal/builders/upsert.js"
import { parametersOf } from "./internal/builders/typedHandler.js"

/**
 * The answer of an action of a connector: a JSON value, an Effect, a function of its parameters, or pages, a file, an
 * upload or a refusal from `Answer`.
 *
 * @since 0.4.0
 * @category models
 */
export type ActionAnswer = Answer<JsonObject, BosaContext> | Special

/**
 * More of an action. `parameters` is the schema of its input for discovery; that of an `Answer.typed` unless given.
 *
 * @since 0.4.0
 * @category models
 */
export interface ActionOptions extends Pick<
  BosaAction,
  "path" | "docstring" | "properties" | "required" | "schema" | "fields" | "meta" | "flaky" | "needsIntegration"
> {
  readonly parameters?: Schema.Schema.AnyNoContext
  /** How long it takes; 0 unless given. */
  readonly takes?: Duration.DurationInput
}

/**
 * Builds a connector. It is immutable: each step gives a new builder, so that tests can share one. A later action
 * replaces one of the same name.
 *
 * @example
 * ```ts
 * import * as Answer from "@effect-connectors/testing/Answer"
 * import * as World from "@effect-connectors/testing/World"
 * import * as Schema from "effect/Schema"
 *
 * const Repository = Schema.Struct({ owner: Schema.String, repo: Schema.String })
 *
 * const github = World.connector("github")
 *   .action("get_repository", Answer.typed({ input: Repository, output: Schema.String }, ({ repo }) => `it is ${repo}`))
 *   .action("list_pull_requests", Answer.pages([{ number: 1 }, { number: 2 }], { perPage: 1 }), {
 *     parameters: Repository,
 *     takes: "20 millis"
 *   })
 *
 * const world = World.make(github, World.connector("notes").custom(["api_key"]))
 * ```
 *
 * @since 0.4.0
 * @category models
 */
export class ConnectorBuilder {
  constructor(
    /** The connector as data. */
    readonly definition: BosaConnector
  ) {}

  /** An action and its answer. */
  action(name: string, answer: ActionAnswer, options: ActionOptions = {}): ConnectorBuilder {
    const { parameters, takes, ...fields } = options
    const made = actionOf(answer)
    const own = parameters === undefined ? undefined : declaredParameters(parametersOf(parameters))
    const properties = { ...made.properties, ...own?.properties, ...fields.properties }
    const action: BosaAction = {
      name,
      ...made,
      ...own,
      ...(takes === undefined ? {} : { takesMillis: Duration.toMillis(takes) }),
      ...fields,
      ...(Object.keys(properties).length === 0 ? {} : { properties })
    }
    return this.with({ actions: upsert(this.definition.actions, action, (other) => other.name === name) })
  }

  /** Accounts are linked by a configuration with these fields, not on an authorization page. */
  custom(configuration: ReadonlyArray<string>): ConnectorBuilder {
    return this.with({ auth: "custom", configuration })
  }

  /** Any other fields of a connector. */
  with(fields: Partial<Omit<BosaConnector, "name">>): ConnectorBuilder {
    return new ConnectorBuilder({ ...this.definition, ...fields })
  }
}
