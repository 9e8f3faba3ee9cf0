import * as Schema from "effect/Schema"
import { BosaWorldData } from "./bosa/worldSchema.js"
import { connectionsWorldFields } from "./connections/worldSchema.js"
import { maybe } from "./schema/parts.js"

/** The data of a world, as a world file holds it: everything but functions. @internal */
export const WorldData = Schema.Struct({
  ...connectionsWorldFields,
  faults: maybe(
    Schema.Struct({
      share: Schema.Number.pipe(Schema.between(0, 1)),
      seed: maybe(Schema.Int),
      kinds: maybe(Schema.NonEmptyArray(Schema.Literal("unavailable", "limited", "reset", "lost", "cut")))
    })
  ),
  bosa: maybe(BosaWorldData)
})
