import type { Recording, RecordedWorld } from "../../Recording.js"
import type { World } from "../../World.js"
import { forEachPlatform, platformOf } from "../platforms.js"
import { cutAt } from "./seal.js"
import { seenIn } from "./seen.js"

const always = [
  "who may ask: credentials are not in a recording, so every connection is open to all and the client key is `demo-key`",
  "what an action would have answered to another input, and what it changes"
]

/** @internal */
export const toWorld = ({ exchanges }: Recording): RecordedWorld => {
  const views = forEachPlatform(({ recorderView }) => recorderView())
  const seen = seenIn(exchanges)
  for (const one of seen) views[platformOf(one.path).name].see(one)
  const world = Object.values(views).reduce<World>((world, view) => ({ ...world, ...view.world() }), {
    connections: []
  })
  const isSecret = cutAt(JSON.stringify(world)).placeholders.length > 0
  const left = exchanges.length - seen.length
  return {
    world,
    unknown: [
      ...always,
      ...(isSecret ? ["secrets in what is answered: placeholders stand there"] : []),
      ...(left > 0 ? [`the ${left} exchanges without a whole answer`] : []),
      ...new Set(Object.values(views).flatMap(({ unknown }) => unknown))
    ]
  }
}
