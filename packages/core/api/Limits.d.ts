import type { SharedBudget } from "./SharedBudget.js"
import type * as Duration from "effect/Duration"

export interface Limits {
  readonly requests?: number | undefined
  readonly per?: Duration.DurationInput | undefined
  readonly shared?: SharedBudget.Service | undefined
  readonly concurrency?: number | undefined
}
