import * as Context from "effect/Context"
import * as DefaultServices from "effect/DefaultServices"
import * as FiberRef from "effect/FiberRef"
import * as Tracer from "effect/Tracer"
import type { Caller } from "./callContext.js"

// the one of Effect itself, which keeps spans to nobody's use
const defaultTracer = Context.get(DefaultServices.liveServices, Tracer.Tracer)

/**
 * Whether anybody sees a span that is made now: a span costs more than the rest of a call.
 *
 * @internal
 */
export const isTraced = (caller: Caller): boolean =>
  (caller.currentSpan !== undefined || caller.currentTracer !== defaultTracer) &&
  caller.getFiberRef(FiberRef.currentTracerEnabled)
