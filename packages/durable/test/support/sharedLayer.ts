import { afterAll, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import type * as Layer from "effect/Layer"
import * as ManagedRuntime from "effect/ManagedRuntime"
import type * as Scope from "effect/Scope"

/** Tests that share what a layer builds, on the real clock. Each has a scope of its own. */
export const sharedLayer = <R, E>(layer: Layer.Layer<R, E>) => {
  const runtime = ManagedRuntime.make(layer)
  afterAll(() => runtime.dispose())
  return {
    scoped: <A, E2>(title: string, test: () => Effect.Effect<A, E2, R | Scope.Scope>) =>
      it(title, () => runtime.runPromise(Effect.asVoid(Effect.scoped(test()))))
  }
}
