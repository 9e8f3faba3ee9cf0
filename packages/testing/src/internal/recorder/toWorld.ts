import type { Recording, RecordedWorld } from "../../Recording.js"
import { isConnections } from "../fakeServer/paths.js"
import { BosaSeen } from "./bosaWorld.js"
import { ConnectionsSeen } from "./connectionsWorld.js"
import { cutAt } from "./seal.js"
import { seenIn } from "./seen.js"

const always = [
  "who may ask: credentials are not in a recording, so every connection is open to all and the client key is `demo-key`",
  "what an action would have answered to another input, and what it changes"
]

/** @internal */
export const toWorld = ({ exchanges }: Recording): RecordedWorld => {
  const connections = new ConnectionsSeen()
  const bosa = new BosaSeen()
  const seen = seenIn(exchanges)
  for (const one of seen) {
    if (isConnections(one.path)) connections.see(one)
    else bosa.see(one)
  }
  const found = { connections: connections.connections }
  const platform = bosa.world
  const world = platform === undefined ? found : { ...found, bosa: platform }
  const isSecret = cutAt(JSON.stringify(world)).placeholders.length > 0
  const left = exchanges.length - seen.length
  return {
    world,
    unknown: [
      ...always,
      ...(isSecret ? ["secrets in what is answered: placeholders stand there"] : []),
      ...(left > 0 ? [`the ${left} exchanges without a whole answer`] : []),
      ...new Set([...connections.unknown, ...bosa.unknown])
    ]
  }
}
