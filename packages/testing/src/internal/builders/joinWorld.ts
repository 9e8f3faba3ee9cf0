import type { BosaWorld } from "../../BosaWorld.js"
import { ConnectionBuilder } from "../../ConnectionBuilder.js"
import { ConnectorBuilder } from "../../ConnectorBuilder.js"
import type { Part, World } from "../../World.js"
import { upsertAll } from "./upsert.js"

const joinBosa = (bosa: BosaWorld | undefined, more: BosaWorld): BosaWorld => ({
  ...bosa,
  ...more,
  connectors: upsertAll(bosa?.connectors, more.connectors, (a, b) => a.name === b.name)
})

const dataOf = (part: Part): Partial<World> => {
  if (part instanceof ConnectionBuilder) return { connections: [part.definition] }
  return part instanceof ConnectorBuilder ? { bosa: { connectors: [part.definition] } } : part
}

/** A world with one more part. @internal */
export const joinWorld = (world: World, part: Part): World => {
  const { bosa, connections, ...rest } = dataOf(part)
  return {
    ...world,
    ...rest,
    connections: upsertAll(world.connections, connections, (a, b) => a.slug === b.slug),
    ...(bosa === undefined ? {} : { bosa: joinBosa(world.bosa, bosa) })
  }
}
