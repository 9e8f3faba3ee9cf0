import type * as BosaModel from "./BosaModel.js"
import type * as ConnectionsModel from "./ConnectionsModel.js"
import type * as Faults from "./Faults.js"
import type * as World from "./World.js"
import type * as Context from "effect/Context"
import type * as Duration from "effect/Duration"
import type * as Effect from "effect/Effect"
import type * as Layer from "effect/Layer"
import type * as Scope from "effect/Scope"

declare const EmulatorFailure_base: new <A extends Record<string, any> = {}>(
  args: import("effect/Types").VoidIfEmpty<{ readonly [P in keyof A as P extends "_tag" ? never : P]: A[P] }>
) => import("effect/Cause").YieldableError & {
  readonly _tag: "EmulatorFailure"
} & Readonly<A>
export declare class EmulatorFailure extends EmulatorFailure_base<{
  readonly reason: "PortInUse" | "NotLoopback" | "Listen" | "Executors" | "Record" | "Options"
  readonly message: string
}> {}
export interface EmulatorOptions {
  readonly world?: World.World | undefined
  readonly port?: number | undefined
  readonly host?: string | undefined
  readonly executors?: "real" | "memory" | undefined
  readonly databaseUrl?: string | undefined
  readonly dataDir?: string | undefined
  readonly faults?: Faults.Plan | undefined
  readonly lenient?: boolean | undefined
  readonly record?: string | undefined
  readonly logLimit?: number | undefined
  readonly logBytes?: number | undefined
  readonly requestLimit?: number | undefined
  readonly statementLimit?: Duration.DurationInput | undefined
  readonly cors?: string | undefined
}
declare const Emulator_base: Context.TagClass<Emulator, "@effect-connectors/testing/Emulator", Emulator.Service>
export declare class Emulator extends Emulator_base {
  static readonly layer: (options?: EmulatorOptions) => Layer.Layer<Emulator, EmulatorFailure>
}
export declare namespace Emulator {
  interface Service extends ConnectionsModel.State {
    readonly url: string
    readonly port: number
    readonly bosa: BosaModel.State
    readonly reset: Effect.Effect<void, EmulatorFailure>
  }
}
export declare const isLoopback: (host: string) => boolean
export declare const make: (options?: EmulatorOptions) => Effect.Effect<Emulator.Service, EmulatorFailure, Scope.Scope>
