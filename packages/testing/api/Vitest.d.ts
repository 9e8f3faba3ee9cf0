import type { Law } from "./Law.js"
import type * as Laws from "./Laws.js"
import type { BosaApi } from "@effect-connectors/core/BosaApi"
import type { ConnectionsApi } from "@effect-connectors/core/ConnectionsApi"

export interface VitestOptions extends Laws.LawsOptions {
  readonly name?: string | undefined
}
export declare const lawsOnly: <R, E>(
  chosen: ReadonlyArray<Law<R>>,
  subject: Laws.Subject<R, E>,
  given?: VitestOptions
) => void
export declare const laws: <E>(subject: Laws.Subject<ConnectionsApi | BosaApi, E>, options?: VitestOptions) => void
