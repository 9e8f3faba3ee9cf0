import type { Recording, RecordedWorld } from "../../Recording.js"
import { isConnections } from "../fakeServer/paths.js"
import { BosaWorldBuilder } from "./bosaWorldBuilder.js"
import { ConnectionsWorldBuilder } from "./connectionsWorldBuilder.js"
import { splitAtPlaceholders } from "./placeholder.js"
import { completedExchanges } from "./completedExchange.js"

const neverKnown = [
  "credentials: a recording has none, so every caller may use every connection, and the client key is `demo-key`",
  "the results of actions for other inputs, and the changes that actions make"
]

/** @internal */
export const toWorld = ({ exchanges }: Recording): RecordedWorld => {
  const connections = new ConnectionsWorldBuilder()
  const bosa = new BosaWorldBuilder()
  const completed = completedExchanges(exchanges)
  for (const exchange of completed) {
    if (isConnections(exchange.path)) connections.add(exchange)
    else bosa.add(exchange)
  }
  const found = { connections: connections.connections }
  const platform = bosa.world
  const world = platform === undefined ? found : { ...found, bosa: platform }
  const isSecret = splitAtPlaceholders(JSON.stringify(world)).placeholders.length > 0
  const incomplete = exchanges.length - completed.length
  return {
    world,
    unknown: [
      ...neverKnown,
      ...(isSecret ? ["secrets in responses: they are placeholders"] : []),
      ...(incomplete > 0 ? [`the ${incomplete} exchanges without a whole response`] : []),
      ...new Set([...connections.unknown, ...bosa.unknown])
    ]
  }
}
