import type { Name as BosaName } from "./internal/bosa/dialects.js"
import type { Name as ConnectionsName } from "./internal/connections/endpoints.js"

export type ConnectionsOperation = ConnectionsName
export type BosaOperation = BosaName
export type OperationName = ConnectionsOperation | BosaOperation
export declare const connections: ReadonlyArray<ConnectionsOperation>
export declare const bosa: ReadonlyArray<BosaOperation>
export declare const isOperationName: (u: unknown) => u is OperationName
