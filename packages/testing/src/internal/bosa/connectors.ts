import { jsonText } from "../data/jsonText.js"
import type { BosaAction, BosaConnector } from "../../BosaWorld.js"
import type { Json, JsonObject } from "../../Executor.js"
import { type FakeResponse, json } from "../fakeServer/response.js"
import { type Call, refusal } from "./envelope.js"

/** An action while the platform runs. @internal */
export interface LiveAction {
  readonly connector: string
  readonly path: string
  readonly definition: BosaAction
  /** How often a flaky action has failed. */
  failures: number
}

interface LiveConnector {
  readonly definition: BosaConnector
  readonly actions: Map<string, LiveAction>
  /** Its part of a discovery response, as text; made for the first one. */
  rows: string | undefined
}

const title = (name: string): string =>
  `${name
    .split(/[^A-Za-z0-9]+/)
    .map((word) => word.slice(0, 1).toUpperCase() + word.slice(1))
    .join("")}Request`

const rowOf = ({ definition, path }: LiveAction): JsonObject => {
  const { name, docstring, properties, required, schema, fields } = definition
  const declared = {
    type: "object",
    properties: properties ?? {},
    required: [...(required ?? [])],
    ...schema
  }
  return {
    method: "POST",
    path,
    docstring: docstring ?? `${name}.`,
    parameters: properties === undefined ? {} : { request: { schema: declared } },
    request_body: { title: title(name), ...declared },
    ...fields
  }
}

const toLive = (connector: string, definition: BosaAction): LiveAction => ({
  connector,
  path: definition.path ?? `/${connector}/${definition.name}`,
  definition,
  failures: 0
})

/** The connectors, their actions and their discovery. @internal */
export class Connectors {
  private readonly byName: ReadonlyMap<string, LiveConnector>
  private readonly byPath = new Map<string, LiveAction>()

  constructor(definitions: ReadonlyArray<BosaConnector>) {
    this.byName = new Map(
      definitions.map((definition) => [definition.name, { definition, actions: new Map(), rows: undefined }])
    )
    for (const { name, actions } of definitions) for (const action of actions ?? []) this.put(name, action)
  }

  private put(connector: string, definition: BosaAction): void {
    const live = this.byName.get(connector)
    if (live === undefined) return
    const action = toLive(connector, definition)
    live.actions.set(definition.name, action)
    live.rows = undefined
    this.byPath.set(action.path, action)
  }

  get(name: string): BosaConnector | undefined {
    return this.byName.get(name)?.definition
  }

  get all(): ReadonlyArray<{ readonly name: string; readonly actions: ReadonlyArray<LiveAction> }> {
    return Array.from(this.byName, ([name, { actions }]) => ({ name, actions: Array.from(actions.values()) }))
  }

  /** The action of a raw path. */
  action(path: string): LiveAction | undefined {
    const action = this.byPath.get(path)
    if (action !== undefined || !path.includes("%")) return action
    try {
      return this.byPath.get(decodeURIComponent(path))
    } catch {
      return undefined
    }
  }

  change(connector: string, name: string, change: Partial<BosaAction>): void {
    const before = this.byName.get(connector)?.actions.get(name)?.definition
    this.remove(connector, name)
    this.put(connector, { ...before, ...change, name: change.name ?? name })
  }

  remove(connector: string, name: string): void {
    const live = this.byName.get(connector)
    const action = live?.actions.get(name)
    if (live === undefined || action === undefined) return
    live.actions.delete(name)
    live.rows = undefined
    this.byPath.delete(action.path)
  }

  get names(): FakeResponse {
    return json(200, Array.from(this.byName.keys()))
  }

  private rows(live: LiveConnector): string {
    if (live.rows === undefined) {
      const rows: Record<string, Json> = { ...live.definition.rows }
      for (const [name, action] of live.actions) rows[name] = rowOf(action)
      live.rows = jsonText(rows)
    }
    return live.rows
  }

  /** The connectors that the query names; all without a name. */
  discover(call: Call): FakeResponse {
    const requested = call.request.query.find(([name]) => name === "modules")?.[1]
    const names = requested === undefined ? Array.from(this.byName.keys()) : requested.split(",")
    const parts: Array<string> = []
    for (const name of names) {
      const live = this.byName.get(name)
      if (live === undefined) return refusal(call, 404, "CONNECTOR_NOT_FOUND", `the connector ${name} does not exist`)
      parts.push(`${JSON.stringify(name)}:${this.rows(live)}`)
    }
    return {
      _tag: "Answer",
      status: 200,
      headers: { "content-type": "application/json" },
      body: `{${parts.join(",")}}`
    }
  }
}
