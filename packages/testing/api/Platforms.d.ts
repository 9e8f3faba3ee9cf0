import type { BosaTest } from "./BosaTest.js"
import type { ConnectionsTest } from "./ConnectionsTest.js"
import type * as Faults from "./Faults.js"
import type * as World from "./World.js"
import type * as HttpClient from "@effect/platform/HttpClient"
import type * as Layer from "effect/Layer"

export interface PlatformsOptions {
  readonly logLimit?: number
  readonly logBytes?: number
  readonly requestLimit?: number
  readonly faults?: Faults.Plan
  readonly lenient?: boolean
  readonly verify?: boolean
}
export declare const layer: (
  world?: World.World,
  given?: PlatformsOptions
) => Layer.Layer<ConnectionsTest | BosaTest | HttpClient.HttpClient>
