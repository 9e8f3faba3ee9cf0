import * as Equal from "effect/Equal"
import { structuralRegion } from "effect/Utils"

/** Whether two values are the same JSON. @internal */
export const isSameJson = (a: unknown, b: unknown): boolean => structuralRegion(() => Equal.equals(a, b))
