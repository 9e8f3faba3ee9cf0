import * as Matchers from "@effect-connectors/testing/Matchers"
import { expect } from "vitest"

declare module "vitest" {
  interface Assertion<T> extends Matchers.Expect<T> {}
}

expect.extend(Matchers.all)
