import { jsonText } from "../data/jsonText.js"
import type { Recording, RecordedWorld } from "../../Recording.js"
import type { World } from "../../World.js"
import { forEachPlatform, platformOf } from "../platforms.js"
import { splitAtPlaceholders } from "./placeholder.js"
import { completedExchanges } from "./completedExchange.js"

const neverKnown = [
  "credentials: a recording has none, so every caller may use every connection, and the client key is `demo-key`",
  "the results of actions for other inputs, and the changes that actions make"
]

/** @internal */
export const toWorld = ({ exchanges }: Recording): RecordedWorld => {
  const builders = forEachPlatform(({ recorderView }) => recorderView())
  const completed = completedExchanges(exchanges)
  for (const exchange of completed) builders[platformOf(exchange.path).name].add(exchange)
  const world = Object.values(builders).reduce<World>((world, builder) => ({ ...world, ...builder.world() }), {
    connections: []
  })
  const isSecret = splitAtPlaceholders(jsonText(world)).placeholders.length > 0
  const incomplete = exchanges.length - completed.length
  return {
    world,
    unknown: [
      ...neverKnown,
      ...(isSecret ? ["secrets in responses: they are placeholders"] : []),
      ...(incomplete > 0 ? [`the ${incomplete} exchanges without a whole response`] : []),
      ...new Set(Object.values(builders).flatMap(({ unknown }) => unknown))
    ]
  }
}
